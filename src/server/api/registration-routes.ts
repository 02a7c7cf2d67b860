import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { ImageEntry, ImageReference, NDJSON, type RegistrationState } from '../../protocol/catalog-api.ts'
import { MAX_PORT } from '../../protocol/limits.ts'
import type { PeerIdentity, Refusal } from '../index-state.ts'
import { type LineReader, readEntryLine, readReferenceLine } from './list-lines.ts'
import { describeOperation } from './operation.ts'
import { passwordFrom } from './password.ts'
import { Places } from './places.ts'
import { ProblemError } from './problems.ts'
import { readList } from './read-list.ts'
import { type ApiServer, answersIn, connectionOf, type RouteContext } from './route-context.ts'

const RegistrationPath = {
  type: 'object',
  required: ['port'],
  properties: {
    port: {
      type: 'integer',
      minimum: 1,
      maximum: MAX_PORT,
      description:
        'the TCP port on which the peer shares; with the address that asks it names the registration',
    },
  },
} as const

/** A body that is read as it arrives: its lines are checked one by one. */
function listBody(line: object, description: string) {
  return { content: { [NDJSON]: { schema: { ...line, description } } } }
}

const answer = {
  status: 200,
  description: 'How the registration stands now.',
  schema: 'RegistrationState',
} as const
const PASSWORD_PROBLEMS = ['badParameter', 'missingPassword', 'malformedPassword', 'refusedPassword'] as const
const LIST_PROBLEMS = [
  ...PASSWORD_PROBLEMS,
  'badLine',
  'tooManyEntries',
  'tooManyLines',
  'unsupportedMediaType',
  'unsupportedContentEncoding',
  'tooManyListsOfAddress',
] as const

const PARTS =
  'It is read as it arrives. After a bad line the request ends with `badLine` and the number of the line; what came before it was taken.'

