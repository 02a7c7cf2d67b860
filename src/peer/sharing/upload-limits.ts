import { setTimeout as sleep } from 'node:timers/promises'
import type { Pace } from '../../transport/file-sender.ts'
import { RateLimit } from '../download/rate-limit.ts'

/** What uploads may take of the line, and how many run at once. */
export interface UploadLimitsConfig {
  /** Large uploads at once; at least 1. */
  readonly slots: number
  /** Bytes per second of all uploads together; 0 for no limit. */
  readonly bytesPerSecond: number
  /** Bytes per second to one IP address; 0 for no limit. */
  readonly bytesPerSecondEach: number
}

/**
 * Sixteen slots: enough to fill any line with a few slow readers among them, few enough that each upload comes to its end
 * soon.
 */
export const DEFAULT_UPLOAD_LIMITS: UploadLimitsConfig = {
  slots: 16,
  bytesPerSecond: 0,
  bytesPerSecondEach: 0,
}

/** Askers whose rate is remembered, at most; the one that asked longest ago is forgotten first. */
const MAX_ASKERS = 1024

/** Milliseconds after which a limit that was changed is kept by those who wait, at the latest. */
const LOOK_MS = 250

/** How many milliseconds' worth small answers may go ahead of what the limit allows, so that they never wait behind large ones. */
const SMALL_AHEAD_MS = 1000

/** The rates of uploads, of all together and of each asker. */
export class UploadLimits {
  readonly #all = new RateLimit()
  readonly #each = new Map<string, RateLimit>()
  #bytesPerSecond = 0
  #bytesPerSecondEach = 0

  /** Takes effect at once, also for uploads that run. */
  set({ bytesPerSecond, bytesPerSecondEach }: Omit<UploadLimitsConfig, 'slots'>): void {
    this.#bytesPerSecond = bytesPerSecond
    this.#bytesPerSecondEach = bytesPerSecondEach
    this.#all.set(bytesPerSecond)
    for (const limit of this.#each.values()) limit.set(bytesPerSecondEach)
  }

  /** True while there is any limit. */
  get isSet(): boolean {
    return this.#bytesPerSecond > 0 || this.#bytesPerSecondEach > 0
  }

  /** The pace of one answer to `asker`. One that is small goes ahead of large ones. */
  pace(asker: string, isSmall: boolean, signal: () => AbortSignal): Pace {
    const limits = this
    return {
      get isLimited() {
        return limits.isSet
      },
      take(bytes) {
        if (!limits.isSet) return undefined
        const each = limits.#of(asker)
        const ahead = isSmall ? SMALL_AHEAD_MS : 0
        return limits.#wait(
          [
            [limits.#all, limits.#all.take(bytes)],
            [each, each.take(bytes)],
          ],
          ahead,
          signal(),
        )
      },
    }
  }

  async #wait(
    turns: readonly (readonly [RateLimit, bigint])[],
    aheadMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const ms = Math.max(...turns.map(([limit, moment]) => limit.waitMs(moment))) - aheadMs
      if (ms <= 0) return
      await sleep(Math.min(ms, LOOK_MS), undefined, { signal }).catch(() => {})
    }
  }

  #of(asker: string): RateLimit {
    const known = this.#each.get(asker)
    this.#each.delete(asker)
    const limit = known ?? new RateLimit()
    if (known === undefined) limit.set(this.#bytesPerSecondEach)
    this.#each.set(asker, limit)
    const [oldest] = this.#each.keys()
    if (this.#each.size > MAX_ASKERS && oldest !== undefined) this.#each.delete(oldest)
    return limit
  }
}
