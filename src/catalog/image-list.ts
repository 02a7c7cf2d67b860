import { forEachEntry, type IndexRequest } from '../protocol/index-request.ts'
import { DIGEST_WORDS, type Images } from './images.ts'
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

  /** Takes the list of a decoded request in place of the one before. */
  read(request: IndexRequest): void {
    if (request.entryCount * ENTRY_WORDS > this.#entries.length) {
      this.#entries = new Uint32Array(request.entryCount * ENTRY_WORDS)
    }
    const entries = this.#entries
    const bytes = request.bytes
    let length = 0
    forEachEntry(request, (digestStart, nameStart, nameEnd) => {
      const at = length * ENTRY_WORDS
      for (let word = 0; word < DIGEST_WORDS; word += 1) {
        entries[at + DIGEST + word] = hexadecimalWord(bytes, digestStart + word * 8)
      }
      entries[at + NAME_START] = nameStart
      entries[at + NAME_END] = nameEnd
      entries[at + HOLDING] = NO_ROW
      length += 1
    })
    this.#length = length
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

/** The 32 bits that the eight hexadecimal digits at `start` stand for, of either case. */
function hexadecimalWord(bytes: Uint8Array, start: number): number {
  let word = 0
  for (let at = start; at < start + 8; at += 1) {
    const digit = bytes[at] ?? 0
    // The low four bits of '0' to '9' are the digit's value, those of 'A' and 'a' are 1; only letters have bit 6 set.
    word = (word << 4) | ((digit & 0xf) + (digit >> 6) * 9)
  }
  return word >>> 0
}
