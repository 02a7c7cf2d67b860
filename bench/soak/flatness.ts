import { median } from '../report/statistics.ts'

/** Resident memory at one moment of a soak. */
export interface MemorySample {
  /** Seconds since the load began. */
  readonly second: number
  readonly residentBytes: number
}

/** Whether memory stood still. */
export interface Flatness {
  /** The rule that was applied, in words. */
  readonly criterion: string
  /** Medians of the first and of the last fifth of what was judged. */
  readonly firstBytes: number
  readonly lastBytes: number
  /** How much the last is above the first, as a part of it. */
  readonly growth: number
  readonly flat: boolean
}

/** Seconds that are not judged: compiled code, grown heaps and filled buffers are not a leak. */
const SETTLING_SECONDS = 60
/**
 * Growth that still counts as flat, as a part of the memory at the start and in bytes, whichever is more. A collector that
 * makes room as it goes moves by some percent; a leak of one byte per datagram moves by 60 MB in ten minutes at 100,000 a
 * second.
 */
const FLAT_GROWTH = 0.05
const FLAT_GROWTH_BYTES = 4e6

/**
 * Judges memory after the first minute, or after the first fifth of a soak shorter than five: by how much the median of its
 * last fifth exceeds the median of its first fifth. `undefined` where there are fewer than ten samples to judge.
 */
export function judgeFlatness(samples: readonly MemorySample[]): Flatness | undefined {
  const end = samples.at(-1)?.second ?? 0
  const settled = Math.min(SETTLING_SECONDS, Math.round(end / 5))
  const judged = samples.filter(({ second }) => second >= settled)
  const fifth = Math.floor(judged.length / 5)
  const bytesOf = (part: readonly MemorySample[]): number | undefined =>
    median(part.map(({ residentBytes }) => residentBytes))
  const firstBytes = bytesOf(judged.slice(0, fifth))
  const lastBytes = bytesOf(judged.slice(-fifth))
  if (fifth < 2 || firstBytes === undefined || lastBytes === undefined) return undefined
  return {
    criterion: `from the first to the last fifth after ${settled} s at most ${FLAT_GROWTH * 100} % or ${FLAT_GROWTH_BYTES / 1e6} MB more`,
    firstBytes,
    lastBytes,
    growth: lastBytes / firstBytes - 1,
    flat: lastBytes - firstBytes <= Math.max(FLAT_GROWTH * firstBytes, FLAT_GROWTH_BYTES),
  }
}
