import type { FastifyInstance } from 'fastify'
import type { Peer } from '../../peer/peer.ts'
import { parseDigest } from '../../protocol/digest.ts'
import { PictureReference } from '../gallery-shapes.ts'
import { GalleryProblem } from '../problems.ts'
import { OwnPage, OwnQuery, Sharing, Uploads } from '../sharing-shapes.ts'
import { uploadsOf } from '../uploads.ts'

/** What of a peer these routes show. */
export interface SharingRoutesOptions {
  readonly peer: Pick<Peer, 'own' | 'setShared' | 'uploads'>
}

/** What a person shares, and with whom. */
export async function sharingRoutes(app: FastifyInstance, { peer }: SharingRoutesOptions): Promise<void> {
  app.get<{ Querystring: OwnQuery & { limit: number } }>(
    '/api/own',
    {
      schema: {
        operationId: 'listOwn',
        summary: 'A page of the folder’s pictures, shared or not',
        querystring: OwnQuery,
        response: { 200: OwnPage },
      },
    },
    async (request): Promise<OwnPage> => {
      const { pictures, next } = peer.own(request.query)
      return {
        pictures: pictures.map(({ digest, name, isShared, details = {} }) => {
          const { sha256: _, ...shown } = details
          return { md5: digest, name, isShared, ...shown }
        }),
        ...(next === undefined ? {} : { next }),
      }
    },
  )

  app.post<{ Params: { md5: string }; Body: { isShared: boolean } }>(
    '/api/own/:md5/sharing',
    {
      schema: {
        operationId: 'setSharing',
        summary: 'Stops or begins again the sharing of one picture, whose file stays as it is',
        params: PictureReference,
        body: Sharing,
        response: { 204: { description: 'It is so from now on.', type: 'null' } },
      },
    },
    async (request, reply) => {
      const digest = parseDigest(request.params.md5)
      const result = digest && peer.setShared(digest, request.body.isShared)
      if (result === 'notKept') throw new GalleryProblem('notKept')
      if (result !== 'done') throw new GalleryProblem('noSuchPicture')
      return reply.code(204).send()
    },
  )

  app.get(
    '/api/uploads',
    {
      schema: {
        operationId: 'listUploads',
        summary: 'What is being sent to whom',
        response: { 200: Uploads },
      },
    },
    async () => uploadsOf(peer),
  )
}
