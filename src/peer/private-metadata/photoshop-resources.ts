import { big16, big32, holds } from '../byte-reading.ts'
import { Refusal } from './private-metadata.ts'
import type { BlockKind, Section } from './section.ts'

/** Image resources of Photoshop that are looked into, or blanked (Adobe Photoshop File Formats, Image Resource IDs). */
const BLOCKS: ReadonlyMap<number, BlockKind> = new Map([
  [0x0404, 'iptc'],
  [0x0422, 'exif'],
  [0x0424, 'xmp'],
])
const THUMBNAILS: ReadonlySet<number> = new Set([0x0409, 0x040c])
const THUMBNAIL_HEADER_BYTES = 28
/** A second EXIF block in no known form, and what plug-ins write. */
const SECOND_EXIF = 0x0423
const FIRST_PLUG_IN = 4000
const LAST_PLUG_IN = 4999

const MAX_RESOURCES = 4096

/** The resources one after the other, each cleaned in its place. */
export function cleanPhotoshopResources(section: Section): void {
  let at = 0
  for (let count = 0; at + 12 <= section.size; count += 1) {
    if (count >= MAX_RESOURCES) throw new Refusal('tooComplex')
    const header = section.read(at, 7)
    if (!holds(header, 0, '8BIM')) break
    const id = big16(header, 4)
    // The name has its length before it; both together are padded to an even number.
    const nameBytes = (header[6] ?? 0) + 1
    const lengthAt = at + 6 + nameBytes + (nameBytes % 2)
    const length = big32(section.read(lengthAt, 4), 0)
    const dataAt = lengthAt + 4
    cleanResource(section, id, dataAt, length)
    at = dataAt + length + (length % 2)
  }
  const rest = Math.max(0, section.size - at)
  if (section.isZero(section.size - rest, rest)) return
  section.found('unknown', 'photoshop', 'Photoshop')
  section.blank(section.size - rest, rest)
}

function cleanResource(section: Section, id: number, at: number, length: number): void {
  const data = section.part({ at, length })
  const kind = BLOCKS.get(id)
  if (length === 0) return
  if (kind !== undefined) data.clean(kind)
  else if (
    THUMBNAILS.has(id) &&
    length > THUMBNAIL_HEADER_BYTES &&
    holds(data.readUpTo(28, 2), 0, '\xff\xd8')
  ) {
    data.part({ at: THUMBNAIL_HEADER_BYTES, length: length - THUMBNAIL_HEADER_BYTES }).clean('jpeg')
  } else if (id === SECOND_EXIF || (id >= FIRST_PLUG_IN && id <= LAST_PLUG_IN)) {
    if (data.isZero(0, length)) return
    section.found('unknown', 'photoshop', `resource ${id}`)
    data.blank(0, length)
  }
}
