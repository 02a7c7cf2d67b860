import {
  ENTRY_WORDS as DECODED_WORDS,
  DIGEST_WORDS,
  ENTRY_DIGEST,
  ENTRY_NAME_END,
  ENTRY_NAME_START,
  type EncodedList,
} from '../protocol/encoded-list.ts'
import type { Images } from './images.ts'
import type { KeyedHash } from './keyed-hash.ts'
import { NO_ROW } from './rows.ts'

/** Fields of an entry, in words. */
const DIGEST = 0
const HASH = 4
const NAME_START = 5
const NAME_END = 6
const HOLDING = 7
const IMAGE = 8
const ENTRY_WORDS = 9

/** Entries there is room for from the start: more than a datagram of 65,507 bytes holds, at 35 bytes each. */
const START_ENTRIES = 2048

/**
 * The list of one request on its way into the catalog: its digests decoded, where its names stand in the request's
 * bytes, and what the catalog has under each digest. One instance serves one request after another; it has room for the
 * longest list it was given, and the caller bounds that.
 */
export class ImageList {
  #entries = new Uint32Array(START_ENTRIES * ENTRY_WORDS)
  #length = 0
  /** Entries by hash, open addressing: an entry's number plus one, or 0. At most half full. */
  #slots = new Uint32Array(START_ENTRIES * 2)
  #slotMask = 0

  /** Entries: as sent after {@link read}, each image once after {@link dropRepeats}. */
  get length(): number {
    return this.#length
  }

  /** The words among which the digest of `entry` stands, from {@link digestStart} on. */
  get words(): Uint32Array {
    return this.#entries
  }

  digestStart(entry: number): number {
    return entry * ENTRY_WORDS + DIGEST
  }

  /** The hash of the entry's digest, once {@link dropRepeats} has made it. */
  hash(entry: number): number {
    return this.#get(entry, HASH)
  }

  nameStart(entry: number): number {
    return this.#get(entry, NAME_START)
  }

  nameEnd(entry: number): number {
    return this.#get(entry, NAME_END)
  }

  /** The registration's holding of the image, or NO_ROW. */
  holding(entry: number): number {
    return this.#get(entry, HOLDING)
  }

  setHolding(entry: number, holding: number): void {
    this.#set(entry, HOLDING, holding)
  }

  /** The image in the catalog, or NO_ROW: as {@link setImage} left it. */
  image(entry: number): number {
    return this.#get(entry, IMAGE)
  }

  setImage(entry: number, image: number): void {
    this.#set(entry, IMAGE, image)
  }

  /** Takes a list in place of the one before. */
  read(given: EncodedList): void {
    if (given.entryCount * ENTRY_WORDS > this.#entries.length) {
      this.#entries = new Uint32Array(given.entryCount * ENTRY_WORDS)
    }
    const entries = this.#entries
    const decoded = given.entries
    const { entryCount } = given
    for (let entry = 0; entry < entryCount; entry += 1) {
      const from = entry * DECODED_WORDS
      const at = entry * ENTRY_WORDS
      for (let word = 0; word < DIGEST_WORDS; word += 1) {
        entries[at + DIGEST + word] = decoded[from + ENTRY_DIGEST + word] ?? 0
      }
      entries[at + NAME_START] = decoded[from + ENTRY_NAME_START] ?? 0
      entries[at + NAME_END] = decoded[from + ENTRY_NAME_END] ?? 0
      entries[at + HOLDING] = NO_ROW
      entries[at + IMAGE] = NO_ROW
    }
    this.#length = entryCount
  }

  /** Keeps the first entry of each image, and makes the hashes by which {@link entryOf} finds them. */
  dropRepeats(hash: KeyedHash): void {
    this.#clearSlots()
    const entries = this.#entries
    let kept = 0
    for (let entry = 0; entry < this.#length; entry += 1) {
      const from = entry * ENTRY_WORDS
      const digestHash = hash.of(entries, from + DIGEST, DIGEST_WORDS)
      let slot = digestHash & this.#slotMask
      let other = this.#slots[slot] ?? 0
      while (other !== 0 && !this.#isSameDigest(other - 1, entry)) {
        slot = (slot + 1) & this.#slotMask
        other = this.#slots[slot] ?? 0
      }
      if (other !== 0) continue
      entries[from + HASH] = digestHash
      if (kept !== entry) entries.copyWithin(kept * ENTRY_WORDS, from, from + ENTRY_WORDS)
      kept += 1
      this.#slots[slot] = kept
    }
    this.#length = kept
  }

  /** Takes every entry out. */
  clear(): void {
    this.#length = 0
  }

  /** Readies the look-up of the entries' images, see {@link Images.fetch}. */
  fetchImages(images: Images): void {
    images.fetch(this.#entries, HASH, ENTRY_WORDS, this.#length)
  }

  /** The entry that names `image`, or -1. */
  entryOf(image: number, images: Images): number {
    let slot = images.hashOf(image) & this.#slotMask
    for (;;) {
      const entry = (this.#slots[slot] ?? 0) - 1
      if (entry === -1 || images.hasDigest(image, this.#entries, entry * ENTRY_WORDS + DIGEST)) return entry
      slot = (slot + 1) & this.#slotMask
    }
  }

  #clearSlots(): void {
    let size = 4
    while (size < this.#length * 2) size *= 2
    if (size > this.#slots.length) this.#slots = new Uint32Array(size)
    else this.#slots.fill(0, 0, size)
    this.#slotMask = size - 1
  }

  #isSameDigest(one: number, other: number): boolean {
    const entries = this.#entries
    const a = one * ENTRY_WORDS + DIGEST
    const b = other * ENTRY_WORDS + DIGEST
    return (
      entries[a] === entries[b] &&
      entries[a + 1] === entries[b + 1] &&
      entries[a + 2] === entries[b + 2] &&
      entries[a + 3] === entries[b + 3]
    )
  }

  #get(entry: number, field: number): number {
    return this.#entries[entry * ENTRY_WORDS + field] ?? 0
  }

  #set(entry: number, field: number, value: number): void {
    this.#entries[entry * ENTRY_WORDS + field] = value
  }
}
