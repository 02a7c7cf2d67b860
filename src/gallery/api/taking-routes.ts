import type { FastifyInstance } from 'fastify'
import { parseDigest } from '../../protocol/digest.ts'
import { Takings, TakingWish, Wanted } from '../gallery-shapes.ts'
import type { NetworkPictures } from '../network-pictures.ts'
import type { PictureTaker } from '../takings.ts'

/** Milliseconds for which the index server is asked who has what is wanted. */
const FIND_MS = 30_000

/** What these routes work with. */
interface TakingRoutesOptions {
  readonly pictures: NetworkPictures
  readonly taker: PictureTaker
}

/** Fetching pictures into the folder. */
export async function takingRoutes(
  app: FastifyInstance,
  { pictures, taker }: TakingRoutesOptions,
): Promise<void> {
  app.get(
    '/api/takings',
    {
      schema: {
        operationId: 'listTakings',
        summary: 'How what is wanted stands',
        response: { 200: Takings },
      },
    },
    async () => taker.state(),
  )

  app.post<{ Body: { md5s: string[] } }>(
    '/api/takings',
    {
      schema: {
        operationId: 'take',
        summary: 'Wants pictures in the folder; what nobody has is left out',
        body: Wanted,
        response: { 200: Takings },
      },
    },
    async request => {
      const signal = AbortSignal.timeout(FIND_MS)
      for (const text of request.body.md5s) {
        const digest = parseDigest(text)
        const image = digest && (await pictures.find(digest, signal))
        if (image) taker.take([image])
      }
      return taker.state()
    },
  )

  app.post<{ Body: TakingWish }>(
    '/api/takings/wishes',
    {
      schema: {
        operationId: 'wish',
        summary: 'Pauses, resumes, cancels or tries again one of them, or all',
        body: TakingWish,
        response: { 200: Takings },
      },
    },
    async request => {
      taker.wish(request.body)
      return taker.state()
    },
  )
}
