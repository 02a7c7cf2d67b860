import type { FastifyInstance } from 'fastify'
import type { Peer } from '../../peer/peer.ts'
import { parseDigest } from '../../protocol/digest.ts'
import { PictureReference } from '../gallery-shapes.ts'
import { GalleryProblem } from '../problems.ts'
import {
  MAX_FINDINGS,
  OwnPage,
  OwnQuery,
  Privacy,
  PrivacyChange,
  PrivateFacts,
  Sharing,
  Uploads,
} from '../sharing-shapes.ts'
import { uploadsOf } from '../uploads.ts'

/** What of a peer these routes show. */
export interface SharingRoutesOptions {
  readonly peer: Pick<Peer, 'own' | 'setShared' | 'uploads' | 'examine' | 'privacy' | 'setCleaned'>
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
        pictures: pictures.map(({ digest, name, isShared, withheld, details = {} }) => {
          const { sha256: _, ...shown } = details
          return { md5: digest, name, isShared, ...(withheld && { withheld }), ...shown }
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

  app.get<{ Params: { md5: string } }>(
    '/api/own/:md5/private',
    {
      schema: {
        operationId: 'examineOwn',
        summary: 'What the file of one picture tells beyond its picture; reads the file',
        params: PictureReference,
        response: { 200: PrivateFacts },
      },
    },
    async (request): Promise<PrivateFacts> => {
      const digest = parseDigest(request.params.md5)
      const examined = digest && (await peer.examine(digest))
      if (examined === undefined) throw new GalleryProblem('noSuchPicture')
      return { ...examined, found: examined.found.slice(0, MAX_FINDINGS) }
    },
  )

  const privacyNow = (): Privacy => {
    const { isCleaned, cleanedCount, withheld } = peer.privacy
    return { isCleaned, cleaned: cleanedCount, withheld: withheld.length }
  }

  app.get(
    '/api/privacy',
    {
      schema: {
        operationId: 'getPrivacy',
        summary: 'Whether what pictures tell beyond themselves is taken out of what is shared',
        response: { 200: Privacy },
      },
    },
    async () => privacyNow(),
  )

  app.post<{ Body: PrivacyChange }>(
    '/api/privacy',
    {
      schema: {
        operationId: 'setPrivacy',
        summary: 'Takes it out from now on, or no more; answers when the folder was read anew',
        body: PrivacyChange,
        response: { 200: Privacy },
      },
    },
    async request => {
      if (!(await peer.setCleaned(request.body.isCleaned))) throw new GalleryProblem('notKept')
      return privacyNow()
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
