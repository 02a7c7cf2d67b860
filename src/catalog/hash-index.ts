import { NO_ROW } from './rows.ts'

/**
 * Which rows stand under a 32-bit hash: extendible hashing (Fagin et al., 1979) over regions of open addressing.
 *
 * The top bits of a hash choose a region through the directory, the low bits the slot in it where the search starts. A
 * region that is too full is split in two by one more bit, which moves the entries of that region only: growing costs
 * some 20 microseconds at a time, whatever the index holds, and leaves nothing behind to collect.
 */

/** Slots of a region, a power of two. A split handles all of them at once, so this bounds the longest single wait. */
const REGION_SLOTS = 4096
const SLOT_MASK = REGION_SLOTS - 1
/** A slot is two words: the hash, and the row or NO_ROW where the slot is empty. */
const SLOT_WORDS = 2
const REGION_WORDS = REGION_SLOTS * SLOT_WORDS
/** Entries at which a region is split: at three quarters, finding nothing takes 8.5 slots on average (Knuth 6.4). */
const REGION_ENTRIES = REGION_SLOTS * 0.75
/** 512 KiB of regions at a time. */
const SEGMENT_REGIONS = 16
const REGION_SHIFT = Math.log2(SEGMENT_REGIONS)
/** Bits of the hash that choose a region, at most: with those that choose the slot, all 32. */
const MAX_DEPTH = 32 - Math.log2(REGION_SLOTS)

const NOTHING = new Uint32Array(0)

export class HashIndex {
  readonly #segments: Uint32Array[] = []
  /** Entries of each region. */
  readonly #entries: number[] = []
  /** Bits that all hashes of a region have in common, for each region. */
  readonly #depths: number[] = []
  /** Bits of the hash that index the directory. At least 1: a shift by 32 would be one by 0. */
  #depth = 1
  /** The region of each value of those bits. */
  #directory: Uint32Array = new Uint32Array(2)
  /** Where {@link first} and {@link next} stand. */
  #slots: Uint32Array = NOTHING
  #regionStart = 0
  #slot = 0
  #hash = 0
  /** What {@link fetch} read last: nobody needs it. */
  fetched = 0

  constructor() {
    this.#directory[0] = this.#addRegion(1)
    this.#directory[1] = this.#addRegion(1)
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    const words = this.#segments.length * SEGMENT_REGIONS * REGION_WORDS + this.#directory.length
    return words * Uint32Array.BYTES_PER_ELEMENT
  }

  /** The first row under `hash`, or NO_ROW; the others follow from {@link next}, in no order. */
  first(hash: number): number {
    const region = this.#regionOf(hash)
    this.#slots = this.#segmentOf(region)
    this.#regionStart = startOf(region)
    this.#slot = hash & SLOT_MASK
    this.#hash = hash
    return this.#nextFromSlot()
  }

  /** The next row under the hash that {@link first} was called with, or NO_ROW. The index must not have changed. */
  next(): number {
    this.#slot = (this.#slot + 1) & SLOT_MASK
    return this.#nextFromSlot()
  }

  /** Reads the first slot of each hash, see `Images.fetch`. */
  fetch(hashes: Uint32Array, start: number, stride: number, count: number): void {
    const directory = this.#directory
    const shift = 32 - this.#depth
    let fetched = 0
    for (let index = 0, at = start; index < count; index += 1, at += stride) {
      const hash = hashes[at] ?? 0
      const region = directory[hash >>> shift] ?? 0
      const slots = this.#segments[region >>> REGION_SHIFT] ?? NOTHING
      fetched ^= slots[startOf(region) + (hash & SLOT_MASK) * SLOT_WORDS + 1] ?? 0
    }
    // Kept, or a compiler would see that nothing is done with what was read, and read nothing.
    this.fetched = fetched
  }

