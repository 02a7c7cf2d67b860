import { closeSync, fstatSync, openSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { TEMPORARY_NAME_PREFIX } from '../file-name.ts'

/** flock(2): alike on Linux, macOS and the BSDs. */
const LOCK_EX = 2
const LOCK_NB = 4

type Flock = (fd: number, operation: number) => number

let flock: Promise<Flock | undefined> | undefined

/** `undefined` where there is no koffi, or no flock (Windows). */
function loadFlock(): Promise<Flock | undefined> {
  flock ??= import('koffi')
    .then(koffi => koffi.load(null).func('int flock(int, int)') as Flock)
    .catch(() => undefined)
  return flock
}

/**
 * The right to use the temporary names that a later download finds again, in one folder: two processes must not write one
 * file. The system takes the lock back from a process that dies.
 */
export class FolderLock {
  readonly #path: string
  readonly #fd: number

  private constructor(path: string, fd: number) {
    this.#path = path
    this.#fd = fd
  }

  /** `undefined` where somebody else has it, or no lock can be had. */
  static async take(directory: string): Promise<FolderLock | undefined> {
    const lock = await loadFlock()
    if (lock === undefined) return undefined
    const path = join(directory, `${TEMPORARY_NAME_PREFIX}lock`)
    let fd: number
    try {
      fd = openSync(path, 'a')
    } catch {
      return undefined
    }
    try {
      // Whoever had it before may have removed the file meanwhile: then another one bears the name, and counts.
      if (lock(fd, LOCK_EX | LOCK_NB) === 0 && fstatSync(fd).ino === statSync(path).ino)
        return new FolderLock(path, fd)
    } catch {}
    closeSync(fd)
    return undefined
  }

  release(): void {
    try {
      unlinkSync(this.#path)
    } catch {}
    closeSync(this.#fd)
  }
}
