import { read } from 'node:fs'
import { promisify } from 'node:util'
import type { OpenedImage } from '../peer/library/opened-image.ts'

const readFrom = promisify(read)

/** Bytes read at once: few turns for a large picture, little memory for many guests. */
const CHUNK_BYTES = 256 * 1024

/**
 * The bytes of an opened image from `start` up to `end`, in pieces. Throws where the file is no longer what was hashed,
 * before the last piece is given: what went out is never taken for the whole then.
 */
export async function* imageBytes(
  opened: OpenedImage,
  start = 0,
  end: number = opened.size,
): AsyncGenerator<Buffer, void> {
  const { fd, changes, unchanged } = opened.part(start, end)
  for (let at = start; at < end; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at))
    const { bytesRead } = await readFrom(fd, chunk, 0, chunk.length, at)
    if (unchanged?.() === false) throw new Error('the file changed meanwhile')
    changes?.apply(chunk.subarray(0, bytesRead), at)
    at += bytesRead
    if (bytesRead === 0 || (at === end && !opened.unchanged())) throw new Error('the file changed meanwhile')
    yield chunk.subarray(0, bytesRead)
  }
}
