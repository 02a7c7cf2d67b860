import { big16, big32, latin1 } from '../byte-reading.ts'
import { type Box, boxesOf } from './heif-boxes.ts'
import { Refusal } from './private-metadata.ts'
import type { Extent, Section } from './section.ts'

/** Version and flags, which most boxes here begin with. */
export const FULL_BOX_BYTES = 4

/** Items, and stretches of one: a picture in tiles of 512 and a gigapixel has 4,000. */
const MAX_ITEMS = 65_536
const MAX_EXTENTS = 1024

/** What an item is (ISO/IEC 14496-12, 8.11.6). */
export interface ItemKind {
  /** Four characters. */
  readonly type: string
  /** Media type of a `mime` item, as it stands there. */
  readonly contentType: string
  /** How it is compressed besides; empty for not at all. */
  readonly contentEncoding: string
}

/** By number; `section` holds the file. */
export function readItemKinds(section: Section, iinf: Box): Map<number, ItemKind> {
  const countBytes = section.read(iinf.start, 1)[0] === 0 ? 2 : 4
  const kinds = new Map<number, ItemKind>()
  for (const box of boxesOf(section, iinf.start + FULL_BOX_BYTES + countBytes, iinf.end)) {
    if (box.type !== 'infe') throw new Refusal('malformed')
    const content = section.read(box.start, box.end - box.start)
    const version = content[0] ?? 0
    const idBytes = version < 3 ? 2 : 4
    const id = idBytes === 2 ? big16(content, FULL_BOX_BYTES) : big32(content, FULL_BOX_BYTES)
    const hasType = version >= 2
    const typeAt = FULL_BOX_BYTES + idBytes + 2
    const type = hasType ? latin1(content, typeAt, typeAt + 4) : 'mime'
    // Each ends with a NUL, and the last may be left out.
    const [, contentType = '', contentEncoding = ''] = latin1(content, typeAt + (hasType ? 4 : 0)).split('\0')
    kinds.set(id, { type, contentType, contentEncoding })
  }
  return kinds
}

/** Where an item's bytes are. */
export interface ItemPlace {
  /** In the file; `undefined` where they are in another file, or made of other items. */
  readonly extents: readonly Extent[] | undefined
}

/** By number (ISO/IEC 14496-12, 8.11.3). `idat` is where items may stand that are not in the file's own stretches. */
export function readItemPlaces(section: Section, iloc: Box, idat: Box | undefined): Map<number, ItemPlace> {
  const reader = new NumberReader(section, iloc)
  const version = reader.take(FULL_BOX_BYTES) >>> 24
  if (version > 2) throw new Refusal('malformed')
  const sizes = reader.take(2)
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexBytes = version === 0 ? 0 : sizes & 15
  const idBytes = version < 2 ? 2 : 4
  const count = reader.take(idBytes)
  if (count > MAX_ITEMS) throw new Refusal('tooComplex')
  const places = new Map<number, ItemPlace>()
  for (let item = 0; item < count; item += 1) {
    const id = reader.take(idBytes)
    const method = version === 0 ? 0 : reader.take(2) & 15
    const isOfThisFile = reader.take(2) === 0
    const base = reader.take(baseBytes)
    const extentCount = reader.take(2)
    if (extentCount > MAX_EXTENTS) throw new Refusal('tooComplex')
    const extents: Extent[] = []
    for (let extent = 0; extent < extentCount; extent += 1) {
      reader.take(indexBytes)
      const at = base + reader.take(offsetBytes)
      extents.push({ at: at + (method === 1 ? (idat?.start ?? 0) : 0), length: reader.take(lengthBytes) })
    }
    const isKnown = isOfThisFile && (method === 0 || (method === 1 && idat !== undefined))
    places.set(id, { extents: isKnown ? extents : undefined })
  }
  return places
}

class NumberReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(section: Section, box: Box) {
    this.#bytes = Uint8Array.from(section.read(box.start, box.end - box.start))
  }

  /** The next whole number of so many bytes; 0 of none. */
  take(bytes: number): number {
    if (this.#at + bytes > this.#bytes.length) throw new Refusal('cutShort')
    let value = 0
    for (let index = 0; index < bytes; index += 1) value = value * 256 + (this.#bytes[this.#at + index] ?? 0)
    if (!Number.isSafeInteger(value)) throw new Refusal('malformed')
    this.#at += bytes
    return value
  }
}
