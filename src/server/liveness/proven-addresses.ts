import { ADDRESS_WORDS } from '../../catalog/address-counts.ts'
import { HashIndex } from '../../catalog/hash-index.ts'
import { KeyedHash } from '../../catalog/keyed-hash.ts'
import { NO_ROW, Rows } from '../../catalog/rows.ts'
import { ADDRESS_BYTES } from '../../protocol/ip-address.ts'

/** Addresses remembered, at most: each costs some 40 bytes. Beyond it the one noted longest ago is forgotten. */
export const MAX_PROVEN_ADDRESSES = 100_000

/** Seconds for which an address counts as proven: by then it may be somebody else's (a day, as leases of lines go). */
export const PROVEN_SECONDS: number = 24 * 60 * 60

/** Fields of an address's row, in words. The rows are chained from the one noted longest ago to the latest. */
const ADDRESS = 0
const NOTED_AT = 4
const EARLIER = 5
const LATER = 6
const PROVEN_WORDS = 7

/** 112 KiB of rows at a time. */
const SEGMENT_ADDRESSES = 1 << 12

/**
 * IP addresses to or from which a TCP connection stood not long ago: a datagram from there may be forged, a connection
 * may not, so somebody is there who speaks to us.
 */
export class ProvenAddresses {
  readonly #max: number
  readonly #rows = new Rows(PROVEN_WORDS, SEGMENT_ADDRESSES)
  readonly #index = new HashIndex()
  readonly #hash = KeyedHash.random()
  /** The address in question, by words and by bytes. */
  readonly #asked = new Uint32Array(ADDRESS_WORDS)
  readonly #askedBytes = new Uint8Array(this.#asked.buffer)
  #earliest: number = NO_ROW
  #latest: number = NO_ROW
  #count = 0

  constructor(max: number = MAX_PROVEN_ADDRESSES) {
    this.#max = max
  }

  get count(): number {
    return this.#count
  }

  /** Whether the address at `offset` of `bytes` (16 bytes) is proven. */
  has(bytes: Uint8Array, offset = 0): boolean {
    if (this.#count === 0) return false
    return this.#find(this.#hashOf(bytes, offset)) !== NO_ROW
  }

  /** Notes that a TCP connection to or from `address` stands. `nowSeconds` comes from one clock at all times. */
  note(address: Uint8Array, nowSeconds: number): void {
    const hash = this.#hashOf(address, 0)
    const known = this.#find(hash)
    if (known !== NO_ROW) {
      if (known !== this.#latest) {
        this.#unchain(known)
        this.#chain(known)
      }
      this.#rows.set(known, NOTED_AT, nowSeconds)
      return
    }
    // Before a row is taken: the segment that the freed one is in serves it.
    if (this.#count >= this.#max) this.#forgetEarliest()
    const added = this.#rows.allocate()
    this.#rows.segment(added).set(this.#asked, this.#rows.offset(added) + ADDRESS)
    this.#rows.set(added, NOTED_AT, nowSeconds)
    this.#index.insert(hash, added)
    this.#chain(added)
    this.#count += 1
  }

  /** Forgets what was noted too long ago. To be called every second or so. */
  forgetOld(nowSeconds: number): void {
    while (this.#count > 0 && nowSeconds - this.#rows.get(this.#earliest, NOTED_AT) >= PROVEN_SECONDS) {
      this.#forgetEarliest()
    }
  }

  #hashOf(bytes: Uint8Array, offset: number): number {
    for (let index = 0; index < ADDRESS_BYTES; index += 1)
      this.#askedBytes[index] = bytes[offset + index] ?? 0
    return this.#hash.of(this.#asked, 0, ADDRESS_WORDS)
  }

  #find(hash: number): number {
    let row = this.#index.first(hash)
    while (row !== NO_ROW && !this.#isAsked(row)) row = this.#index.next()
    return row
  }

  #isAsked(row: number): boolean {
    for (let word = 0; word < ADDRESS_WORDS; word += 1) {
      if (this.#rows.get(row, ADDRESS + word) !== this.#asked[word]) return false
    }
    return true
  }

  #forgetEarliest(): void {
    const row = this.#earliest
    const hash = this.#hash.of(this.#rows.segment(row), this.#rows.offset(row) + ADDRESS, ADDRESS_WORDS)
    this.#unchain(row)
    this.#index.remove(hash, row)
    this.#rows.free(row)
    this.#count -= 1
  }

  #chain(row: number): void {
    this.#rows.set(row, EARLIER, this.#latest)
    this.#rows.set(row, LATER, NO_ROW)
    if (this.#latest === NO_ROW) this.#earliest = row
    else this.#rows.set(this.#latest, LATER, row)
    this.#latest = row
  }

  #unchain(row: number): void {
    const earlier = this.#rows.get(row, EARLIER)
    const later = this.#rows.get(row, LATER)
    if (earlier === NO_ROW) this.#earliest = later
    else this.#rows.set(earlier, LATER, later)
    if (later === NO_ROW) this.#latest = earlier
    else this.#rows.set(later, EARLIER, earlier)
  }
}
