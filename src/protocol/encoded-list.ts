import { endsInEndpoint } from './image-name.ts'
import { DIGEST_HEX_BYTES, MAX_NAME_BYTES } from './limits.ts'

/**
 * The list of a REG or UPD:
 *
 *     list  = entry *(";" entry)
 *     entry = 32 HEXDIG "," name         ; the first comma ends the MD5, see image-name.ts
 *
 * It is checked and decoded in one pass over its bytes, into a table of words: nothing is made for an entry.
 */

/** Words of a digest: 128 bits, the first hexadecimal digit in the top bits of the first word. */
export const DIGEST_WORDS = 4

/** Fields of an entry in the table, in words: the digest, and where the name stands in the bytes of the list. */
export const ENTRY_DIGEST = 0
export const ENTRY_NAME_START = 4
export const ENTRY_NAME_END = 5
export const ENTRY_WORDS = 6

/** A checked list as it stands in bytes. It is valid until the next one is decoded into the same table. */
export interface EncodedList {
  readonly bytes: Uint8Array
  /** `[listStart, listEnd)`. */
  readonly listStart: number
  readonly listEnd: number
  /** Entries, as a reply counts them (an image named twice counts twice). */
  readonly entryCount: number
  /** {@link ENTRY_WORDS} for each entry. */
  readonly entries: Uint32Array
}

/** Entries there is room for from the start: more than a datagram of 65,507 bytes holds, at 35 bytes each. */
const START_ENTRIES = 2048

/** Where lists are decoded into, each over the one before. It grows to the longest there was; the caller bounds that. */
export class ListTable {
  #words = new Uint32Array(START_ENTRIES * ENTRY_WORDS)

  get words(): Uint32Array {
    return this.#words
  }

  /** Makes room for an entry whose fields begin at `row`. */
  reserve(row: number): Uint32Array {
    if (row + ENTRY_WORDS > this.#words.length) {
      const roomier = new Uint32Array(this.#words.length * 2)
      roomier.set(this.#words)
      this.#words = roomier
    }
    return this.#words
  }
}

/** An empty list. */
export const NO_LIST: EncodedList = {
  bytes: new Uint8Array(0),
  listStart: 0,
  listEnd: 0,
  entryCount: 0,
  entries: new Uint32Array(0),
}

/** For each byte, its value as a hexadecimal digit of either case; NOT_HEX for the others. */
const NOT_HEX = 0x80
const HEX_VALUE = new Uint8Array(256).fill(NOT_HEX)
for (let digit = 0; digit < 16; digit += 1) {
  const lower = digit.toString(16).charCodeAt(0)
  HEX_VALUE[lower] = digit
  HEX_VALUE[digit.toString(16).toUpperCase().charCodeAt(0)] = digit
}

const NUL = 0x00
const COMMA = 0x2c
const SEMICOLON = 0x3b

/** For each byte, 1 where it means something in a name. */
const IS_SPECIAL = new Uint8Array(256)
for (const byte of [NUL, COMMA, SEMICOLON]) IS_SPECIAL[byte] = 1

/**
 * Decodes the list in `[from, to)` of `bytes`, which are UTF-8, into `table`; `undefined` when it is empty or an entry is
 * malformed.
 */
export function decodeList(
  bytes: Uint8Array,
  from: number,
  to: number,
  table: ListTable,
): EncodedList | undefined {
  if (from >= to) return undefined
  let count = 0
  for (let at = from; at <= to; ) {
    const nameStart = at + DIGEST_HEX_BYTES + 1
    if (nameStart >= to || bytes[nameStart - 1] !== COMMA) return undefined
    const row = count * ENTRY_WORDS
    const words = table.reserve(row)
    if (!decodeDigest(bytes, at, words, row)) return undefined
    let comma = -1
    let end = nameStart
    for (; end < to; end += 1) {
      const byte = bytes[end] ?? 0
      if (IS_SPECIAL[byte] === 0) continue
      if (byte === SEMICOLON) break
      if (byte === NUL) return undefined
      comma = end
    }
    if (end === nameStart || end - nameStart > MAX_NAME_BYTES) return undefined
    if (comma !== -1 && endsInEndpoint(bytes, comma, end)) return undefined
    words[row + ENTRY_NAME_START] = nameStart
    words[row + ENTRY_NAME_END] = end
    count += 1
    at = end + 1
  }
  return { bytes, listStart: from, listEnd: to, entryCount: count, entries: table.words }
}

/** Decodes 32 hexadecimal digits; false where one is none. Which are letters is as good as random: no branch on a digit. */
export function decodeDigest(bytes: Uint8Array, from: number, into: Uint32Array, at: number): boolean {
  let others = 0
  for (let word = 0; word < DIGEST_WORDS; word += 1) {
    let value = 0
    const start = from + word * 8
    for (let index = start; index < start + 8; index += 1) {
      const digit = HEX_VALUE[bytes[index] ?? 0] ?? NOT_HEX
      others |= digit
      value = (value << 4) | digit
    }
    into[at + word] = value
  }
  return (others & NOT_HEX) === 0
}
