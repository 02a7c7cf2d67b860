import { HashIndex } from './hash-index.ts'
import type { KeyedHash } from './keyed-hash.ts'
import { NO_ROW, Rows } from './rows.ts'

/** Words of an IP address: 16 bytes, see protocol/ip-address.ts. */
export const ADDRESS_WORDS = 4

/** Fields of an address's row, in words. */
const ADDRESS = 0
const COUNT = 4
const ADDRESS_COUNT_WORDS = 5

/** 80 KiB of rows at a time. */
const SEGMENT_ADDRESSES = 1 << 12

/** How many registrations each address has; an address without any is not kept, so registrations bound addresses. */
export class AddressCounts {
  readonly #rows = new Rows(ADDRESS_COUNT_WORDS, SEGMENT_ADDRESSES)
  readonly #index = new HashIndex()
  readonly #hash: KeyedHash

  constructor(hash: KeyedHash) {
    this.#hash = hash
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#rows.capacityBytes + this.#index.capacityBytes
  }

  /** The count of the address that stands in `words` from `start` on. */
  get(words: Uint32Array, start: number): number {
    const row = this.#find(words, start, this.#hash.of(words, start, ADDRESS_WORDS))
    return row === NO_ROW ? 0 : this.#rows.get(row, COUNT)
  }

  increment(words: Uint32Array, start: number): void {
    const hash = this.#hash.of(words, start, ADDRESS_WORDS)
    const row = this.#find(words, start, hash)
    if (row !== NO_ROW) {
      this.#rows.set(row, COUNT, this.#rows.get(row, COUNT) + 1)
      return
    }
    const added = this.#rows.allocate()
    for (let word = 0; word < ADDRESS_WORDS; word += 1) {
      this.#rows.set(added, ADDRESS + word, words[start + word] ?? 0)
    }
    this.#rows.set(added, COUNT, 1)
    this.#index.insert(hash, added)
  }

  /** Takes one from an address's count, which is not 0. */
  decrement(words: Uint32Array, start: number): void {
    const hash = this.#hash.of(words, start, ADDRESS_WORDS)
    const row = this.#find(words, start, hash)
    const count = this.#rows.get(row, COUNT) - 1
    this.#rows.set(row, COUNT, count)
    if (count > 0) return
    this.#index.remove(hash, row)
    this.#rows.free(row)
  }

  #find(words: Uint32Array, start: number, hash: number): number {
    let row = this.#index.first(hash)
    while (row !== NO_ROW && !this.#hasAddress(row, words, start)) row = this.#index.next()
    return row
  }

  #hasAddress(row: number, words: Uint32Array, start: number): boolean {
    for (let word = 0; word < ADDRESS_WORDS; word += 1) {
      if (this.#rows.get(row, ADDRESS + word) !== words[start + word]) return false
    }
    return true
  }
}
