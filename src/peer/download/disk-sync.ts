import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { release } from 'node:os'

/** Brings what was written to the disk; each throws the file system's error. Tests put faults in between. */
export interface DiskSync {
  /** All of the file system that holds `directory`, at once; `undefined` where the system offers none to rely on. */
  readonly fileSystem: ((directory: string) => void) | undefined
  /** The content of one file. */
  file(path: string): void
  /** The names in a directory. */
  directory(path: string): void
}

/** Since Linux 5.8 syncfs(2) tells of content that could not be written; before, only of what went wrong in the call. */
const TRUSTED_SINCE = [5, 8] as const

/** The system's own. */
export async function systemDiskSync(): Promise<DiskSync> {
  const syncFileSystem = await loadSyncfs()
  return {
    fileSystem:
      syncFileSystem &&
      (path =>
        withOpen(path, 'r', fd => {
          if (syncFileSystem(fd) !== 0) throw new Error('the file system could not be synced')
        })),
    file: path => withOpen(path, 'r+', fdatasyncSync),
    directory: path => withOpen(path, 'r', fsyncSync),
  }
}

async function loadSyncfs(): Promise<((fd: number) => number) | undefined> {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const isTrusted = major > TRUSTED_SINCE[0] || (major === TRUSTED_SINCE[0] && minor >= TRUSTED_SINCE[1])
  if (process.platform !== 'linux' || !isTrusted) return undefined
  try {
    const koffi = await import('koffi')
    return koffi.load(null).func('int syncfs(int)') as (fd: number) => number
  } catch {
    return undefined
  }
}

function withOpen(path: string, flags: 'r' | 'r+', action: (fd: number) => void): void {
  const fd = openSync(path, flags)
  try {
    action(fd)
  } finally {
    closeSync(fd)
  }
}
