import { big32, holds } from '../byte-reading.ts'
import { boxesIn } from './boxes.ts'
import type { ImageBytes } from './image-bytes.ts'
import type { ImageHeader } from './image-header.ts'

/** A JPEG 2000 in boxes: the image header is the first box in `jp2h` (ISO/IEC 15444-1 I.5.3.1). */
export function readJp2Header(bytes: ImageBytes): ImageHeader {
  const outer = boxesIn(bytes, 0, bytes.size).find(({ type }) => type === 'jp2h')
  if (outer === undefined) return {}
  const image = boxesIn(bytes, outer.start, outer.end).find(({ type }) => type === 'ihdr')
  if (image === undefined) return {}
  const size = bytes.slice(image.start, 8)
  return size.length < 8 ? {} : { height: big32(size, 0), width: big32(size, 4) }
}

/** A bare codestream: the SIZ segment, which gives the picture's place on a grid (ISO/IEC 15444-1 A.5.1). */
export function readJ2cHeader(bytes: ImageBytes): ImageHeader {
  const start = bytes.slice(0, 24)
  if (!holds(start, 2, '\xff\x51') || start.length < 24) return {}
  return { width: big32(start, 8) - big32(start, 16), height: big32(start, 12) - big32(start, 20) }
}
