import { big16, holds } from '../byte-reading.ts'
import type { ImageBytes } from './image-bytes.ts'
import type { ImageHeader } from './image-header.ts'
import { readExif } from './tiff-header.ts'

// Second bytes of markers, ITU-T T.81 table B.1.
const START_OF_SCAN = 0xda
const END_OF_IMAGE = 0xd9
const APP1 = 0xe1

/** What an EXIF block in an APP1 segment begins with (EXIF 2.32, 4.7.2). */
const EXIF_SIGNATURE = 'Exif\0\0'

/** Walks the segments of a JPEG up to its frame header, before which the EXIF block stands. */
export function readJpegHeader(bytes: ImageBytes): ImageHeader {
  let exif: ImageHeader = {}
  for (let at = 2; ; ) {
    const segment = bytes.slice(at, 10)
    if (segment[0] !== 0xff) return exif
    const marker = segment[1] ?? 0
    if (marker === 0xff) {
      // Any number of fill bytes may stand before a marker.
      at += 1
      continue
    }
    if (isFrameHeader(marker)) {
      return segment.length < 9 ? exif : { ...exif, height: big16(segment, 5), width: big16(segment, 7) }
    }
    const length = big16(segment, 2)
    if (marker === START_OF_SCAN || marker === END_OF_IMAGE || length < 2) return exif
    if (marker === APP1 && holds(segment, 4, EXIF_SIGNATURE)) {
      const blockAt = at + 4 + EXIF_SIGNATURE.length
      exif = readExif(bytes.slice(blockAt, at + 2 + length - blockAt))
    }
    at += 2 + length
  }
}

/** SOF0 to SOF15; three numbers of the row mean something else (DHT, JPG, DAC). */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}
