import { readSync } from 'node:fs'

/** A file's bytes as a reader of headers sees them: any part, but not much in all. */
export interface ImageBytes {
  /** Bytes of the whole file. */
  readonly size: number
  /**
   * Bytes from `at` on: `length` of them, or fewer where the file ends before or a header is not worth that many, or none
   * once it was asked for too often. Valid until the header is read.
   */
  slice(at: number, length: number): Uint8Array
  /** The same where it costs less, valid only until the next call of either. */
  view?(at: number, length: number): Uint8Array
}

/** Bytes asked for at once, at most: an EXIF block holds 64 KB in a JPEG and seldom more elsewhere. */
const MAX_SLICE_BYTES = 256 * 1024

/**
 * Reads beyond a file's head for one header, at most: 2 microseconds each where the file lies in memory. What needs many
 * is an animation with its EXIF block behind hundreds of frames, and it may go without a date.
 */
const MAX_READS = 256

const NOTHING = new Uint8Array(0)

/** An image, or a part of one, that is in memory as a whole. */
export function bytesInMemory(bytes: Uint8Array): ImageBytes {
  return {
    size: bytes.length,
    slice: (at, length) => (at < 0 ? NOTHING : bytes.subarray(at, at + Math.min(length, MAX_SLICE_BYTES))),
  }
}

/**
 * An open file of `size` bytes whose first ones, `head`, were read already. The file's position stays where it is. `slice`
 * throws what the system does when it cannot read.
 */
export function bytesOfFile(descriptor: number, size: number, head: Uint8Array): ImageBytes {
  let readsLeft = MAX_READS
  return {
    size,
    slice: (at, length) => {
      if (at < 0 || at >= size) return NOTHING
      const wanted = Math.min(length, size - at, MAX_SLICE_BYTES)
      if (at + wanted <= head.length) return head.subarray(at, at + wanted)
      if (readsLeft === 0) return NOTHING
      readsLeft -= 1
      const bytes = new Uint8Array(wanted)
      return bytes.subarray(0, readSync(descriptor, bytes, 0, wanted, at))
    },
  }
}
