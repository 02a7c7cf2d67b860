/** Owners remembered at most; the oldest is forgotten first, and found out about again. */
const MAX_REMEMBERED = 10_000

/** Owners that were found to know only the old request, for as long as the program runs: they are asked by it at once. */
export class OldOwners {
  readonly #names = new Set<string>()

  has(name: string): boolean {
    return this.#names.has(name)
  }

  add(name: string): void {
    this.#names.add(name)
    const [oldest] = this.#names
    if (this.#names.size > MAX_REMEMBERED && oldest !== undefined) this.#names.delete(oldest)
  }
}
