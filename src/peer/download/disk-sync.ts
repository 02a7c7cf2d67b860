import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { release } from 'node:os'

/** Brings what was written to the disk; each throws the file system's error. Tests put faults in between. */
export interface DiskSync {
  /** All of the file system that holds `directory`, at once; `undefined` where the system offers none to rely on. */
  readonly fileSystem: ((directory: string) => void) | undefined
  /** Has the disk begin with what a file has so far, without waiting for it; `undefined` where that cannot be asked for. */
  readonly begin: ((path: string) => void) | undefined
  /** The content of one file. */
  file(path: string): void
  /** The names in a directory. */
  directory(path: string): void
}

/** SYNC_FILE_RANGE_WRITE of sync_file_range(2), in linux/fs.h. */
const START_WRITING = 2

/** Since Linux 5.8 syncfs(2) tells of content that could not be written; before, only of what went wrong in the call. */
const TRUSTED_SINCE = [5, 8] as const

/** The system's own. */
export async function systemDiskSync(): Promise<DiskSync> {
  const calls = await loadLinuxCalls()
  return {
    fileSystem:
      calls &&
      (path =>
        withOpen(path, 'r', fd => {
          if (calls.syncfs(fd) !== 0) throw new Error('the file system could not be synced')
        })),
    // What cannot be begun is written later: the sync waits for it, and tells of it.
    begin: calls && (path => withOpen(path, 'r', fd => calls.syncFileRange(fd, 0, 0, START_WRITING))),
    file: path => withOpen(path, 'r+', fdatasyncSync),
    directory: path => withOpen(path, 'r', fsyncSync),
  }
}

interface LinuxCalls {
  syncfs(fd: number): number
  syncFileRange(fd: number, offset: number, bytes: number, flags: number): number
}

async function loadLinuxCalls(): Promise<LinuxCalls | undefined> {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const isTrusted = major > TRUSTED_SINCE[0] || (major === TRUSTED_SINCE[0] && minor >= TRUSTED_SINCE[1])
  if (process.platform !== 'linux' || !isTrusted) return undefined
  try {
    const koffi = await import('koffi')
    const program = koffi.load(null)
    return {
      syncfs: program.func('int syncfs(int)') as LinuxCalls['syncfs'],
      syncFileRange: program.func(
        'int sync_file_range(int, int64_t, int64_t, unsigned int)',
      ) as LinuxCalls['syncFileRange'],
    }
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
