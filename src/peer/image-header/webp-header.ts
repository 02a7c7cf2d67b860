import { holds, little16, little24, little32 } from '../byte-reading.ts'
import type { ImageBytes } from './image-bytes.ts'
import type { ImageHeader } from './image-header.ts'
import { readExif } from './tiff-header.ts'

/** Where the first chunk of a WebP begins, and the size of a chunk's own header (RFC 9649, 2.3 and 2.4). */
const FIRST_CHUNK = 12
const CHUNK_HEADER_BYTES = 8

/** Bit of an extended WebP's flags that says that an EXIF chunk follows somewhere. */
const HAS_EXIF = 0b1000

/** Bits of a width or height in the two simple forms. */
const SIZE_MASK = 0x3fff

/** The three forms of a WebP: lossy (RFC 6386, 9.1), lossless (RFC 9649, 3.4) and extended, which may hold EXIF. */
export function readWebpHeader(bytes: ImageBytes): ImageHeader {
  const chunk = bytes.slice(FIRST_CHUNK, 18)
  const data = chunk.subarray(CHUNK_HEADER_BYTES)
  if (data.length >= 10 && holds(chunk, 0, 'VP8 ') && holds(data, 3, '\x9d\x01\x2a')) {
    return { width: little16(data, 6) & SIZE_MASK, height: little16(data, 8) & SIZE_MASK }
  }
  if (holds(chunk, 0, 'VP8L') && data[0] === 0x2f && data.length >= 5) {
    const bits = little32(data, 1)
    return { width: (bits & SIZE_MASK) + 1, height: ((bits >>> 14) & SIZE_MASK) + 1 }
  }
  if (!holds(chunk, 0, 'VP8X') || data.length < 10) return {}
  const size = { width: little24(data, 4) + 1, height: little24(data, 7) + 1 }
  return ((data[0] ?? 0) & HAS_EXIF) === 0 ? size : { ...size, ...readExifChunk(bytes) }
}

function readExifChunk(bytes: ImageBytes): ImageHeader {
  for (let at = FIRST_CHUNK; ; ) {
    const chunk = bytes.slice(at, CHUNK_HEADER_BYTES)
    if (chunk.length < CHUNK_HEADER_BYTES) return {}
    const length = little32(chunk, 4)
    if (holds(chunk, 0, 'EXIF')) {
      const block = bytes.slice(at + CHUNK_HEADER_BYTES, length)
      // Some writers keep what only a JPEG needs before the block.
      return readExif(holds(block, 0, 'Exif\0\0') ? block.subarray(6) : block)
    }
    at += CHUNK_HEADER_BYTES + length + (length % 2)
  }
}
