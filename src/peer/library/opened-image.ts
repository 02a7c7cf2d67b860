import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { type FileFingerprint, fingerprintOf, sameFingerprint } from './image-file.ts'

/** An image of the library opened for reading, in the very state its digest was computed from. */
export interface OpenedImage {
  readonly file: FileHandle
  /** The file's name, for the person who shares it. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** True while the file is still in that state. */
  unchanged(): Promise<boolean>
}

/** Opens the file at `path`, or gives `undefined` where it is not in the state `expected`, or is a link. */
export async function openUnchanged(
  path: string,
  expected: FileFingerprint,
): Promise<OpenedImage | undefined> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch {
    return undefined
  }
  const unchanged = async () => {
    const status = await file.stat({ bigint: true })
    return status.isFile() && sameFingerprint(fingerprintOf(status), expected)
  }
  try {
    if (await unchanged()) return { file, name: basename(path), size: Number(expected.size), unchanged }
  } catch {
    // Told like any other file that is not what was hashed.
  }
  await file.close()
  return undefined
}
