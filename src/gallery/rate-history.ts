import { monotonicMs } from '../base/clock.ts'
import type { TransferRates } from './gallery-shapes.ts'

/** Milliseconds between two samples: a second is what a person sees move. */
const STEP_MS = 1000

/** Samples that are kept: five minutes. */
const MAX_SAMPLES = 300

/** Samples over which the rate of now is taken: small pictures come in bursts. */
const NOW_SAMPLES = 3

/** Bytes that came and went since some start. */
export interface ByteTotals {
  readonly received: number
  readonly sent: number
}

/** How fast bytes came and went, second by second over the last minutes. */
export class RateHistory {
  readonly #totals: () => ByteTotals
  readonly #down: number[] = []
  readonly #up: number[] = []
  #last: ByteTotals & { readonly atMs: number }
  #timer: NodeJS.Timeout | undefined

  constructor(totals: () => ByteTotals, nowMs: number = monotonicMs()) {
    this.#totals = totals
    this.#last = { ...totals(), atMs: nowMs }
  }

  start(): void {
    this.#timer ??= setInterval(() => this.sample(monotonicMs()), STEP_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Looks at the totals now. A look that comes late, after a computer's sleep say, stands for all that were missed. */
  sample(nowMs: number): void {
    const { received, sent } = this.#totals()
    const passedMs = nowMs - this.#last.atMs
    if (passedMs <= 0) return
    const rateOf = (bytes: number) => Math.round((Math.max(0, bytes) * 1000) / passedMs)
    const steps = Math.min(MAX_SAMPLES, Math.max(1, Math.round(passedMs / STEP_MS)))
    for (let step = 0; step < steps; step += 1) {
      this.#down.push(rateOf(received - this.#last.received))
      this.#up.push(rateOf(sent - this.#last.sent))
    }
    for (const samples of [this.#down, this.#up]) samples.splice(0, Math.max(0, samples.length - MAX_SAMPLES))
    this.#last = { received, sent, atMs: nowMs }
  }

  /** Bytes per second, the oldest first. */
  get rates(): TransferRates {
    return { stepMs: STEP_MS, steps: MAX_SAMPLES, down: [...this.#down], up: [...this.#up] }
  }

  /** Bytes per second over the last seconds. */
  get now(): { readonly down: number; readonly up: number } {
    return { down: meanOfLast(this.#down), up: meanOfLast(this.#up) }
  }
}

function meanOfLast(samples: readonly number[]): number {
  const last = samples.slice(-NOW_SAMPLES)
  return last.length === 0 ? 0 : Math.round(last.reduce((sum, rate) => sum + rate, 0) / last.length)
}
