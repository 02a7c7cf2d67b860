import { big16, big32, holds, latin1, little16, little32 } from '../byte-reading.ts'
import { IMAGE_HEAD_BYTES } from '../image-format.ts'
import type { ImageBytes } from './image-bytes.ts'
import type { ImageHeader } from './image-header.ts'

/** The size of the canvas on which the pictures of a GIF are put (GIF89a, 18). */
export function readGifHeader(bytes: ImageBytes): ImageHeader {
  const start = bytes.slice(0, 10)
  return start.length < 10 ? {} : { width: little16(start, 6), height: little16(start, 8) }
}

/** Of the BMP headers only OS/2's first has numbers of 16 bits. A negative height means rows from the top down. */
export function readBmpHeader(bytes: ImageBytes): ImageHeader {
  const start = bytes.slice(0, 26)
  if (start.length < 26) return {}
  if (little32(start, 14) === 12) return { width: little16(start, 18), height: little16(start, 20) }
  return { width: little32(start, 18), height: Math.abs(little32(start, 22) | 0) }
}

/** An icon is as large as the largest of its pictures, whose sides are bytes, with 0 for 256. */
export function readIcoHeader(bytes: ImageBytes): ImageHeader {
  const count = little16(bytes.slice(0, 6), 4)
  const directory = bytes.slice(6, count * 16)
  if (directory.length < count * 16) return {}
  let width = 0
  let height = 0
  for (let at = 0; at + 16 <= directory.length; at += 16) {
    const entryWidth = directory[at] || 256
    const entryHeight = directory[at + 1] || 256
    if (entryWidth * entryHeight > width * height) [width, height] = [entryWidth, entryHeight]
  }
  return { width, height }
}

export function readPsdHeader(bytes: ImageBytes): ImageHeader {
  const start = bytes.slice(0, 22)
  return start.length < 22 ? {} : { height: big32(start, 14), width: big32(start, 18) }
}

/** Sun raster. */
export function readRastHeader(bytes: ImageBytes): ImageHeader {
  const start = bytes.slice(0, 12)
  return start.length < 12 ? {} : { width: big32(start, 4), height: big32(start, 8) }
}

/** Silicon Graphics' own; with one dimension it is a single row. */
export function readSgiHeader(bytes: ImageBytes): ImageHeader {
  const start = bytes.slice(0, 10)
  if (start.length < 10) return {}
  return { width: big16(start, 6), height: big16(start, 4) === 1 ? 1 : big16(start, 8) }
}

/** The three netpbm formats: two numbers after the magic, with white space and comments anywhere between. */
export function readNetpbmHeader(bytes: ImageBytes): ImageHeader {
  const text = latin1(bytes.slice(2, IMAGE_HEAD_BYTES)).replaceAll(/#[^\n\r]*/g, '')
  const match = /^\s+(\d+)\s+(\d+)/.exec(text)
  return match === null ? {} : { width: Number(match[1]), height: Number(match[2]) }
}

/** C source: the first two definitions whose names end in width and height. */
export function readXbmHeader(bytes: ImageBytes): ImageHeader {
  const text = latin1(bytes.slice(0, IMAGE_HEAD_BYTES))
  const numberOf = (side: string) =>
    Number(new RegExp(`^#define[ \\t][^\\r\\n]*${side}[ \\t]+([0-9]+)`, 'm').exec(text)?.[1])
  return { width: numberOf('width'), height: numberOf('height') }
}

/** Attributes of an OpenEXR header that are looked at; the display window is one every file has. */
const MAX_EXR_ATTRIBUTES = 256

/** Bytes of a name in an OpenEXR header, with its end, at most. */
const MAX_EXR_NAME_BYTES = 256

/** OpenEXR: attributes with a name, a type and a length each; the size is that of the window to be shown. */
export function readExrHeader(bytes: ImageBytes): ImageHeader {
  let at = 8
  for (let index = 0; index < MAX_EXR_ATTRIBUTES; index += 1) {
    const start = bytes.slice(at, 2 * MAX_EXR_NAME_BYTES + 4 + 16)
    const nameEnd = start.indexOf(0)
    const typeEnd = start.indexOf(0, nameEnd + 1)
    if (nameEnd <= 0 || typeEnd < 0 || start.length < typeEnd + 5 + 16) return {}
    if (holds(start, 0, 'displayWindow\0box2i\0')) {
      const [left = 0, top = 0, right = 0, bottom = 0] = [0, 4, 8, 12].map(
        offset => little32(start, typeEnd + 5 + offset) | 0,
      )
      return { width: right - left + 1, height: bottom - top + 1 }
    }
    at += typeEnd + 5 + little32(start, typeEnd + 1)
  }
  return {}
}
