import { holds, latin1 } from '../byte-reading.ts'
import { Refusal } from './private-metadata.ts'
import type { Extent, Section } from './section.ts'

// Blocks of GIF89a, 17 to 27.
const HEADER_BYTES = 13
const EXTENSION = 0x21
const IMAGE = 0x2c
const TRAILER = 0x3b
const APPLICATION = 0xff
const IMAGE_HEADER_BYTES = 10
const COLOUR_TABLE = 0x80

/** Identifier and authentication code of an application. */
const APPLICATION_BYTES = 11
const HARMLESS: ReadonlySet<string> = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012'])

/** XMP stands there as it is, not in sub-blocks, and ends with bytes that lead whoever skips it out (XMP part 3, 1.1.2). */
const XMP_APPLICATION = 'XMP DataXMP'
const XMP_TRAILER_BYTES = 258

/** Frames and extensions of one animation, and sub-blocks of 255 bytes. */
const MAX_BLOCKS = 262_144
const MAX_SUB_BLOCKS = 4_194_304

/** The blocks of a GIF: XMP is cleaned, what is another application's becomes zeros. Comments stay. */
export function cleanGif(section: Section): void {
  const header = section.read(0, HEADER_BYTES)
  let at = HEADER_BYTES + colourTableBytes(header[10] ?? 0)
  for (let count = 0; at < section.size; count += 1) {
    if (count >= MAX_BLOCKS) throw new Refusal('tooComplex')
    const [type, label] = section.readUpTo(at, 2)
    if (type === TRAILER) {
      blankRest(section, at + 1)
      return
    }
    if (type === EXTENSION && label === APPLICATION) at = cleanApplication(section, at + 2)
    else if (type === EXTENSION) at = subBlocks(section, at + 2).end
    else if (type === IMAGE) {
      const flags = section.read(at, IMAGE_HEADER_BYTES)[9] ?? 0
      // After the colours one byte says how wide the codes are.
      at = subBlocks(section, at + IMAGE_HEADER_BYTES + colourTableBytes(flags) + 1).end
    } else throw new Refusal('malformed')
  }
}

function colourTableBytes(flags: number): number {
  return (flags & COLOUR_TABLE) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)
}

function cleanApplication(section: Section, at: number): number {
  const head = Uint8Array.from(section.read(at, 1 + APPLICATION_BYTES))
  const isNamed = head[0] === APPLICATION_BYTES
  const name = latin1(head, 1)
  const dataAt = isNamed ? at + head.length : at
  const { end, extents } = subBlocks(section, dataAt)
  if (isNamed && HARMLESS.has(name)) return end
  const xmpBytes = end - dataAt - XMP_TRAILER_BYTES
  if (
    isNamed &&
    name === XMP_APPLICATION &&
    xmpBytes > 0 &&
    holds(section.read(end - 258, 3), 0, '\x01\xff\xfe')
  ) {
    section.part({ at: dataAt, length: xmpBytes }).clean('xmp')
    return end
  }
  if (extents.every(extent => section.isZero(extent.at, extent.length))) return end
  section.found('unknown', 'container', isNamed ? name.trim() : 'application')
  for (const extent of extents) section.blank(extent.at, extent.length)
  return end
}

/** What the sub-blocks from `at` on hold, and where the block ends. */
function subBlocks(section: Section, start: number): { end: number; extents: Extent[] } {
  const extents: Extent[] = []
  for (let at = start; ; ) {
    if (extents.length >= MAX_SUB_BLOCKS) throw new Refusal('tooComplex')
    const length = section.read(at, 1)[0] ?? 0
    if (length === 0) return { end: at + 1, extents }
    extents.push({ at: at + 1, length })
    at += 1 + length
  }
}

function blankRest(section: Section, at: number): void {
  const length = section.size - at
  if (section.isZero(at, length)) return
  section.found('embedded', 'trailer', 'data behind the picture')
  section.blank(at, length)
}
