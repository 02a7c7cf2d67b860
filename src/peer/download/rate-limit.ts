/** Milliseconds' worth of bytes that may come at once: less would have connections stop and go all the time. */
const BURST_MS = 100

/** Milliseconds of debt kept at most, so that a chunk that came before the limit was set does not hold everything up. */
const MAX_DEBT_MS = 60_000

const NANOSECONDS_PER_MS = 1_000_000n
const LIMIT = 0
const FREE_AT = 1

/**
 * A limit of bytes per second that all threads keep to together. Its memory is shared: each byte that comes moves the
 * moment at which the line is free again (the generic cell rate algorithm, ITU-T I.371), and who received it waits for
 * that moment, so every connection gets its turn in the order in which it took.
 */
export class RateLimit {
  /** To be handed to another thread. */
  readonly memory: SharedArrayBuffer
  readonly #cells: BigInt64Array
  readonly #now: () => bigint

  /** `now` counts nanoseconds, alike in every thread. */
  constructor(
    memory: SharedArrayBuffer = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT),
    now: () => bigint = () => process.hrtime.bigint(),
  ) {
    this.memory = memory
    this.#cells = new BigInt64Array(memory)
    this.#now = now
  }

  /** Bytes per second; 0 for none. Takes effect at once, also for who waits. */
  set(bytesPerSecond: number): void {
    Atomics.store(this.#cells, LIMIT, BigInt(Math.max(0, Math.round(bytesPerSecond))))
    Atomics.store(this.#cells, FREE_AT, this.#now())
  }

  /** Takes `bytes` that came; answers by which moment to read on, for {@link waitMs}, or 0n for at once. */
  take(bytes: number): bigint {
    const limit = Atomics.load(this.#cells, LIMIT)
    if (limit === 0n) return 0n
    const cost = (BigInt(bytes) * 1_000_000_000n) / limit
    const now = this.#now()
    const latest = now + BigInt(MAX_DEBT_MS) * NANOSECONDS_PER_MS
    for (;;) {
      const before = Atomics.load(this.#cells, FREE_AT)
      const sum = (before > now ? before : now) + cost
      const after = sum < latest ? sum : latest
      if (Atomics.compareExchange(this.#cells, FREE_AT, before, after) === before) return after
    }
  }

  /** The moment at which the line is free again. */
  freeAt(): bigint {
    return Atomics.load(this.#cells, FREE_AT)
  }

  /** Milliseconds still to wait for `moment`; a limit that was set anew since lets go at once. */
  waitMs(moment: bigint): number {
    if (moment === 0n || Atomics.load(this.#cells, LIMIT) === 0n) return 0
    const freeAt = this.freeAt()
    const until = moment < freeAt ? moment : freeAt
    return Math.max(0, Number((until - this.#now()) / NANOSECONDS_PER_MS) - BURST_MS)
  }
}
