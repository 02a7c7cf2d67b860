import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { systemReason } from '../../base/failure.ts'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../image-format.ts'
import { type FileFingerprint, fingerprintOf, sameFingerprint } from './image-file.ts'

/** What reading a file once told. */
export type HashResult =
  | {
      readonly kind: 'image'
      readonly fingerprint: FileFingerprint
      readonly digest: Digest
      readonly formatId: string
    }
  | { readonly kind: 'other'; readonly fingerprint: FileFingerprint }
  /** It changed while it was read: to be looked at again when it is quiet. */
  | { readonly kind: 'changing' }
  | { readonly kind: 'unreadable'; readonly reason: string }

/** Bytes read at a time: measured as the fastest size for MD5 from the page cache, small and large files alike. */
const CHUNK_BYTES = 256 * 1024

const chunk = Buffer.allocUnsafe(CHUNK_BYTES)

/**
 * Recognises a file by its first bytes and, where it is an image, computes its digest. Synchronous, with one buffer that
 * is used again: meant for a worker. A link, a pipe or a device is never opened for its content.
 */
export function hashFile(path: string): HashResult {
  let descriptor: number
  try {
    // O_NONBLOCK: opening a pipe that replaced the file must not wait for a writer.
    descriptor = openSync(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    )
  } catch (error) {
    return { kind: 'unreadable', reason: systemReason(error) }
  }
  try {
    return hashOpenFile(descriptor)
  } catch (error) {
    return { kind: 'unreadable', reason: systemReason(error) }
  } finally {
    closeSync(descriptor)
  }
}

function hashOpenFile(descriptor: number): HashResult {
  const before = fstatSync(descriptor, { bigint: true })
  if (!before.isFile()) return { kind: 'unreadable', reason: 'ENOTREG' }
  const fingerprint = fingerprintOf(before)
  let length = readSync(descriptor, chunk, 0, CHUNK_BYTES, null)
  const format = recogniseImage(chunk.subarray(0, Math.min(length, IMAGE_HEAD_BYTES)))
  if (format === undefined) return { kind: 'other', fingerprint }
  const hash = createHash('md5')
  while (length > 0) {
    hash.update(chunk.subarray(0, length))
    length = readSync(descriptor, chunk, 0, CHUNK_BYTES, null)
  }
  const after = fstatSync(descriptor, { bigint: true })
  const digest = parseDigest(hash.digest('hex'))
  if (!sameFingerprint(fingerprint, fingerprintOf(after)) || digest === undefined) return { kind: 'changing' }
  return { kind: 'image', fingerprint, digest, formatId: format.id }
}
