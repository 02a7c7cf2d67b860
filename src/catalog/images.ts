import { ByteChains } from './byte-chains.ts'
import { HashIndex } from './hash-index.ts'
import { ImageOrder } from './image-order.ts'
import { NO_ROW, Rows } from './rows.ts'

/** Words of a digest: 128 bits, the first hexadecimal digit in the top bits of the first word. */
export const DIGEST_WORDS = 4

/** Fields of an image's row, in words. */
const DIGEST = 0
const HASH = 4
const PREVIOUS = 5
const NEXT = 6
const PREVIOUS_OF_IPV4 = 7
const NEXT_OF_IPV4 = 8
const FIRST_IPV4_OWNER = 9
const FIRST_IPV6_OWNER = 10
const NAME_BYTES = 11
const NAME_REST = 12
const NAME_START = 13
const IMAGE_WORDS = 20

/** Bytes of a name that stand in the row: most names whole, so that an image costs one place in memory, not two. */
const NAME_START_BYTES = (IMAGE_WORDS - NAME_START) * 4

/** 1.25 MiB of rows at a time. */
const SEGMENT_IMAGES = 1 << 14

const LOWER_HEX = Buffer.from('0123456789abcdef')

/** The images that have an owner: their digests, their names and the order in which they came. */
export class Images {
  readonly #rows = new Rows(IMAGE_WORDS, SEGMENT_IMAGES)
  readonly #index = new HashIndex()
  readonly #nameRests = new ByteChains()
  #count = 0
  #nameBytes = 0

  /** All images, in the order in which they were first registered. */
  readonly order: ImageOrder = new ImageOrder(this.#rows, PREVIOUS, NEXT)
  /** Those that have an IPv4 owner, in the order in which they came to have one. Who changes owners keeps it. */
  readonly ipv4Order: ImageOrder = new ImageOrder(this.#rows, PREVIOUS_OF_IPV4, NEXT_OF_IPV4)

  get count(): number {
    return this.#count
  }

  /** Bytes of all names. */
  get nameBytes(): number {
    return this.#nameBytes
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#rows.capacityBytes + this.#index.capacityBytes + this.#nameRests.capacityBytes
  }

  /** The image whose digest stands in `words` from `start` on, with its hash; NO_ROW where there is none. */
  find(words: Uint32Array, start: number, hash: number): number {
    let image = this.#index.first(hash)
    while (image !== NO_ROW && !this.hasDigest(image, words, start)) image = this.#index.next()
    return image
  }

  hasDigest(image: number, words: Uint32Array, start: number): boolean {
    const row = this.#rows.segment(image)
    const at = this.#rows.offset(image) + DIGEST
    return (
      row[at] === words[start] &&
      row[at + 1] === words[start + 1] &&
      row[at + 2] === words[start + 2] &&
      row[at + 3] === words[start + 3]
    )
  }

  /** The hash of the image's digest. */
  hashOf(image: number): number {
    return this.#rows.get(image, HASH)
  }

  /**
   * Adds an image without owners, last in {@link order}: the digest from `words`, with its hash, and the name in
   * `[nameStart, nameEnd)` of `bytes`.
   */
  add(
    words: Uint32Array,
    start: number,
    hash: number,
    bytes: Uint8Array,
    nameStart: number,
    nameEnd: number,
  ): number {
    const image = this.#rows.allocate()
    const row = this.#rows.segment(image)
    const at = this.#rows.offset(image)
    for (let word = 0; word < DIGEST_WORDS; word += 1) row[at + DIGEST + word] = words[start + word] ?? 0
    row[at + HASH] = hash
    row[at + FIRST_IPV4_OWNER] = NO_ROW
    row[at + FIRST_IPV6_OWNER] = NO_ROW
    row[at + NAME_BYTES] = nameEnd - nameStart
    const inRow = Math.min(nameEnd - nameStart, NAME_START_BYTES)
    const into = this.#rows.byteSegment(image)
    const to = (at + NAME_START) * 4
    for (let index = 0; index < inRow; index += 1) into[to + index] = bytes[nameStart + index] ?? 0
    row[at + NAME_REST] =
      nameStart + inRow === nameEnd ? NO_ROW : this.#nameRests.add(bytes, nameStart + inRow, nameEnd)
    this.#index.insert(hash, image)
    this.order.append(image)
    this.#count += 1
    this.#nameBytes += nameEnd - nameStart
    return image
  }

  /** Removes an image that has no owner. */
  remove(image: number): void {
    this.#index.remove(this.hashOf(image), image)
    this.order.remove(image)
    this.#count -= 1
    this.#nameBytes -= this.nameBytesOf(image)
    const rest = this.#rows.get(image, NAME_REST)
    if (rest !== NO_ROW) this.#nameRests.remove(rest)
    this.#rows.free(image)
  }

  nameBytesOf(image: number): number {
    return this.#rows.get(image, NAME_BYTES)
  }

  firstOwner(image: number, ofIPv4: boolean): number {
    return this.#rows.get(image, ofIPv4 ? FIRST_IPV4_OWNER : FIRST_IPV6_OWNER)
  }

  setFirstOwner(image: number, ofIPv4: boolean, holding: number): void {
    this.#rows.set(image, ofIPv4 ? FIRST_IPV4_OWNER : FIRST_IPV6_OWNER, holding)
  }

  /** Writes `<md5>,<name>` into `into` from `at` on, and answers where it ends. */
  write(image: number, into: Uint8Array, at: number): number {
    const row = this.#rows.segment(image)
    const offset = this.#rows.offset(image)
    let to = at
    for (let word = 0; word < DIGEST_WORDS; word += 1) {
      const value = row[offset + DIGEST + word] ?? 0
      for (let shift = 28; shift >= 0; shift -= 4) {
        into[to] = LOWER_HEX[(value >>> shift) & 0xf] ?? 0
        to += 1
      }
    }
    into[to] = 0x2c
    to += 1
    const nameBytes = row[offset + NAME_BYTES] ?? 0
    const inRow = Math.min(nameBytes, NAME_START_BYTES)
    const from = (offset + NAME_START) * 4
    const bytes = this.#rows.byteSegment(image)
    for (let index = 0; index < inRow; index += 1) into[to + index] = bytes[from + index] ?? 0
    if (nameBytes > inRow) {
      this.#nameRests.copy(row[offset + NAME_REST] ?? NO_ROW, nameBytes - inRow, into, to + inRow)
    }
    return to + nameBytes
  }
}
