import { big32, holds } from '../byte-reading.ts'
import type { ImageBytes } from './image-bytes.ts'
import type { ImageHeader } from './image-header.ts'
import { readExif } from './tiff-header.ts'

const SIGNATURE_BYTES = 8
/** Length and type before a chunk's data, its checksum after it. */
const CHUNK_OVERHEAD_BYTES = 12

/** The size stands in a PNG's first chunk; an EXIF block in one before the pixels (PNG, third edition, 5.6). */
export function readPngHeader(bytes: ImageBytes): ImageHeader {
  const first = bytes.slice(SIGNATURE_BYTES, 16)
  if (!holds(first, 4, 'IHDR') || first.length < 16) return {}
  const size = { width: big32(first, 8), height: big32(first, 12) }
  for (let at = SIGNATURE_BYTES; ; ) {
    const chunk = bytes.slice(at, 8)
    if (chunk.length < 8 || holds(chunk, 4, 'IDAT')) return size
    const length = big32(chunk, 0)
    if (holds(chunk, 4, 'eXIf')) return { ...size, ...readExif(bytes.slice(at + 8, length)) }
    at += length + CHUNK_OVERHEAD_BYTES
  }
}
