import type { FastifyInstance } from 'fastify'
import { parseDigest } from '../../protocol/digest.ts'
import type { GalleryPeer } from '../gallery-server.ts'
import {
  PictureDetails,
  PicturePage,
  PictureQuery,
  PictureReference,
  PreviewQuery,
  Summary,
} from '../gallery-shapes.ts'
import type { NetworkPictures } from '../network-pictures.ts'
import { GalleryProblem } from '../problems.ts'
import type { OwnerPreviews } from '../thumbnails/owner-previews.ts'
import { type RasterImage, rasterImage } from '../thumbnails/raster-image.ts'
import { goneSignal } from './gone-signal.ts'

/** What these routes work with. */
export interface PictureRoutesOptions {
  readonly peer: GalleryPeer
  readonly pictures: NetworkPictures
  readonly previews: OwnerPreviews
  readonly summary: () => Pick<Summary, 'folder' | 'server' | 'shared'>
}

/** Milliseconds that the page waits for the index server to count. */
const COUNT_MS = 5000

/** A preview is of a content that never changes; a day, as a stranger made it and may have made it badly. */
const PREVIEW_CACHING = 'private, max-age=86400'

/** The network's pictures, one of them, and their previews. */
export async function pictureRoutes(app: FastifyInstance, options: PictureRoutesOptions): Promise<void> {
  const { peer, pictures, previews, summary } = options

  app.get(
    '/api/summary',
    {
      schema: { operationId: 'getSummary', summary: 'This peer and its network', response: answer(Summary) },
    },
    async (_request, reply): Promise<Summary> => {
      const signal = AbortSignal.any([goneSignal(reply.raw), AbortSignal.timeout(COUNT_MS)])
      const count = await peer.networkImageCount(signal).catch(() => undefined)
      const port = peer.endpoint.port
      return { ...summary(), port, ...(count === undefined ? {} : { pictures: count }) }
    },
  )

  app.get<{ Querystring: PictureQuery }>(
    '/api/pictures',
    {
      schema: {
        operationId: 'listPictures',
        summary: 'A page of the network’s pictures',
        querystring: PictureQuery,
        response: answer(PicturePage),
      },
    },
    async (request, reply) => pictures.page(request.query, goneSignal(reply.raw)),
  )

  app.get<{ Params: { md5: string } }>(
    '/api/pictures/:md5',
    {
      schema: {
        operationId: 'getPicture',
        summary: 'One picture, its owners and what they say of it',
        params: PictureReference,
        response: answer(PictureDetails),
      },
    },
    async (request, reply) => {
      const digest = parseDigest(request.params.md5)
      const found = digest && (await pictures.details(digest, goneSignal(reply.raw)))
      if (!found) throw new GalleryProblem('noSuchPicture')
      return found
    },
  )

  app.get<{ Params: { md5: string }; Querystring: { size: number } }>(
    '/api/pictures/:md5/preview',
    {
      schema: {
        operationId: 'getPreview',
        summary: 'A small image of a picture: of the folder’s own, or fetched from an owner',
        params: PictureReference,
        querystring: PreviewQuery,
      },
    },
    async (request, reply) => {
      const digest = parseDigest(request.params.md5)
      const { size } = request.query
      const signal = goneSignal(reply.raw)
      let image: RasterImage | undefined
      if (digest !== undefined) {
        const own = await peer.preview(digest, size, signal)
        image = own.kind === 'image' ? rasterImage(own.bytes) : await previews.preview(digest, size, signal)
      }
      if (image === undefined) throw new GalleryProblem('noPreview')
      return reply.type(image.mediaType).header('cache-control', PREVIEW_CACHING).send(image.bytes)
    },
  )
}

function answer<Schema>(schema: Schema): { readonly 200: Schema } {
  return { 200: schema }
}
