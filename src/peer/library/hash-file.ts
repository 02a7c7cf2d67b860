import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { systemReason } from '../../base/failure.ts'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import type { ImageDetails } from '../../protocol/image-details.ts'
import { IMAGE_HEAD_BYTES, type ImageFormat, recogniseImage } from '../image-format.ts'
import { bytesOfFile } from '../image-header/image-bytes.ts'
import { readImageHeader } from '../image-header/read-image-header.ts'
import { type FileFingerprint, fingerprintOf, sameFingerprint } from './image-file.ts'

/** What reading a file once told. */
export type HashResult =
  | {
      readonly kind: 'image'
      readonly fingerprint: FileFingerprint
      readonly digest: Digest
      readonly formatId: ImageFormat['id']
      readonly details: ImageDetails
    }
  | { readonly kind: 'other'; readonly fingerprint: FileFingerprint }
  /** It changed while it was read: to be looked at again when it is quiet. */
  | { readonly kind: 'changing' }
  | { readonly kind: 'unreadable'; readonly reason: string }

/**
 * Bytes read at a time: measured as the fastest size for MD5 from the page cache, small and large files alike. It is also
 * the head in which an image's header is looked for before more of the file is read for it.
 */
const CHUNK_BYTES = 256 * 1024

const chunk = Buffer.allocUnsafe(CHUNK_BYTES)

/**
 * Recognises a file by its first bytes and, where it is an image, computes its digests and reads its header, all in one
 * pass. Synchronous, with one buffer that is used again: meant for a worker. A link, a pipe or a device is never opened
 * for its content.
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
  const size = Number(before.size)
  let length = readSync(descriptor, chunk, 0, CHUNK_BYTES, null)
  const head = chunk.subarray(0, length)
  const format = recogniseImage(head.subarray(0, IMAGE_HEAD_BYTES))
  if (format === undefined) return { kind: 'other', fingerprint }
  const header = readImageHeader(format, bytesOfFile(descriptor, size, head))
  const md5 = createHash('md5')
  const sha256 = createHash('sha256')
  let total = 0
  while (length > 0) {
    md5.update(chunk.subarray(0, length))
    sha256.update(chunk.subarray(0, length))
    total += length
    // A file that grows while it is read could grow for ever.
    if (total > size) return { kind: 'changing' }
    length = readSync(descriptor, chunk, 0, CHUNK_BYTES, null)
  }
  const after = fstatSync(descriptor, { bigint: true })
  const digest = parseDigest(md5.digest('hex'))
  if (!sameFingerprint(fingerprint, fingerprintOf(after)) || digest === undefined) return { kind: 'changing' }
  const details = { bytes: size, format: format.id, ...header, sha256: sha256.digest('hex') }
  return { kind: 'image', fingerprint, digest, formatId: format.id, details }
}
