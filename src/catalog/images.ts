import type { Digest } from '../protocol/digest.ts'
import { DIGEST_WORDS } from '../protocol/encoded-list.ts'
import type { ImageDetails } from '../protocol/image-details.ts'
import { likenessOfWords, likenessWord } from '../protocol/likeness.ts'
import { DIGEST_HEX_BYTES, MAX_NAME_BYTES } from '../protocol/limits.ts'
import { ByteChains } from './byte-chains.ts'
import { Details } from './details.ts'
import { HashIndex } from './hash-index.ts'
import { ImageOrder } from './image-order.ts'
import type { KeyedHash } from './keyed-hash.ts'
import { NO_ROW, Rows } from './rows.ts'

/** Fields of an image's row, in words. */
const DIGEST = 0
const HASH = 4
const PLACE = 5
const FIRST_IPV4_OWNER = 6
const FIRST_IPV6_OWNER = 7
/** Bytes of the name, and from OWNERS_SHIFT on the number of owners. */
const NAME_BYTES = 8
const NAME_REST = 9
const DETAILS = 10
const NAME_START = 11
/** 64 bytes, a cache line: with its name of 20 bytes at most, as many are, an image is one place in memory. */
const IMAGE_WORDS = 16

/** A name has at most 1,024 bytes; an image at most as many owners as there are registrations, fewer than 2^21. */
const OWNERS_SHIFT = 11
const NAME_BYTES_MASK = (1 << OWNERS_SHIFT) - 1

/** Bytes of a name that stand in the row. */
const NAME_START_BYTES = (IMAGE_WORDS - NAME_START) * 4

/** 1 MiB of rows at a time. */
const SEGMENT_IMAGES = 1 << 14

const COMMA = 0x2c
const LOWER_HEX = Buffer.from('0123456789abcdef')

/** The images that have an owner: their digests, their names and the order in which they came. */
export class Images {
  readonly #rows = new Rows(IMAGE_WORDS, SEGMENT_IMAGES)
  readonly #index = new HashIndex()
  readonly #nameRests = new ByteChains()
  /** What is known of images besides. How they look stands in {@link order}. */
  readonly details: Details = new Details()
  readonly #hash: KeyedHash
  readonly #scratch = Buffer.alloc(DIGEST_HEX_BYTES + 1 + MAX_NAME_BYTES)
  #count = 0
  #nameBytes = 0
  #nextSequence = 1

