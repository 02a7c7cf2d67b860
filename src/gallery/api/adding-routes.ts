import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { isFailure } from '../../base/failure.ts'
import type { GivenResult } from '../../peer/library/add-picture.ts'
import type { Peer } from '../../peer/peer.ts'
import { GalleryProblem } from '../problems.ts'
import { Added, GivenQuery } from '../sharing-shapes.ts'
import { FILE_MEDIA_TYPE, givenBytes, givenSize, takeFiles } from './given-body.ts'
import { goneSignal } from './gone-signal.ts'

/** Files that arrive at once: a page sends two, and a person has a few pages open. */
const MAX_ARRIVING = 8

/** Adding pictures to the folder. */
export async function addingRoutes(
  app: FastifyInstance,
  { peer }: { readonly peer: Pick<Peer, 'add'> },
): Promise<void> {
  let arriving = 0
  // Their bound is the room on the disk.
  takeFiles(app)

  app.post<{ Querystring: GivenQuery; Body: IncomingMessage }>(
    '/api/files',
    {
      schema: {
        operationId: 'addFile',
        summary: 'Adds a picture to the folder, and so shares it; the body is its bytes',
        consumes: [FILE_MEDIA_TYPE],
        querystring: GivenQuery,
        response: { 200: Added },
      },
    },
    async (request, reply): Promise<Added> => {
      const { name, modified } = request.query
      const size = givenSize(request)
      if (arriving >= MAX_ARRIVING) throw new GalleryProblem('tooManyFiles')
      const stalled = new AbortController()
      const bytes = givenBytes(request.body, stalled)
      arriving += 1
      try {
        const signal = AbortSignal.any([goneSignal(reply.raw), stalled.signal])
        return answerOf(await peer.add({ name, size, bytes, modifiedMs: modified }, signal))
      } catch (error) {
        throw problemOf(error) ?? error
      } finally {
        arriving -= 1
      }
    },
  )
}

function answerOf(result: GivenResult): Added {
  switch (result.kind) {
    case 'added':
      return { md5: result.digest, isNew: true, name: result.name }
    case 'present':
      return { md5: result.digest, isNew: false }
    case 'notPicture':
      throw new GalleryProblem('notPicture')
    case 'incomplete':
      throw new GalleryProblem('badRequest')
    default:
      return result satisfies never
  }
}

function problemOf(error: unknown): GalleryProblem | undefined {
  if (isFailure(error, 'nameRefused')) return new GalleryProblem('nameRefused')
  if (isFailure(error, 'diskFull')) return new GalleryProblem('diskFull')
  if (isFailure(error, 'cannotSave')) return new GalleryProblem('cannotSave', error.details.reason)
  return undefined
}
