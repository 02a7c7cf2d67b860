/**
 * Turns at the event loop for work that is done in slices: one slice, whoever's it is, between two looks at timers and the
 * network. However much such work there is, what comes from the network waits for a single slice.
 */
export class Turns {
  /** As many as there is work under way; whoever starts it bounds that. */
  readonly #waiting: (() => void)[] = []
  readonly #give = (): void => {
    this.#waiting.shift()?.()
    if (this.#waiting.length > 0) setImmediate(this.#give)
  }

  /** Resolves when it is the caller's turn: those who waited longest come first. */
  next(): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === 1) setImmediate(this.#give)
    })
  }
}

/** The turns of this process, which has one event loop. */
export const turns: Turns = new Turns()