  /** Adds `row` under `hash`. */
  insert(hash: number, row: number): void {
    let region = this.#regionOf(hash)
    while ((this.#entries[region] ?? 0) >= REGION_ENTRIES) {
      if (!this.#split(region)) break
      region = this.#regionOf(hash)
    }
    this.#place(region, hash, row)
  }

  /** Removes `row`, which stands under `hash`. */
  remove(hash: number, row: number): void {
    const region = this.#regionOf(hash)
    const slots = this.#segmentOf(region)
    const start = startOf(region)
    let hole = hash & SLOT_MASK
    while (slots[start + hole * SLOT_WORDS + 1] !== row) hole = (hole + 1) & SLOT_MASK
    // An entry after the hole moves back into it unless its own search starts after the hole (Knuth 6.4, algorithm R).
    for (let slot = (hole + 1) & SLOT_MASK; ; slot = (slot + 1) & SLOT_MASK) {
      const from = start + slot * SLOT_WORDS
      const moved = slots[from + 1] ?? NO_ROW
      if (moved === NO_ROW) break
      const movedHash = slots[from] ?? 0
      if (((slot - movedHash) & SLOT_MASK) < ((slot - hole) & SLOT_MASK)) continue
      slots[start + hole * SLOT_WORDS] = movedHash
      slots[start + hole * SLOT_WORDS + 1] = moved
      hole = slot
    }
    slots[start + hole * SLOT_WORDS + 1] = NO_ROW
    this.#entries[region] = (this.#entries[region] ?? 0) - 1
  }

  #nextFromSlot(): number {
    const slots = this.#slots
    const start = this.#regionStart
    const hash = this.#hash
    for (let slot = this.#slot; ; slot = (slot + 1) & SLOT_MASK) {
      const at = start + slot * SLOT_WORDS
      const row = slots[at + 1] ?? NO_ROW
      if (row === NO_ROW || slots[at] === hash) {
        this.#slot = slot
        return row
      }
    }
  }

  #place(region: number, hash: number, row: number): void {
    const entries = this.#entries[region] ?? 0
    // One slot stays empty, for a search to end at. Nobody gets here without the key of the hash: it takes thousands of
    // entries that agree in as many bits as choose a region.
    if (entries >= REGION_SLOTS - 1) throw new RangeError('hash index: too many rows under one hash')
    const slots = this.#segmentOf(region)
    const start = startOf(region)
    let slot = hash & SLOT_MASK
    while (slots[start + slot * SLOT_WORDS + 1] !== NO_ROW) slot = (slot + 1) & SLOT_MASK
    slots[start + slot * SLOT_WORDS] = hash
    slots[start + slot * SLOT_WORDS + 1] = row
    this.#entries[region] = entries + 1
  }

  /** Moves the entries of `region` that have the next bit set into a region of their own; false when no bit is left. */
  #split(region: number): boolean {
    const depth = this.#depths[region] ?? MAX_DEPTH
    if (depth === MAX_DEPTH) return false
    if (depth === this.#depth) this.#doubleDirectory()
    const twin = this.#addRegion(depth + 1)
    this.#depths[region] = depth + 1

    const start = startOf(region)
    const slots = this.#segmentOf(region).subarray(start, start + REGION_WORDS)
    const entries = slots.slice()
    slots.fill(0)
    this.#entries[region] = 0
    const bit = 1 << (31 - depth)
    let prefix = 0
    for (let at = 0; at < REGION_WORDS; at += SLOT_WORDS) {
      const row = entries[at + 1] ?? NO_ROW
      if (row === NO_ROW) continue
      prefix = entries[at] ?? 0
      this.#place((prefix & bit) === 0 ? region : twin, prefix, row)
    }

    // The directory's entries for the region are those that begin with its bits; the second half of them is the twin's.
    const span = 1 << (this.#depth - depth)
    const first = ((prefix >>> (32 - this.#depth)) & ~(span - 1)) >>> 0
    this.#directory.fill(twin, first + span / 2, first + span)
    return true
  }

  #doubleDirectory(): void {
    const directory = new Uint32Array(this.#directory.length * 2)
    this.#directory.forEach((region, at) => {
      directory[at * 2] = region
      directory[at * 2 + 1] = region
    })
    this.#directory = directory
    this.#depth += 1
  }

  #addRegion(depth: number): number {
    const region = this.#depths.length
    if (region >>> REGION_SHIFT === this.#segments.length) {
      this.#segments.push(new Uint32Array(SEGMENT_REGIONS * REGION_WORDS))
    }
    this.#depths.push(depth)
    this.#entries.push(0)
    return region
  }

  #regionOf(hash: number): number {
    return this.#directory[hash >>> (32 - this.#depth)] ?? 0
  }

  #segmentOf(region: number): Uint32Array {
    return this.#segments[region >>> REGION_SHIFT] ?? NOTHING
  }
}

/** Where a region's words start in its segment. */
function startOf(region: number): number {
  return (region & (SEGMENT_REGIONS - 1)) * REGION_WORDS
}
