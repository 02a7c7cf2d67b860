import type { FastifyInstance } from 'fastify'
import { parseDigest } from '../../protocol/digest.ts'
import {
  MatchingAmount,
  MatchingQuery,
  MatchingTaken,
  RowsQuery,
  TakingRows,
  Takings,
  TakingWish,
  TransferLimitsChange,
  TransferRates,
  Wanted,
} from '../gallery-shapes.ts'
import type { MatchingPictures } from '../matching-pictures.ts'
import type { NetworkPictures } from '../network-pictures.ts'
import { GalleryProblem } from '../problems.ts'
import type { RateHistory } from '../rate-history.ts'
import type { PictureTaker } from '../takings.ts'
import { goneSignal } from './gone-signal.ts'

/** Milliseconds for which the index server is asked who has what is wanted. */
const FIND_MS = 30_000

/** Milliseconds for which the catalog is walked through: a million pictures come in less. */
const WALK_MS = 300_000

/** What these routes work with. */
interface TakingRoutesOptions {
  readonly pictures: NetworkPictures
  readonly matching: MatchingPictures
  readonly taker: PictureTaker
  readonly rates: RateHistory
}

/** Fetching pictures into the folder. */
export async function takingRoutes(
  app: FastifyInstance,
  { pictures, matching, taker, rates }: TakingRoutesOptions,
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

  app.get<{ Querystring: RowsQuery }>(
    '/api/takings/rows',
    {
      schema: {
        operationId: 'listTakingRows',
        summary: 'A stretch of what is wanted: what runs, what failed, what waits in its order, what is done',
        querystring: RowsQuery,
        response: { 200: TakingRows },
      },
    },
    async request => taker.rows(request.query),
  )

  app.get(
    '/api/takings/rates',
    {
      schema: {
        operationId: 'getRates',
        summary: 'How fast bytes came and went over the last minutes',
        response: { 200: TransferRates },
      },
    },
    async () => rates.rates,
  )

  app.get<{ Querystring: MatchingQuery }>(
    '/api/takings/matching',
    {
      schema: {
        operationId: 'countMatching',
        summary: 'How much of what a query matches is not in the folder and not on its way',
        querystring: MatchingQuery,
        response: { 200: MatchingAmount },
      },
    },
    async (request, reply) => {
      const signal = AbortSignal.any([goneSignal(reply.raw), AbortSignal.timeout(WALK_MS)])
      return matching.amount(request.query, signal).catch(silentServer)
    },
  )

  app.post<{ Body: MatchingQuery }>(
    '/api/takings/matching',
    {
      schema: {
        operationId: 'takeMatching',
        summary: 'Wants all that a query matches in the folder',
        body: MatchingQuery,
        response: { 200: MatchingTaken },
      },
    },
    // Also where the page is closed meanwhile: a person asked for it.
    async request => matching.take(request.body, AbortSignal.timeout(WALK_MS)).catch(silentServer),
  )

  app.post<{ Body: TransferLimitsChange }>(
    '/api/takings/limits',
    {
      schema: {
        operationId: 'setLimits',
        summary: 'Limits what downloads and uploads take, from now on and over restarts',
        body: TransferLimitsChange,
        response: { 200: Takings },
      },
    },
    async request => {
      taker.setLimits(request.body)
      return taker.state()
    },
  )

  app.post<{ Body: TakingWish }>(
    '/api/takings/wishes',
    {
      schema: {
        operationId: 'wish',
        summary: 'Pauses, resumes, cancels, tries again or moves one of them, or all',
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

function silentServer(error: unknown): never {
  const isAborted = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
  throw isAborted ? new GalleryProblem('serverUnavailable') : error
}
