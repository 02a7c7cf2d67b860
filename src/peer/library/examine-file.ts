import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../image-format.ts'
import type { PrivateMetadata } from '../private-metadata/private-metadata.ts'
import { wholeFileBytes } from '../private-metadata/whole-file-bytes.ts'
import { cleaningOf } from './cleaning.ts'
import type { WithholdReason } from './image-file.ts'

/** What an image tells beyond its picture. */
export interface ExaminedFile {
  readonly found: readonly PrivateMetadata[]
  /** Why it cannot be shared without, where it cannot. */
  readonly withheld?: WithholdReason
}

/**
 * Looks through the image in a file; `undefined` where there is none, or it cannot be read. Synchronous, and as long as
 * reading the file takes.
 */
export function examineFile(path: string): ExaminedFile | undefined {
  let descriptor: number
  try {
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
    descriptor = openSync(path, flags)
  } catch {
    return undefined
  }
  try {
    const status = fstatSync(descriptor)
    if (!status.isFile()) return undefined
    const bytes = wholeFileBytes(descriptor, status.size)
    if (recogniseImage(bytes.slice(0, IMAGE_HEAD_BYTES)) === undefined) return undefined
    const { found, withheld } = cleaningOf(bytes)
    return { found, ...(withheld && { withheld }) }
  } catch (error) {
    // A disk that fails; what is no error of the system is one of ours.
    if (!(error instanceof Error && 'syscall' in error)) throw error
    return undefined
  } finally {
    closeSync(descriptor)
  }
}
