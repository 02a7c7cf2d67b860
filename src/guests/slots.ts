import { GuestProblem } from './guest-problem.ts'

/** How many transfers run, in all and for each guest. */
export class Slots {
  readonly #most: number
  readonly #mostOfOne: number
  #active = 0
  /** No more than are active. */
  readonly #ofEach = new Map<string, number>()

  constructor(most: number, mostOfOne: number) {
    this.#most = most
    this.#mostOfOne = mostOfOne
  }

  /** Runs `transfer`, or throws `busy`. */
  async run(guest: string, transfer: () => Promise<void>): Promise<void> {
    const own = this.#ofEach.get(guest) ?? 0
    if (this.#active >= this.#most || own >= this.#mostOfOne) throw new GuestProblem('busy')
    this.#active += 1
    this.#ofEach.set(guest, own + 1)
    try {
      await transfer()
    } finally {
      this.#active -= 1
      const left = (this.#ofEach.get(guest) ?? 1) - 1
      if (left === 0) this.#ofEach.delete(guest)
      else this.#ofEach.set(guest, left)
    }
  }
}
