import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type FileFingerprint, fingerprintOf } from './image-file.ts'

/** A file as the folder shows it, not read yet. */
export interface FoundFile {
  /** Below the folder, with `/` between folders. */
  readonly path: string
  readonly fingerprint: FileFingerprint
}

/**
 * Files of one folder that are looked at, at most: 200,000 digests are what one registration may hold (see
 * catalog-limits.ts), and twice that leaves room for files that are no images.
 */
const MAX_FOLDER_FILES = 400_000

/** Statuses asked for at once: the thread pool behind them has four threads by default. */
const STATUSES_AT_ONCE = 16

/** True for what is never shared: hidden files and folders, and so also our own temporary files. */
export function isHidden(name: string): boolean {
  return name.startsWith('.')
}

/**
 * All files below `directory` that could be shared, of subfolders only when `recursive`. Links are not followed: what they
 * lead to may lie outside. Stops at {@link MAX_FOLDER_FILES}. Rejects when `directory` itself cannot be read; a subfolder
 * that cannot is left out.
 */
export async function scanFolder(
  directory: string,
  recursive: boolean,
  signal: AbortSignal,
): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  const folders: string[] = ['']
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    signal.throwIfAborted()
    const files: string[] = []
    for (const entry of await entriesOf(directory, folder)) {
      if (isHidden(entry.name)) continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && recursive) folders.push(path)
      else if (entry.isFile()) files.push(path)
    }
    files.sort()
    for (let at = 0; at < files.length && found.length < MAX_FOLDER_FILES; at += STATUSES_AT_ONCE) {
      signal.throwIfAborted()
      const batch = files.slice(at, at + STATUSES_AT_ONCE)
      for (const file of await Promise.all(batch.map(path => findFile(directory, path))))
        if (file) found.push(file)
    }
  }
  return found.slice(0, MAX_FOLDER_FILES)
}

/** The file at `path` below `directory`; `undefined` where there is none, or something that is no plain file. */
export async function findFile(directory: string, path: string): Promise<FoundFile | undefined> {
  try {
    const status = await lstat(join(directory, path), { bigint: true })
    return status.isFile() ? { path, fingerprint: fingerprintOf(status) } : undefined
  } catch {
    return undefined
  }
}

async function entriesOf(directory: string, folder: string): Promise<Dirent[]> {
  try {
    return await readdir(join(directory, folder), { withFileTypes: true })
  } catch (error) {
    if (folder === '') throw error
    return []
  }
}
