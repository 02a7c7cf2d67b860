import type { BigIntStats } from 'node:fs'
import type { Digest } from '../../protocol/digest.ts'
import type { ImageDetails } from '../../protocol/image-details.ts'
import type { ImageEntry } from '../../protocol/index-request.ts'
import type { RefusalReason } from '../private-metadata/private-metadata.ts'

/**
 * What tells one state of a file from another without reading it. Two states that agree in all of it have the same
 * content, as far as a file system can tell.
 */
export interface FileFingerprint {
  /** Bytes. */
  readonly size: bigint
  /** Time of the last change of content, nanoseconds since 1970. */
  readonly modifiedNs: bigint
  /** Device and number of the file on it: another file moved to the same path differs here. */
  readonly device: bigint
  readonly inode: bigint
}

/** A file of the folder that was read once: what it holds, and the state it was in. */
export interface LibraryFile {
  /** Below the folder, with `/` between folders on every system. */
  readonly path: string
  readonly fingerprint: FileFingerprint
  /** What is shared; `undefined` for a file that is no image, or whose image is withheld. */
  readonly image: { readonly digest: Digest; readonly formatId: string } | undefined
  /** Where what is shared is not the file as it is. */
  readonly source?: SourceImage
}

/** The image in a file as it is for its owner alone. */
export interface SourceImage {
  /** Of the whole file, with all it tells. */
  readonly digest: Digest
  readonly formatId: string
  /** Why it is not shared, where it is not. */
  readonly withheld?: WithholdReason
}

/** Why an image is not shared: it cannot be cleaned with certainty, or `tooMuch` of it would have to be changed. */
export type WithholdReason = RefusalReason | 'tooMuch'

/** A file that holds an image. */
export interface ImageFile extends LibraryFile {
  readonly image: { readonly digest: Digest; readonly formatId: string }
}

/** One of the files that hold an image, for whoever reads it himself. */
export interface ImageCopy {
  /** Absolute. */
  readonly path: string
  /** The state in which it holds the image. */
  readonly fingerprint: FileFingerprint
  /** An id of `ImageFormat`. */
  readonly formatId: string
}

/** A file as it was just read, with what the store keeps of it and nobody else. */
export interface ReadFile extends LibraryFile {
  /** `undefined` for a file that is no image. */
  readonly details: ImageDetails | undefined
  /** Whether it was read for what it is without private metadata. */
  readonly isCleaned: boolean
  /** What makes what is shared out of the file (edit-codec.ts), where that is not the same. */
  readonly edits?: Uint8Array
  /** False where it may have changed since without showing it, and so is to be read again at the next start. */
  readonly isSettled: boolean
}

/** An image of the library, as others are told of it. */
export interface SharedImage extends ImageEntry {
  readonly details?: ImageDetails
}

/** An image of the library with the time its file was last changed. */
export interface DatedImage extends SharedImage {
  /** Milliseconds since 1970. */
  readonly modifiedMs: number
}

/** What a file holds for its owner: the image that is shared, or the one that is withheld; `undefined` where it is none. */
export function heldImageOf(file: LibraryFile): ImageFile | undefined {
  const image = file.image ?? file.source
  if (image === undefined) return undefined
  return file.image === undefined ? { ...file, image } : (file as ImageFile)
}

/** The fingerprint in a file's status. */
export function fingerprintOf(status: BigIntStats): FileFingerprint {
  return { size: status.size, modifiedNs: status.mtimeNs, device: status.dev, inode: status.ino }
}

/** True when nothing of the two differs. */
export function sameFingerprint(one: FileFingerprint, other: FileFingerprint): boolean {
  return (
    one.size === other.size &&
    one.modifiedNs === other.modifiedNs &&
    one.device === other.device &&
    one.inode === other.inode
  )
}
