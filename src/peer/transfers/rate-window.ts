/** Milliseconds over which a rate is measured, once so many have passed; at most twice as many. */
const WINDOW_MS = 5000

interface Sample {
  readonly bytes: number
  readonly atMs: number
}

/** How fast a count of bytes grows, over the last seconds. */
export class RateWindow {
  #base: Sample
  #next: Sample
  #bytes = 0

  constructor(nowMs: number) {
    this.#base = { bytes: 0, atMs: nowMs }
    this.#next = this.#base
  }

  /** Bytes in all by now. */
  count(bytes: number, nowMs: number): void {
    this.#bytes = bytes
    if (nowMs - this.#next.atMs < WINDOW_MS) return
    this.#base = this.#next
    this.#next = { bytes, atMs: nowMs }
  }

  bytesPerSecond(nowMs: number): number {
    const { bytes, atMs } = this.#base
    return Math.max(0, this.#bytes - bytes) / Math.max(0.001, (nowMs - atMs) / 1000)
  }
}
