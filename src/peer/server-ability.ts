/** Milliseconds until a server that lacks something is asked again: it may have been upgraded. */
export const LOOK_AGAIN_MS = 600_000

/**
 * Milliseconds until one is that ought to have it, as it had before: it is being restarted, or has too much to do. Twice
 * as long after each time that it still lacks it, up to {@link LOOK_AGAIN_MS}.
 */
export const LOOK_AGAIN_SOON_MS = 15_000

/** Whether an index server can do one thing beyond the four words: found out, never assumed. */
export class ServerAbility {
  #state: 'unknown' | 'there' | 'missing' = 'unknown'
  #wasThere = false
  #missesInARow = 0
  /** On the monotonic clock. */
  #lookAgainAtMs = 0

  /** Whether the server was seen to have it, now or before it failed to. */
  get wasThere(): boolean {
    return this.#wasThere
  }

  get isThere(): boolean {
    return this.#state === 'there'
  }

  get isKnown(): boolean {
    return this.#state !== 'unknown'
  }

  get missesInARow(): number {
    return this.#missesInARow
  }

  /** Whether to ask for it now. */
  isWorthTrying(nowMs: number): boolean {
    return this.#state !== 'missing' || nowMs >= this.#lookAgainAtMs
  }

  /** The server did it. */
  found(): void {
    this.#state = 'there'
    this.#wasThere = true
    this.#missesInARow = 0
  }

  /** The server did not do it; `isExpected` where something else says that it ought to. */
  missed(nowMs: number, isExpected = this.#wasThere): void {
    this.#state = 'missing'
    const soonMs = Math.min(LOOK_AGAIN_MS, LOOK_AGAIN_SOON_MS * 2 ** this.#missesInARow)
    this.#lookAgainAtMs = nowMs + (isExpected ? soonMs : LOOK_AGAIN_MS)
    this.#missesInARow += 1
  }

  /** The server was restarted: what was found out is of another program. */
  forget(): void {
    this.#state = 'unknown'
    this.#wasThere = false
    this.#missesInARow = 0
  }
}
