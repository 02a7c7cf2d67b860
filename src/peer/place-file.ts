import * as fileSystem from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { collisionKey, numberedName, type SafeFileName } from './file-name.ts'

/** A verified temporary file, and the name it is to have. */
export interface Placement {
  /** Closed, complete, and on the file system of `directory`: best in `directory` itself. */
  readonly temporaryPath: string
  readonly directory: string
  readonly name: SafeFileName
  /** Gives up before the file has its name; once it has, the placement stands. */
  readonly signal?: AbortSignal | undefined
}

/** What is asked of the file system, as `node:fs/promises` answers it. */
export interface FileCalls {
  link(existingPath: string, newPath: string): Promise<void>
  unlink(path: string): Promise<void>
  rename(oldPath: string, newPath: string): Promise<void>
  open(path: string, flags: 'wx'): Promise<{ close(): Promise<void> }>
  lstat(path: string): Promise<{ readonly size: number; isFile(): boolean }>
  opendir(path: string, options: { bufferSize: number }): Promise<AsyncIterable<{ readonly name: string }>>
}

/** Tries before {@link NoFreeNameError}: a folder with this many namesakes has another problem than one more. */
export const MAX_NAME_ATTEMPTS = 10_000

/**
 * Entries of the directory compared at most; measured at 2 microseconds and some 100 bytes each. Beyond them a name that
 * differs from another's only in case or normal form may be given; nothing is replaced even then.
 */
export const MAX_ENTRIES_COMPARED = 100_000

/** Milliseconds for which a directory's names are remembered; those given here meanwhile are added to them. */
export const ENTRIES_REMEMBERED_MS = 10_000

/** Entries a directory is read by at a time, so that reading a large one lets others run in between. */
const READ_AT_ONCE = 1024

/**
 * Codes by which `link` says that there are no hard links here: EPERM, vfat and exfat on Linux; ENOTSUP, exFAT on macOS
 * and ReFS on Windows; EISDIR, exFAT on Windows (https://github.com/nodejs/node/issues/65817); EACCES, Android; ENOSYS,
 * EOPNOTSUPP, EXDEV, EMLINK, file systems in user space and on the network. Where one of them means something else, what
 * is done instead fails likewise and says so.
 */
const NO_HARD_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EISDIR',
  'EACCES',
  'ENOSYS',
  'EXDEV',
  'EMLINK',
])

/** Every name up to the {@link MAX_NAME_ATTEMPTS}th is taken. The temporary file is still there. */
export class NoFreeNameError extends Error {
  override readonly name = 'NoFreeNameError'
}

/**
 * Gives files their final names, one at a time in each directory, so that two that arrive together do not get names that
 * differ only in case. That nothing is ever replaced does not rest on this, nor on what is remembered of the directory,
 * but on `link`: it makes a name or fails, whatever stands there (a file, a folder, a symbolic link to anywhere or to
 * nothing), and whoever else is at work in the directory.
 */
export class FilePlacer {
  readonly #files: FileCalls
  readonly #now: () => number
  /** The last placement of each directory. Holds no more than the placements under way, which the caller bounds. */
  readonly #last = new Map<string, Promise<unknown>>()
  /** Of the directory last placed in: people save to one. Bounded by MAX_ENTRIES_COMPARED and what is placed meanwhile. */
  #remembered: { readonly directory: string; readonly readAt: number; readonly entries: Entries } | undefined

  /** `now` is a monotonic clock in milliseconds. */
  constructor(files: FileCalls = fileSystem, now: () => number = () => performance.now()) {
    this.#files = files
    this.#now = now
  }

  /**
   * Gives a temporary file its final name in a directory and returns that name: `name` itself, or the first of
   * {@link numberedName} that is neither taken nor a twin of one that is in case or normal form. Never replaces anything.
   * Rejects with the file system's error, with {@link NoFreeNameError}, or as `signal` says, and the temporary file is
   * then still where it was. Two placers do not wait for each other: a process needs one.
   */
  place(placement: Placement): Promise<string> {
    const directory = resolve(placement.directory)
    const before = this.#last.get(directory) ?? Promise.resolve()
    const placed = before.then(() => this.#placeNext(directory, placement))
    const settled = placed
      .catch(() => undefined)
      .then(() => {
        if (this.#last.get(directory) === settled) this.#last.delete(directory)
      })
    this.#last.set(directory, settled)
    return placed
  }

  async #placeNext(directory: string, { temporaryPath, name, signal }: Placement): Promise<string> {
    const entries = await this.#entriesOf(directory)
    for (let attempt = 0; attempt < MAX_NAME_ATTEMPTS; attempt += 1) {
      const candidate = numberedName(name, attempt)
      const key = collisionKey(candidate)
      const twin = entries.get(key)
      // A file that was deleted a moment ago, to be fetched again, does not keep its name.
      if (twin !== undefined && (attempt > 0 || (await this.#exists(join(directory, twin))))) continue
      signal?.throwIfAborted()
      const made = await this.#make(temporaryPath, join(directory, candidate))
      entries.set(key, candidate)
      if (made) return candidate
    }
    throw new NoFreeNameError(`${MAX_NAME_ATTEMPTS} names like ${name} are taken in ${directory}`)
  }

  /** Moves the file to `path` and says whether it did: not where something stands there. */
  async #make(temporaryPath: string, path: string): Promise<boolean> {
    try {
      await this.#files.link(temporaryPath, path)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      if (NO_HARD_LINKS.has(codeOf(error))) return this.#makeWithoutLink(temporaryPath, path)
      throw error
    }
    // The image has its name. Should its temporary one not go, it is a left-over like any other of a crash.
    await this.#files.unlink(temporaryPath).catch(() => undefined)
    return true
  }

  /**
   * Without hard links nothing at hand makes a name and fails where there is one (`rename` replaces; Linux'
   * RENAME_NOREPLACE is out of Node's reach). But making an empty file does: it holds the name, and the rename replaces
   * that file, which is ours. What another program writes into it in the instant between would be lost, and a crash then
   * leaves it empty; on FAT and its like there is nothing better.
   */
  async #makeWithoutLink(temporaryPath: string, path: string): Promise<boolean> {
    let reservation: { close(): Promise<void> }
    try {
      reservation = await this.#files.open(path, 'wx')
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      throw error
    }
    try {
      await reservation.close()
      await this.#files.rename(temporaryPath, path)
    } catch (error) {
      await this.#removeReservation(path)
      throw error
    }
    return true
  }

  /** Only while it is empty. A failure leaves an empty file and is not told: why the rename failed says more. */
  async #removeReservation(path: string): Promise<void> {
    try {
      const found = await this.#files.lstat(path)
      if (found.isFile() && found.size === 0) await this.#files.unlink(path)
    } catch {}
  }

  async #exists(path: string): Promise<boolean> {
    try {
      await this.#files.lstat(path)
      return true
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false
      throw error
    }
  }

  async #entriesOf(directory: string): Promise<Entries> {
    const remembered = this.#remembered
    const readAt = this.#now()
    if (remembered?.directory === directory && readAt - remembered.readAt < ENTRIES_REMEMBERED_MS) {
      return remembered.entries
    }
    const entries: Entries = new Map()
    for await (const { name } of await this.#files.opendir(directory, { bufferSize: READ_AT_ONCE })) {
      if (entries.size >= MAX_ENTRIES_COMPARED) break
      entries.set(collisionKey(name), name)
    }
    this.#remembered = { directory, readAt, entries }
    return entries
  }
}

/** A directory's names by their {@link collisionKey}. */
type Entries = Map<string, string>

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
