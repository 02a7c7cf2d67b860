import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { systemReason } from '../../base/failure.ts'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import type { ImageDetails } from '../../protocol/image-details.ts'
import { IMAGE_HEAD_BYTES, type ImageFormat, recogniseImage } from '../image-format.ts'
import { bytesInMemory, bytesOfFile, type ImageBytes } from '../image-header/image-bytes.ts'
import { readImageHeader } from '../image-header/read-image-header.ts'
import { applyEdits, type Edit } from '../private-metadata/edits.ts'
import { wholeFileBytes } from '../private-metadata/whole-file-bytes.ts'
import { cleaningOf, UNCHANGED } from './cleaning.ts'
import { type FileFingerprint, fingerprintOf, sameFingerprint, type WithholdReason } from './image-file.ts'

/** What reading a file once told. */
export type HashResult =
  | {
      readonly kind: 'image'
      readonly fingerprint: FileFingerprint
      /** Of what is shared, as are the details. */
      readonly digest: Digest
      readonly formatId: ImageFormat['id']
      readonly details: ImageDetails
      /** Where what is shared is not the file as it is. */
      readonly cleaned?: {
        /** Of the file as it is. */
        readonly sourceDigest: Digest
        /** What makes the one of the other (edit-codec.ts). */
        readonly edits: Uint8Array
      }
    }
  /** An image that cannot be shared without what it tells beyond its picture. */
  | {
      readonly kind: 'withheld'
      readonly fingerprint: FileFingerprint
      /** Of the file as it is. */
      readonly sourceDigest: Digest
      readonly formatId: ImageFormat['id']
      readonly reason: WithholdReason
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
 * pass. `isCleaned` asks for the digests of the image without private metadata, which is looked for in a pass before.
 * Synchronous, with one buffer that is used again: meant for a worker. A link, a pipe or a device is never opened for its
 * content.
 */
export function hashFile(path: string, isCleaned = false): HashResult {
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
    return hashOpenFile(descriptor, isCleaned)
  } catch (error) {
    return { kind: 'unreadable', reason: systemReason(error) }
  } finally {
    closeSync(descriptor)
  }
}

function hashOpenFile(descriptor: number, isCleaned: boolean): HashResult {
  const before = fstatSync(descriptor, { bigint: true })
  if (!before.isFile()) return { kind: 'unreadable', reason: 'ENOTREG' }
  const fingerprint = fingerprintOf(before)
  const size = Number(before.size)
  const length = readSync(descriptor, chunk, 0, CHUNK_BYTES, null)
  const head = chunk.subarray(0, length)
  const format = recogniseImage(head.subarray(0, IMAGE_HEAD_BYTES))
  if (format === undefined) return { kind: 'other', fingerprint }
  const header = readImageHeader(format, bytesOfFile(descriptor, size, head))
  const cleaning = isCleaned ? cleaningOf(bytesOf(descriptor, size, head)) : UNCHANGED
  const digests = readDigests(descriptor, size, length, cleaning.edits)
  const after = fstatSync(descriptor, { bigint: true })
  if (digests === undefined || !sameFingerprint(fingerprint, fingerprintOf(after)))
    return { kind: 'changing' }
  const { sourceDigest, md5, sha256 } = digests
  const { encoded, withheld } = cleaning
  const ofFile = { fingerprint, formatId: format.id }
  if (withheld !== undefined) return { kind: 'withheld', ...ofFile, sourceDigest, reason: withheld }
  return {
    ...{ kind: 'image', ...ofFile, digest: md5 },
    details: { bytes: size, format: format.id, ...header, sha256 },
    ...(encoded.length === 0 ? {} : { cleaned: { sourceDigest, edits: encoded } }),
  }
}

/** Of a file whose beginning was read. */
function bytesOf(descriptor: number, size: number, head: Buffer): ImageBytes {
  return head.length === size ? bytesInMemory(head) : wholeFileBytes(descriptor, size)
}

/** What is left of the file is read behind the `length` bytes in the buffer; `undefined` where it grows. */
function readDigests(
  descriptor: number,
  size: number,
  length: number,
  edits: readonly Edit[],
): { sourceDigest: Digest; md5: Digest; sha256: string } | undefined {
  const source = edits.length === 0 ? undefined : createHash('md5')
  const md5 = createHash('md5')
  const sha256 = createHash('sha256')
  let total = 0
  for (let next = length; next > 0; next = readSync(descriptor, chunk, 0, CHUNK_BYTES, null)) {
    const bytes = chunk.subarray(0, next)
    source?.update(bytes)
    applyEdits(bytes, total, edits)
    md5.update(bytes)
    sha256.update(bytes)
    total += next
    // A file that grows while it is read could grow for ever.
    if (total > size) return undefined
  }
  const shared = parseDigest(md5.digest('hex'))
  const sourceDigest = source === undefined ? shared : parseDigest(source.digest('hex'))
  if (shared === undefined || sourceDigest === undefined) return undefined
  return { sourceDigest, md5: shared, sha256: sha256.digest('hex') }
}