  /** All images, in the order in which they were first registered. IPv4 askers see those with an IPv4 owner. */
  readonly order: ImageOrder = new ImageOrder(this.#rows, PLACE)

  constructor(hash: KeyedHash) {
    this.#hash = hash
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of all names. */
  get nameBytes(): number {
    return this.#nameBytes
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return (
      this.#rows.capacityBytes +
      this.#index.capacityBytes +
      this.#nameRests.capacityBytes +
      this.details.capacityBytes +
      this.order.capacityBytes
    )
  }

  /** The image whose digest stands in `words` from `start` on, with its hash; NO_ROW where there is none. */
  find(words: Uint32Array, start: number, hash: number): number {
    let image = this.#index.first(hash)
    while (image !== NO_ROW && !this.hasDigest(image, words, start)) image = this.#index.next()
    return image
  }

  /** The same for a digest whose hash is not known yet. */
  findDigest(words: Uint32Array, start: number): number {
    return this.find(words, start, this.#hash.of(words, start, DIGEST_WORDS))
  }

  copyDigest(image: number, into: Uint32Array, at: number): void {
    const row = this.#rows.segment(image)
    const from = this.#rows.offset(image) + DIGEST
    for (let word = 0; word < DIGEST_WORDS; word += 1) into[at + word] = row[from + word] ?? 0
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
   * Adds an image that is about to get its first owner, IPv4 or not, last in the order: the digest from `words`, with its
   * hash, and the name in `[nameStart, nameEnd)` of `bytes`.
   */
  add(
    words: Uint32Array,
    start: number,
    hash: number,
    bytes: Uint8Array,
    nameStart: number,
    nameEnd: number,
    ofIPv4: boolean,
  ): number {
    const image = this.#rows.allocate()
    const row = this.#rows.segment(image)
    const at = this.#rows.offset(image)
    for (let word = 0; word < DIGEST_WORDS; word += 1) row[at + DIGEST + word] = words[start + word] ?? 0
    row[at + HASH] = hash
    row[at + FIRST_IPV4_OWNER] = NO_ROW
    row[at + FIRST_IPV6_OWNER] = NO_ROW
    row[at + NAME_BYTES] = nameEnd - nameStart
    row[at + DETAILS] = NO_ROW
    const inRow = Math.min(nameEnd - nameStart, NAME_START_BYTES)
    const into = this.#rows.byteSegment(image)
    const to = (at + NAME_START) * 4
    for (let index = 0; index < inRow; index += 1) into[to + index] = bytes[nameStart + index] ?? 0
    row[at + NAME_REST] =
      nameStart + inRow === nameEnd ? NO_ROW : this.#nameRests.add(bytes, nameStart + inRow, nameEnd)
    this.#index.insert(hash, image)
    this.order.append(image, this.#nextSequence, ofIPv4)
    this.#nextSequence += 1
    this.#count += 1
    this.#nameBytes += nameEnd - nameStart
    return image
  }

  /**
   * Reads the places of the index where the digests with these hashes stand or would stand: the hash at `start` of `hashes`
   * and each `stride` further one. Nothing comes of it but that they are at hand when they are looked up one by one: read
   * together, without anything that depends on what is read, a processor waits for many of them at once.
   */
  fetch(hashes: Uint32Array, start: number, stride: number, count: number): void {
    this.#index.fetch(hashes, start, stride, count)
  }

  /**
   * Puts images that came in another order into that of `sequences`: by row, the sequence number an image is to have, or 0
   * for one that is to come last. Takes as long as sorting them all does.
   */
  restoreOrder(sequences: Float64Array): void {
    const rows: number[] = []
    for (let image = 1; image < sequences.length; image += 1) {
      if ((sequences[image] ?? 0) > 0) rows.push(image)
    }
    rows.sort((one, other) => (sequences[one] ?? 0) - (sequences[other] ?? 0))
    const likenesses = new Uint32Array(rows.length * 2)
    for (const [index, image] of rows.entries()) {
      likenesses[index * 2] = this.order.likenessWord(image, 0)
      likenesses[index * 2 + 1] = this.order.likenessWord(image, 1)
    }
    for (const image of rows) this.order.remove(image)
    if (this.order.count === 0) this.#nextSequence = 1
    for (const [index, image] of rows.entries()) {
      // Two that were recorded at the same place stand one after the other.
      const sequence = Math.max(this.#nextSequence, sequences[image] ?? 0)
      this.order.append(image, sequence, this.firstOwner(image, true) !== NO_ROW)
      this.order.setLikeness(image, likenesses[index * 2] ?? 0, likenesses[index * 2 + 1] ?? 0)
      this.#nextSequence = sequence + 1
    }
  }

  /** Removes an image that has no owner. */
  remove(image: number): void {
    this.order.remove(image)
    this.#index.remove(this.hashOf(image), image)
    this.#count -= 1
    this.#nameBytes -= this.nameBytesOf(image)
    const rest = this.#rows.get(image, NAME_REST)
    if (rest !== NO_ROW) this.#nameRests.remove(rest)
    const details = this.#rows.get(image, DETAILS)
    if (details !== NO_ROW) this.details.remove(details)
    this.#rows.free(image)
  }

  /** All that is known of an image besides its name. */
  knownOf(image: number): ImageDetails {
    const row = this.detailsOf(image)
    const likeness = likenessOfWords(this.order.likenessWord(image, 0), this.order.likenessWord(image, 1))
    return {
      ...(row !== NO_ROW && this.details.get(row)),
      ...(likeness !== undefined && { likeness }),
    }
  }

  /** True where owners disagree about the SHA-256. */
  isDisputed(image: number): boolean {
    const row = this.detailsOf(image)
    return row !== NO_ROW && this.details.isDisputed(row)
  }

  /** The row of an image's details, or NO_ROW. Of an image with a likeness alone there is none. */
  detailsOf(image: number): number {
    return this.#rows.get(image, DETAILS)
  }

  /** Puts details in place of those an image has. */
  setDetails(image: number, given: ImageDetails, isDisputed: boolean): void {
    const { likeness, ...others } = given
    const before = this.#rows.get(image, DETAILS)
    if (before !== NO_ROW) this.details.remove(before)
    const needsRow = isDisputed || Object.keys(others).length > 0
    this.#rows.set(image, DETAILS, needsRow ? this.details.add(others, isDisputed) : NO_ROW)
    if (likeness === undefined) this.order.setLikeness(image, 0, 0)
    else this.order.setLikeness(image, likenessWord(likeness, 0), likenessWord(likeness, 1))
    this.order.revise(image)
  }

  /** The digest of an image, as 32 hexadecimal digits. */
  digestOf(image: number): Digest {
    this.write(image, this.#scratch, 0)
    return this.#scratch.toString('latin1', 0, DIGEST_HEX_BYTES) as Digest
  }

  nameOf(image: number): string {
    const end = this.write(image, this.#scratch, 0)
    return this.#scratch.toString('utf8', DIGEST_HEX_BYTES + 1, end)
  }

  /** Writes an image's name into `into` from `at` on, and answers where it ends. */
  copyName(image: number, into: Uint8Array, at: number): number {
    const row = this.#rows.segment(image)
    const offset = this.#rows.offset(image)
    const nameBytes = (row[offset + NAME_BYTES] ?? 0) & NAME_BYTES_MASK
    const inRow = Math.min(nameBytes, NAME_START_BYTES)
    const from = (offset + NAME_START) * 4
    const bytes = this.#rows.byteSegment(image)
    for (let index = 0; index < inRow; index += 1) into[at + index] = bytes[from + index] ?? 0
    if (nameBytes > inRow) {
      this.#nameRests.copy(row[offset + NAME_REST] ?? NO_ROW, nameBytes - inRow, into, at + inRow)
    }
    return at + nameBytes
  }

  nameBytesOf(image: number): number {
    return this.#rows.get(image, NAME_BYTES) & NAME_BYTES_MASK
  }

  ownerCount(image: number): number {
    return this.#rows.get(image, NAME_BYTES) >>> OWNERS_SHIFT
  }

  /** Counts an owner more or less. */
  changeOwnerCount(image: number, by: 1 | -1): void {
    const row = this.#rows.segment(image)
    const at = this.#rows.offset(image) + NAME_BYTES
    const before = row[at] ?? 0
    row[at] = before + (by << OWNERS_SHIFT)
    // Its first owner comes with the image, and with its last one it goes: that is no change of it.
    if (before >>> OWNERS_SHIFT > (by === 1 ? 0 : 1)) this.order.revise(image)
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
    into[to] = COMMA
    return this.copyName(image, into, to + 1)
  }
}
