/**
 * Durations counted in buckets, made for hot paths: nothing is allocated once it exists. A duration belongs to the first
 * bucket whose bound is not below it, and beyond the last bound to one of its own.
 */
export class DurationHistogram {
  /** Upper bounds in microseconds, ascending. */
  readonly boundsMicros: readonly number[]
  readonly #counts: Float64Array
  /** In its one element: a field of a class would be a new object for each sum. */
  readonly #sumMicros = new Float64Array(1)

  constructor(boundsMicros: readonly number[]) {
    this.boundsMicros = boundsMicros
    this.#counts = new Float64Array(boundsMicros.length + 1)
  }

  /** Counts one duration; one below zero, which only a clock that was set back can tell, counts as zero. */
  observe(micros: number): void {
    const duration = micros > 0 ? micros : 0
    let bucket = 0
    while (bucket < this.boundsMicros.length && duration > (this.boundsMicros[bucket] ?? 0)) bucket += 1
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sumMicros[0] = (this.#sumMicros[0] ?? 0) + duration
  }

  /** For each bound how many durations were not above it, and at the end how many there were. */
  cumulativeCounts(): number[] {
    let sum = 0
    return Array.from(this.#counts, count => {
      sum += count
      return sum
    })
  }

  get sumMicros(): number {
    return this.#sumMicros[0] ?? 0
  }
}

/** For a commit to the disk: from a write that stays in the system's cache to a disk that is nearly stuck. */
export const COMMIT_BOUNDS_MICROS = [
  50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000,
] as const
