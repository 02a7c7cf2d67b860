import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../image-format.ts'
import type { PrivateMetadata } from '../private-metadata/private-metadata.ts'
import { wholeFileBytes } from '../private-metadata/whole-file-bytes.ts'
import { cleaningOf } from './cleaning.ts'
import type { WithholdReason } from './image-file.ts'
import { scanFolder } from './scan-folder.ts'

/** What an image tells beyond its picture. */
export interface ExaminedImage {
  /** Below the folder. */
  readonly path: string
  readonly found: readonly PrivateMetadata[]
  /** Why it cannot be shared without, where it cannot. */
  readonly withheld?: WithholdReason
}

/**
 * Looks through the images of a folder, one after the other, in the order of their paths; files that cannot be read are
 * passed over. Each is read synchronously: meant for a command of its own. Rejects with the signal's reason when
 * cancelled, and with the system's error where the folder cannot be read.
 */
export async function* examineFolder(
  directory: string,
  isRecursive: boolean,
  signal: AbortSignal,
): AsyncGenerator<ExaminedImage, void> {
  const found = await scanFolder(directory, isRecursive, signal)
  for (const path of found.map(file => file.path).sort()) {
    await nextTurn()
    signal.throwIfAborted()
    const examined = examine(join(directory, path))
    if (examined !== undefined) yield { path, ...examined }
  }
}

function examine(path: string): Omit<ExaminedImage, 'path'> | undefined {
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
