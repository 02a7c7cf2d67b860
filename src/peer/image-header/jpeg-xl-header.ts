import { holds } from '../byte-reading.ts'
import { boxesIn } from './boxes.ts'
import type { ImageBytes } from './image-bytes.ts'
import type { ImageHeader } from './image-header.ts'
import { readContainedExif } from './tiff-header.ts'

const SIGNATURE = '\xff\x0a'

/** Bytes of a codestream's signature, its size and the orientation, at most. */
const START_BYTES = 16

/** Bits of the four lengths in which a number may be written. */
const NUMBER_BITS = [9, 13, 18, 30] as const

/** Ratios of width to height that are written as one of seven numbers. */
const RATIOS = [
  [1, 1],
  [12, 10],
  [4, 3],
  [3, 2],
  [16, 9],
  [5, 4],
  [2, 1],
] as const

/**
 * JPEG XL: a codestream (ISO/IEC 18181-1, SizeHeader and ImageMetadata), bare or in a container, which may hold an EXIF
 * block as well. How the picture is turned is the codestream's to say (ISO/IEC 18181-2, 9.4).
 */
export function readJpegXlHeader(bytes: ImageBytes): ImageHeader {
  const start = bytes.slice(0, START_BYTES)
  if (holds(start, 0, SIGNATURE)) return readCodestream(start)
  const boxes = boxesIn(bytes, 0, bytes.size)
  // The codestream is in one box, or in parts that begin with their number.
  const codestream = boxes.find(({ type }) => type === 'jxlc' || type === 'jxlp')
  const exif = boxes.find(({ type }) => type === 'Exif')
  const skipped = codestream?.type === 'jxlp' ? 4 : 0
  return {
    ...(codestream && readCodestream(bytes.slice(codestream.start + skipped, START_BYTES))),
    ...(exif && readContainedExif(bytes.slice(exif.start, exif.end - exif.start))),
  }
}

function readCodestream(start: Uint8Array): ImageHeader {
  if (!holds(start, 0, SIGNATURE)) return {}
  const bits = new BitReader(start.subarray(SIGNATURE.length))
  const isMultipleOf8 = bits.take(1) === 1
  const readSide = () =>
    isMultipleOf8 ? (bits.take(5) + 1) * 8 : bits.take(NUMBER_BITS[bits.take(2)] ?? 0) + 1
  const height = readSide()
  const ratio = RATIOS[bits.take(3) - 1]
  const width = ratio === undefined ? readSide() : Math.floor((height * ratio[0]) / ratio[1])
  const isAllDefault = bits.take(1) === 1
  const hasExtraFields = !isAllDefault && bits.take(1) === 1
  const orientation = hasExtraFields ? bits.take(3) + 1 : 1
  return bits.isExhausted ? {} : { width, height, orientation }
}

/** Bits in the order in which the codestream packs them, the lowest of a byte first. */
class BitReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Whether more was taken than there is. */
  get isExhausted(): boolean {
    return this.#at > this.#bytes.length * 8
  }

  take(count: number): number {
    let value = 0
    for (let index = 0; index < count; index += 1) {
      const bit = ((this.#bytes[this.#at >> 3] ?? 0) >> (this.#at & 7)) & 1
      value += bit * 2 ** index
      this.#at += 1
    }
    return value
  }
}
