import { readSync } from 'node:fs'
import type { ImageBytes } from '../image-header/image-bytes.ts'

/** Read at once and kept: fields and boxes are a few bytes each, next to each other. */
const WINDOW_BYTES = 128 * 1024

/**
 * An open file of `size` bytes, all of which may be looked at: to find where a JPEG ends its scans are read. Reading is
 * synchronous, so it belongs into a thread; the file's position stays where it is. `slice` throws what the system does
 * when it cannot read.
 */
export function wholeFileBytes(descriptor: number, size: number): ImageBytes {
  const window = new Uint8Array(WINDOW_BYTES)
  let windowAt = 0
  let windowLength = 0
  const read = (into: Uint8Array, at: number): number => {
    let length = 0
    while (length < into.length) {
      const bytes = readSync(descriptor, into, length, into.length - length, at + length)
      if (bytes === 0) break
      length += bytes
    }
    return length
  }
  const view = (at: number, length: number): Uint8Array => {
    const wanted = Math.max(0, Math.min(length, size - at))
    if (wanted > WINDOW_BYTES) {
      const bytes = new Uint8Array(wanted)
      return bytes.subarray(0, read(bytes, at))
    }
    if (at < windowAt || at + wanted > windowAt + windowLength) {
      windowAt = at
      windowLength = read(window, at)
    }
    return window.subarray(at - windowAt, Math.min(at - windowAt + wanted, windowLength))
  }
  return { size, slice: (at, length) => view(at, length).slice(), view }
}
