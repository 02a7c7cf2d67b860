import type { ServerResponse } from 'node:http'
import {
  type Counts,
  type Image,
  type ImagePage,
  ImageQuery,
  ImageReference,
} from '../../protocol/catalog-api.ts'
import { parseDigest } from '../../protocol/digest.ts'
import { addEntityTags } from './entity-tags.ts'
import { ConditionalHeaders, describeOperation } from './operation.ts'
import { ProblemError } from './problems.ts'
import { type ApiServer, answersIn, type RouteContext, viewpointOf } from './route-context.ts'
import type { WaitingAnswers } from './waiting-answers.ts'

/** Private, as owners are named by addresses that work for the asker; always asked for anew, as it changes. */
const REVALIDATED = 'private, no-cache'

/** What the catalog holds: pages of images, one image, counts. */
export async function catalogRoutes(
  app: ApiServer,
  context: RouteContext,
  waitingAnswers: WaitingAnswers,
): Promise<void> {
  const { state } = context
  await addEntityTags(app)
  app.addHook('preHandler', answersIn('application/json'))
  app.addHook('preHandler', async (_request, reply) => {
    reply.header('cache-control', REVALIDATED)
  })

  app.get(
    '/v1/images',
    {
      schema: {
        ...describeOperation({
          operationId: 'listImages',
          summary: 'A page of the listing',
          description:
            'Images that have an owner, searched, filtered and sorted as asked, or those that look like a picture. A cursor stays good while the catalog changes: going from page to page, an image that is there all the time comes exactly once.',
          tag: 'images',
          answer: { status: 200, description: 'One page.', schema: 'ImagePage', hasEntityTag: true },
          problems: ['badParameter', 'badCursor', 'busy'],
        }),
        querystring: ImageQuery,
        headers: ConditionalHeaders,
      },
    },
    async (request, reply): Promise<ImagePage> => {
      if (waitingAnswers.isTooMuch) throw new ProblemError('busy')
      const page = await state.page(request.query, viewpointOf(request, context), goneSignal(reply.raw))
      if (page === undefined) throw new ProblemError('badCursor')
      return page
    },
  )

  app.get(
    '/v1/images/:md5',
    {
      schema: {
        ...describeOperation({
          operationId: 'getImage',
          summary: 'One image',
          description: 'Its name, its owners and what they say of it.',
          tag: 'images',
          answer: { status: 200, description: 'The image.', schema: 'Image', hasEntityTag: true },
          problems: ['badParameter', 'noSuchImage'],
        }),
        params: ImageReference,
        headers: ConditionalHeaders,
      },
    },
    async (request): Promise<Image> => {
      const digest = parseDigest(request.params.md5)
      const image = digest === undefined ? undefined : state.image(digest, viewpointOf(request, context))
      if (image === undefined) throw new ProblemError('noSuchImage')
      return image
    },
  )

  app.get(
    '/v1/counts',
    {
      schema: {
        ...describeOperation({
          operationId: 'getCounts',
          summary: 'What the catalog holds',
          description: 'How many images, peers, and pairs of both there are now.',
          tag: 'images',
          answer: { status: 200, description: 'The counts.', schema: 'Counts', hasEntityTag: true },
          problems: [],
        }),
        headers: ConditionalHeaders,
      },
    },
    async (): Promise<Counts> => state.counts(),
  )
}

/** Aborts once whoever asked is gone without the answer. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  if (response.destroyed) gone.abort()
  else {
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })
  }
  return gone.signal
}