/** What a peer says of itself: its list of images, that it lives, that it goes. */
export async function registrationRoutes(app: ApiServer, context: RouteContext): Promise<void> {
  const { state, limits } = context
  const listPlaces = new Places(limits.connections, limits.listsPerAddress)

  // The body stays a stream, whoever wants it reads it.
  app.addContentTypeParser(NDJSON, (_request, payload, done) => done(null, payload))
  app.addHook('preHandler', answersIn('application/json'))

  const standingOf = (peer: PeerIdentity): RegistrationState => {
    state.commit()
    const standing = state.standing(peer)
    // Ended meanwhile, by another request or because its lease ran out.
    if (standing === undefined) throw new ProblemError('refusedPassword')
    const { images, leaseSeconds, reachable } = standing
    return { images, leaseSeconds, ...(reachable === undefined ? {} : { reachable }) }
  }
  const peerOf = (request: FastifyRequest, port: number): PeerIdentity => ({
    address: connectionOf(request, context.connections).remote,
    port,
  })
  /** Has `takeAll` take a list that is sent, which counts as one of its address until it is done. */
  const takeList = async (
    request: FastifyRequest,
    peer: PeerIdentity,
    takeAll: (body: Readable) => Promise<void>,
  ): Promise<RegistrationState> => {
    const body = listOf(request)
    const { addressKey } = connectionOf(request, context.connections)
    if (listPlaces.take(addressKey) !== 'taken') throw new ProblemError('tooManyListsOfAddress')
    try {
      await takeAll(body)
      return standingOf(peer)
    } finally {
      listPlaces.leave(addressKey)
      // What was taken before a line that is wrong.
      state.commit()
    }
  }
  const readSlices = <Entry>(
    body: Readable,
    readLine: LineReader<Entry>,
    takeSlice: (entries: readonly Entry[]) => Refusal | undefined,
  ): Promise<void> => {
    const take = (entries: readonly Entry[]) => {
      checkDone(takeSlice(entries))
      state.commit()
    }
    return readList({ body, readLine, take, limits })
  }

  app.put(
    '/v1/registrations/:port/images',
    {
      schema: {
        ...describeOperation({
          operationId: 'replaceImages',
          summary: 'Registers, or replaces the whole list',
          description: `Images that are named are added as they come; those that are not named are taken off at the end, and only when the whole list arrived well. ${PARTS}`,
          tag: 'registrations',
          answer,
          problems: [...LIST_PROBLEMS, 'tooManyRegistrations', 'tooManyImages'],
          needsPassword: true,
        }),
        params: RegistrationPath,
        body: listBody(ImageEntry, 'one image a line'),
      },
    },
    async (request): Promise<RegistrationState> => {
      const peer = peerOf(request, request.params.port)
      const password = passwordFrom(request.headers.authorization)
      return takeList(request, peer, async body => {
        checkDone(state.register(peer, password))
        const replacement = state.replaceImages(peer, password)
        if (typeof replacement === 'string') throw new ProblemError(replacement)
        await readSlices(body, readEntryLine, entries => replacement.add(entries))
        checkDone(await replacement.finish())
      })
    },
  )

  app.post(
    '/v1/registrations/:port/images',
    {
      schema: {
        ...describeOperation({
          operationId: 'addImages',
          summary: 'Adds to the list',
          description: `An image that is on the list already is described anew. ${PARTS}`,
          tag: 'registrations',
          answer,
          problems: [...LIST_PROBLEMS, 'tooManyImages'],
          needsPassword: true,
        }),
        params: RegistrationPath,
        body: listBody(ImageEntry, 'one image a line'),
      },
    },
    async (request): Promise<RegistrationState> => {
      const peer = peerOf(request, request.params.port)
      const password = passwordFrom(request.headers.authorization)
      return takeList(request, peer, body => {
        checkDone(state.renew(peer, password))
        return readSlices(body, readEntryLine, entries => state.addImages(peer, password, entries))
      })
    },
  )

  app.post(
    '/v1/registrations/:port/removals',
    {
      schema: {
        ...describeOperation({
          operationId: 'removeImages',
          summary: 'Takes from the list',
          description: `An image that is not on the list is passed over. ${PARTS}`,
          tag: 'registrations',
          answer,
          problems: LIST_PROBLEMS,
          needsPassword: true,
        }),
        params: RegistrationPath,
        body: listBody(ImageReference, 'one image a line'),
      },
    },
    async (request): Promise<RegistrationState> => {
      const peer = peerOf(request, request.params.port)
      const password = passwordFrom(request.headers.authorization)
      return takeList(request, peer, body => {
        checkDone(state.renew(peer, password))
        return readSlices(body, readReferenceLine, digests => state.removeImages(peer, password, digests))
      })
    },
  )

  app.put(
    '/v1/registrations/:port/lease',
    {
      schema: {
        ...describeOperation({
          operationId: 'renewLease',
          summary: 'Says that the peer lives',
          description: 'Every other operation on the registration does so too.',
          tag: 'registrations',
          answer,
          problems: [...PASSWORD_PROBLEMS, 'unsupportedMediaType'],
          needsPassword: true,
        }),
        params: RegistrationPath,
      },
    },
    async (request): Promise<RegistrationState> => {
      const peer = peerOf(request, request.params.port)
      checkDone(state.renew(peer, passwordFrom(request.headers.authorization)))
      return standingOf(peer)
    },
  )

  app.delete(
    '/v1/registrations/:port',
    {
      schema: {
        ...describeOperation({
          operationId: 'endRegistration',
          summary: 'Ends the registration',
          description: 'Its images are listed no longer, unless others have them.',
          tag: 'registrations',
          answer: { status: 204, description: 'It is ended.' },
          problems: [...PASSWORD_PROBLEMS, 'unsupportedMediaType'],
          needsPassword: true,
        }),
        params: RegistrationPath,
      },
    },
    async (request, reply) => {
      const peer = peerOf(request, request.params.port)
      checkDone(state.end(peer, passwordFrom(request.headers.authorization)))
      state.commit()
      return reply.code(204).send()
    },
  )
}

function checkDone(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw new ProblemError(refusal)
}

/** The body as the stream that it is. Without a media type it is not taken for an empty list, which would end sharing. */
function listOf(request: FastifyRequest): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') throw new ProblemError('unsupportedContentEncoding')
  if (!(request.body instanceof Readable)) throw new ProblemError('unsupportedMediaType')
  return request.body
}
