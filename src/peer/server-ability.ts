/** Milliseconds until a server that lacks something is asked again: it may have been upgraded. */
export const LOOK_AGAIN_MS = 600_000

/** Milliseconds until one is that had it before: it is being restarted, or the network failed. */
export const LOOK_AGAIN_SOON_MS = 15_000

/** Whether an index server can do one thing beyond the four words: found out, never assumed. */
export class ServerAbility {
  #state: 'unknown' | 'there' | 'missing' = 'unknown'
  #wasThere = false
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

  /** Whether to ask for it now. */
  isWorthTrying(nowMs: number): boolean {
    return this.#state !== 'missing' || nowMs >= this.#lookAgainAtMs
  }

  /** The server did it. */
  found(): void {
    this.#state = 'there'
    this.#wasThere = true
  }

  /** The server did not do it. */
  missed(nowMs: number): void {
    this.#state = 'missing'
    this.#lookAgainAtMs = nowMs + (this.#wasThere ? LOOK_AGAIN_SOON_MS : LOOK_AGAIN_MS)
  }

  /** The server was restarted: what was found out is of another program. */
  forget(): void {
    this.#state = 'unknown'
    this.#wasThere = false
  }
}
