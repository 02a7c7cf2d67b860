/** One that waits for a slot. */
interface Waiting {
  readonly enter: () => void
}

/**
 * How many uploads run at once, and whose turn is next: who waits longest among those who have fewest. An asker with a
 * hundred requests gets what one with a single request gets, as long as both wait.
 */
export class UploadSlots {
  #slots: number
  #active = 0
  /** Uploads that run, by asker. As many as slots. */
  readonly #running = new Map<string, number>()
  /** Those who wait longest come first. As many as connections, which the listener bounds. */
  readonly #waiting = new Map<string, Waiting[]>()

  constructor(slots: number) {
    this.#slots = slots
  }

  /** Changes how many may run at once; at least one. Those that run already go on. */
  setSlots(slots: number): void {
    this.#slots = Math.max(1, slots)
    this.#fill()
  }

  get active(): number {
    return this.#active
  }

  get waiting(): number {
    let count = 0
    for (const waiting of this.#waiting.values()) count += waiting.length
    return count
  }

  /** Takes a slot now; false where none is free, or others wait. */
  tryEnter(asker: string): boolean {
    if (this.#active >= this.#slots || this.#waiting.size > 0) return false
    this.#begin(asker)
    return true
  }

  /** Waits for a slot; false where the signal aborted first. Whoever entered has to {@link leave}. */
  enter(asker: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false)
    if (this.tryEnter(asker)) return Promise.resolve(true)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const giveUp = () => {
      this.#drop(asker, waiting)
      resolve(false)
    }
    const waiting: Waiting = {
      enter: () => {
        signal.removeEventListener('abort', giveUp)
        this.#begin(asker)
        resolve(true)
      },
    }
    signal.addEventListener('abort', giveUp, { once: true })
    const queue = this.#waiting.get(asker)
    if (queue === undefined) this.#waiting.set(asker, [waiting])
    else queue.push(waiting)
    return promise
  }

  leave(asker: string): void {
    this.#active -= 1
    const left = (this.#running.get(asker) ?? 1) - 1
    if (left === 0) this.#running.delete(asker)
    else this.#running.set(asker, left)
    this.#fill()
  }

  #begin(asker: string): void {
    this.#active += 1
    this.#running.set(asker, (this.#running.get(asker) ?? 0) + 1)
  }

  #fill(): void {
    while (this.#active < this.#slots) {
      let next: string | undefined
      let fewest = Number.POSITIVE_INFINITY
      for (const asker of this.#waiting.keys()) {
        const running = this.#running.get(asker) ?? 0
        if (running < fewest) [next, fewest] = [asker, running]
        if (fewest === 0) break
      }
      const waiting = next === undefined ? undefined : this.#waiting.get(next)?.shift()
      if (next === undefined || waiting === undefined) return
      // Behind the others, as long as something of it still waits.
      const rest = this.#waiting.get(next) ?? []
      this.#waiting.delete(next)
      if (rest.length > 0) this.#waiting.set(next, rest)
      waiting.enter()
    }
  }

  #drop(asker: string, waiting: Waiting): void {
    const rest = (this.#waiting.get(asker) ?? []).filter(other => other !== waiting)
    if (rest.length > 0) this.#waiting.set(asker, rest)
    else this.#waiting.delete(asker)
  }
}
