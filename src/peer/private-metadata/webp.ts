import { holds, latin1, little32 } from '../byte-reading.ts'
import { Refusal } from './private-metadata.ts'
import type { Section } from './section.ts'

// RFC 9649, 2.3 and 2.4.
const FIRST_CHUNK = 12
const CHUNK_HEADER_BYTES = 8

/** Chunks of one file: an animation has one for each frame. */
const MAX_CHUNKS = 65_536

const HARMLESS: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'VP8X', 'ANIM', 'ALPH', 'ICCP'])

/** What stands in a frame of an animation before its own chunks (RFC 9649, 2.7.1.1). */
const FRAME_HEADER_BYTES = 16

/** The chunks of a WebP, each cleaned in its place. */
export function cleanWebp(section: Section): void {
  const end = 8 + little32(section.read(0, FIRST_CHUNK), 4)
  if (end > section.size) throw new Refusal('cutShort')
  const at = Math.min(cleanChunks(section, FIRST_CHUNK, end), section.size)
  const rest = section.size - at
  if (section.isZero(at, rest)) return
  section.found('embedded', 'trailer', 'data behind the picture')
  section.blank(at, rest)
}

/** Cleans the chunks of `[start, end)` and tells where the last one ends. */
function cleanChunks(section: Section, start: number, end: number): number {
  let at = start
  for (let count = 0; at < end; count += 1) {
    if (count >= MAX_CHUNKS) throw new Refusal('tooComplex')
    const header = section.read(at, CHUNK_HEADER_BYTES)
    const type = latin1(header, 0, 4)
    const length = little32(header, 4)
    const dataAt = at + CHUNK_HEADER_BYTES
    if (!section.holds(dataAt, length)) throw new Refusal('cutShort')
    if (type === 'ANMF') {
      const frame = section.part({ at: dataAt, length })
      cleanChunks(frame, Math.min(FRAME_HEADER_BYTES, length), length)
    } else cleanChunk(section, type, dataAt, length)
    at = dataAt + length + (length % 2)
  }
  return at
}

function cleanChunk(section: Section, type: string, at: number, length: number): void {
  if (HARMLESS.has(type) || length === 0) return
  const data = section.part({ at, length })
  if (type === 'EXIF') {
    // Some writers keep what only a JPEG needs before the block.
    const before = holds(data.readUpTo(0, 6), 0, 'Exif\0\0') ? 6 : 0
    data.part({ at: before, length: length - before }).clean('exif')
  } else if (type === 'XMP ') data.clean('xmp')
  else if (!data.isZero(0, length)) {
    section.found('unknown', 'container', type)
    data.blank(0, length)
  }
}
