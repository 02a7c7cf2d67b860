import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ExaminedFile, examineFile } from './examine-file.ts'
import { scanFolder } from './scan-folder.ts'

/** An image of a folder, and what it tells beyond its picture. */
export interface ExaminedImage extends ExaminedFile {
  /** Below the folder. */
  readonly path: string
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
    const examined = examineFile(join(directory, path))
    if (examined !== undefined) yield { path, ...examined }
  }
}
