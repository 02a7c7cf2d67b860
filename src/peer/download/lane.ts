import { monotonicMs } from '../../base/clock.ts'
import type { Block } from './block-map.ts'
import type { ImageSource } from './image-source.ts'

/** One owner sending a part. */
export interface Lane {
  readonly source: ImageSource
  readonly block: Block<ImageSource>
  /** Where its part ends, within the image. */
  readonly end: number
  at: number
  readonly startedMs: number
  readonly startedAt: number
  /** Where one of several can take over. */
  readonly relief: AbortController | undefined
}

/** An owner is relieved of its block when another would have it so many times sooner, and milliseconds are won by it. */
const RELIEF_FACTOR = 2
export const RELIEF_MS = 1000

/** What a rate counts as at least, so that nothing is divided by zero. */
const MIN_BYTES_PER_MS = 0.001

/** Relieves the owner that will take longest with its block, where `source` would be much sooner. */
export function relieveSlowest(lanes: Iterable<Lane>, source: ImageSource): void {
  let worst: Lane | undefined
  let worstMs = 0
  for (const lane of lanes) {
    const leftMs = remainingMs(lane)
    if (leftMs > worstMs) [worst, worstMs] = [lane, leftMs]
  }
  if (worst === undefined || monotonicMs() - worst.startedMs < RELIEF_MS) return
  const ownMs = (worst.end - worst.at) / Math.max(source.bytesPerMs, MIN_BYTES_PER_MS)
  if (worstMs >= ownMs * RELIEF_FACTOR + RELIEF_MS) worst.relief?.abort()
}

function remainingMs(lane: Lane): number {
  const rate = (lane.at - lane.startedAt) / Math.max(1, monotonicMs() - lane.startedMs)
  return (lane.end - lane.at) / Math.max(rate, MIN_BYTES_PER_MS)
}
