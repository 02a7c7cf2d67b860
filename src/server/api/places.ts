/** Counts who holds one of a bounded number of places, in all and for each address. */
export class Places {
  readonly #most: number
  readonly #mostPerAddress: number
  /** By address; at most as many as there are places. */
  readonly #taken = new Map<string, number>()
  #count = 0

  constructor(most: number, mostPerAddress: number) {
    this.#most = most
    this.#mostPerAddress = mostPerAddress
  }

  get count(): number {
    return this.#count
  }

  /** Takes a place; says why not when there is none. */
  take(address: string): 'taken' | 'full' | 'fullForAddress' {
    if (this.#count >= this.#most) return 'full'
    const before = this.#taken.get(address) ?? 0
    if (before >= this.#mostPerAddress) return 'fullForAddress'
    this.#taken.set(address, before + 1)
    this.#count += 1
    return 'taken'
  }

  /** Gives back a place that was taken. */
  leave(address: string): void {
    const left = (this.#taken.get(address) ?? 0) - 1
    if (left < 0) throw new RangeError('a place was given back that nobody held')
    if (left === 0) this.#taken.delete(address)
    else this.#taken.set(address, left)
    this.#count -= 1
  }
}
