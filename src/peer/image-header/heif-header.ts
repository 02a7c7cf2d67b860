import { big16, big32, holds } from '../byte-reading.ts'
import { type Box, boxesIn } from './boxes.ts'
import { bytesInMemory, type ImageBytes } from './image-bytes.ts'
import type { ImageHeader } from './image-header.ts'
import { readContainedExif } from './tiff-header.ts'

/** Items and properties looked at: a picture of hundreds of tiles has one item for each. */
const MAX_ITEMS = 4096

/** Version and flags, which the boxes here that are not plain begin with. */
const FULL_BOX_BYTES = 4

/**
 * HEIF, HEIC and AVIF: items described in the `meta` box (ISO/IEC 14496-12, 8.11) with properties (ISO/IEC 23008-12,
 * 6.5). The size is that of the primary item. How it is turned is a property as well; what the EXIF block says of that
 * was carried out when it was written, and must not be carried out again.
 */
export function readHeifHeader(bytes: ImageBytes): ImageHeader {
  const box = boxesIn(bytes, 0, bytes.size).find(({ type }) => type === 'meta')
  if (box === undefined) return {}
  const meta = new MetaBox(bytes.slice(box.start, box.end - box.start))
  return { ...shownSize(meta), ...readExifItem(bytes, meta) }
}

/** A `meta` box in memory. */
class MetaBox {
  readonly content: Uint8Array
  readonly #boxes: readonly Box[]

  constructor(content: Uint8Array) {
    this.content = content
    this.#boxes = boxesIn(bytesInMemory(content), FULL_BOX_BYTES, content.length)
  }

  box(type: string): Box | undefined {
    return this.#boxes.find(box => box.type === type)
  }

  within(box: Box | undefined): readonly Box[] {
    return box === undefined ? [] : boxesIn(bytesInMemory(this.content), box.start, box.end)
  }
}

function shownSize(meta: MetaBox): ImageHeader {
  let size: ImageHeader = {}
  const { content } = meta
  for (const { type, start } of primaryProperties(meta)) {
    if (type === 'ispe') {
      size = { width: big32(content, start + 4), height: big32(content, start + 8) }
    } else if (type === 'clap') {
      // A crop, each side as a fraction.
      const width = big32(content, start) / big32(content, start + 4)
      const height = big32(content, start + 8) / big32(content, start + 12)
      size = { width: Math.round(width), height: Math.round(height) }
    } else if (type === 'irot' && (content[start] ?? 0) % 2 === 1) {
      // By 90 or 270 degrees.
      size = { width: size.height, height: size.width }
    }
  }
  return size
}

/** The properties of the primary item, in the order in which they apply. */
function primaryProperties(meta: MetaBox): Box[] {
  const pitm = meta.box('pitm')
  const [ipco, ipma] = ['ipco', 'ipma'].map(wanted =>
    meta.within(meta.box('iprp')).find(({ type }) => type === wanted),
  )
  if (pitm === undefined || ipco === undefined || ipma === undefined) return []
  const { content } = meta
  const properties = meta.within(ipco)
  const primary =
    content[pitm.start] === 0
      ? big16(content, pitm.start + FULL_BOX_BYTES)
      : big32(content, pitm.start + FULL_BOX_BYTES)
  const hasLongIds = (content[ipma.start] ?? 0) > 0
  const hasLongIndexes = ((content[ipma.start + 3] ?? 0) & 1) === 1
  let at = ipma.start + FULL_BOX_BYTES + 4
  for (let entry = 0; entry < MAX_ITEMS && at < ipma.end; entry += 1) {
    const item = hasLongIds ? big32(content, at) : big16(content, at)
    at += hasLongIds ? 4 : 2
    const count = content[at] ?? 0
    at += 1
    const indexBytes = hasLongIndexes ? 2 : 1
    if (item === primary) {
      return Array.from({ length: count }, (_, index) => {
        // The highest bit says whether a reader must know the property; numbers begin with 1.
        const number = hasLongIndexes
          ? big16(content, at + index * 2) & 0x7fff
          : (content[at + index] ?? 0) & 0x7f
        return properties[number - 1]
      }).filter(property => property !== undefined)
    }
    at += count * indexBytes
  }
  return []
}

function readExifItem(bytes: ImageBytes, meta: MetaBox): ImageHeader {
  const item = exifItem(meta)
  const place = item === undefined ? undefined : placeOf(meta, item)
  return place === undefined ? {} : readContainedExif(bytes.slice(place.offset, place.length))
}

/** The number of the item that is an EXIF block. */
function exifItem(meta: MetaBox): number | undefined {
  const { content } = meta
  const iinf = meta.box('iinf')
  if (iinf === undefined) return undefined
  const countBytes = content[iinf.start] === 0 ? 2 : 4
  const entries = meta.within({ ...iinf, start: iinf.start + FULL_BOX_BYTES + countBytes })
  for (const { type, start } of entries) {
    const version = content[start]
    if (type !== 'infe' || (version !== 2 && version !== 3)) continue
    const idBytes = version === 2 ? 2 : 4
    const idAt = start + FULL_BOX_BYTES
    // Between the number and the type stand two bytes on protection.
    if (!holds(content, idAt + idBytes + 2, 'Exif')) continue
    return idBytes === 2 ? big16(content, idAt) : big32(content, idAt)
  }
  return undefined
}

/** Where in the file the item lies, if it is in one piece. */
function placeOf(meta: MetaBox, wanted: number): { offset: number; length: number } | undefined {
  const iloc = meta.box('iloc')
  if (iloc === undefined) return undefined
  const { content } = meta
  let at = iloc.start
  const take = (bytes: number): number => {
    let value = 0
    for (let index = 0; index < bytes; index += 1) value = value * 256 + (content[at + index] ?? 0)
    at += bytes
    return value
  }
  const version = take(FULL_BOX_BYTES) >>> 24
  const sizes = take(2)
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexBytes = version === 0 ? 0 : sizes & 15
  const idBytes = version < 2 ? 2 : 4
  const items = Math.min(take(idBytes), MAX_ITEMS)
  for (let item = 0; item < items && at < iloc.end; item += 1) {
    const id = take(idBytes)
    const isInFile = version === 0 || (take(2) & 15) === 0
    const isOfThisFile = take(2) === 0
    const base = take(baseBytes)
    const extents = take(2)
    if (id === wanted) {
      if (extents !== 1 || !isInFile || !isOfThisFile) return undefined
      take(indexBytes)
      const offset = base + take(offsetBytes)
      return { offset, length: take(lengthBytes) }
    }
    at += extents * (indexBytes + offsetBytes + lengthBytes)
  }
  return undefined
}
