import { big32, latin1 } from '../byte-reading.ts'
import type { ImageBytes } from './image-bytes.ts'

/** A box of the ISO base media file format (ISO/IEC 14496-12, 4.2), which JPEG 2000 and JPEG XL use too. */
export interface Box {
  /** Four characters. */
  readonly type: string
  /** What it holds: `[start, end)`. */
  readonly start: number
  readonly end: number
}

/** Boxes side by side that are looked at: the properties of a picture in hundreds of tiles are fewer. */
const MAX_BOXES = 1024

/** The boxes that stand one after the other in `[start, end)`, up to the first that is malformed. */
export function boxesIn(bytes: ImageBytes, start: number, end: number): Box[] {
  const boxes: Box[] = []
  for (let at = start; at + 8 <= end && boxes.length < MAX_BOXES; ) {
    const header = bytes.slice(at, 16)
    if (header.length < 8) break
    const shortLength = big32(header, 0)
    const headerBytes = shortLength === 1 ? 16 : 8
    // Zero is how the last one says that it goes on to the end.
    const length =
      shortLength === 0
        ? end - at
        : shortLength === 1
          ? big32(header, 8) * 2 ** 32 + big32(header, 12)
          : shortLength
    if (length < headerBytes) break
    const type = latin1(header, 4, 8)
    boxes.push({ type, start: at + headerBytes, end: Math.min(at + length, end) })
    at += length
  }
  return boxes
}
