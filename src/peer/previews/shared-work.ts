interface Work<Result> {
  readonly promise: Promise<Result>
  readonly abandoned: AbortController
  waiters: number
}

/**
 * Work that several may want at the same time and that is done once for all of them. It is called off when the last of
 * them no longer waits. One entry for each piece of work under way, and each has at least one who started it.
 */
export class SharedWork<Result> {
  readonly #underWay = new Map<string, Work<Result>>()

  /** The result of `work`, or of the work of the same key that is under way. Rejects with the signal's reason, or as it. */
  async share(
    key: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    signal.throwIfAborted()
    const joined = this.#underWay.get(key) ?? this.#start(key, work)
    joined.waiters += 1
    const { promise: cancelled, reject } = Promise.withResolvers<never>()
    const cancel = () => reject(signal.reason)
    signal.addEventListener('abort', cancel, { once: true })
    try {
      return await Promise.race([joined.promise, cancelled])
    } finally {
      signal.removeEventListener('abort', cancel)
      joined.waiters -= 1
      if (joined.waiters === 0) {
        if (this.#underWay.get(key) === joined) this.#underWay.delete(key)
        joined.abandoned.abort()
      }
    }
  }

  /** Resolves when nothing of what is under way now is any more. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#underWay.values()].map(({ promise }) => promise))
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<Result>): Work<Result> {
    const abandoned = new AbortController()
    const started: Work<Result> = { promise: work(abandoned.signal), abandoned, waiters: 0 }
    this.#underWay.set(key, started)
    // Nobody may be left to hear of it.
    started.promise.catch(() => {})
    return started
  }
}
