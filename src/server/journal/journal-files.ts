import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../base/failure.ts'
import { JournalStore, NEWBORN_SUFFIX } from './journal-store.ts'
import { diskReason, isDamage, isLocked, UnfinishedFileError, UnusableFileError } from './sqlite-error.ts'

/**
 * `catalog-7.sqlite` is the seventh file. A state that is written anew goes into the next one and becomes whole in one
 * transaction; the newest whole file is the state, and the one before it is removed only then.
 */
const FILE = /^catalog-([0-9]{1,15})\.sqlite$/
const ANY_FILE = /^catalog-([0-9]{1,15})\.sqlite/

/** Beside a database, while it is open or after its program was killed. */
const COMPANIONS = ['-wal', '-shm'] as const

const LOCK_NAME = 'catalog.lock'

/** Milliseconds to wait for a server that is just stopping. */
const LOCK_WAIT_MS = 1000

/** Where a journal is, and what holds for it. */
export interface JournalPlace {
  readonly directory: string
  /** Bytes that a file may take, its write-ahead log aside. */
  readonly maxFileBytes: number
  readonly now: () => Date
}

/** A file that could not be used, and where it is now. */
export interface SetAside {
  readonly movedTo: string
  readonly reason: string
}

/** The journal's folder, held by one server at a time. */
export class JournalFiles {
  readonly #directory: string
  readonly #maxFileBytes: number
  readonly #now: () => Date
  readonly #lock: DatabaseSync

  private constructor({ directory, maxFileBytes, now }: JournalPlace, lock: DatabaseSync) {
    this.#directory = directory
    this.#maxFileBytes = maxFileBytes
    this.#now = now
    this.#lock = lock
  }

  /**
   * Takes the folder for this process, and makes it where it is missing. Throws `journalInUse` where another server has it,
   * and the disk's error where nothing can be written there.
   *
   * The lock is that of an SQLite file of its own, which every system takes back when the process ends in any way. The
   * journal's own file could not carry it: a checkpoint is another connection, and a state written anew another file.
   */
  static claim(place: JournalPlace): JournalFiles {
    const { directory } = place
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const files = new JournalFiles(place, lockFolder(directory))
    for (const name of readdirSync(directory)) {
      if (ANY_FILE.test(name) && name.includes(`.sqlite${NEWBORN_SUFFIX}`)) rmSync(join(directory, name))
    }
    return files
  }

  /** The newest whole file, for reading, where the folder cannot be claimed because nothing can be written there. */
  static openReadOnly(directory: string): JournalStore | undefined {
    for (const { path } of generationsIn(directory)) {
      try {
        return JournalStore.openReadOnly(path, existsSync(`${path}-wal`))
      } catch (error) {
        if (!(error instanceof UnfinishedFileError)) throw error
      }
    }
    return undefined
  }

  /** Whether the folder is still the one that was claimed. */
  get isInPlace(): boolean {
    return existsSync(join(this.#directory, LOCK_NAME))
  }

  /** Gives the folder back. */
  release(): void {
    this.#lock.close()
  }

  /**
   * Opens the newest whole file; `undefined` where there is none. What is damaged or of another version is set aside and
   * told; what was left of a broken-off or finished replacement is removed. Throws where the disk does not give the file.
   */
  openNewest(onSetAside: (setAside: SetAside) => void): JournalStore | undefined {
    let found: JournalStore | undefined
    for (const { path } of generationsIn(this.#directory)) {
      if (found !== undefined) {
        this.remove(path)
        continue
      }
      try {
        // SQLite would take an empty file for a new one, and remove the write-ahead log beside it.
        if (statSync(path).size === 0) throw new UnusableFileError('cut to nothing')
        found = JournalStore.open(path, this.#maxFileBytes)
      } catch (error) {
        if (error instanceof UnfinishedFileError) this.remove(path)
        else if (isDamage(error)) onSetAside(this.#setAside(path, diskReason(error)))
        else throw error
      }
    }
    return found
  }

  /** Makes the next file, unfinished. */
  createNext(): JournalStore {
    const last = Math.max(
      0,
      ...readdirSync(this.#directory).map(name => Number(ANY_FILE.exec(name)?.[1] ?? 0)),
    )
    return JournalStore.create(join(this.#directory, `catalog-${last + 1}.sqlite`), this.#maxFileBytes)
  }

  /** Removes every file but `kept`: once that is whole and holds what they held. */
  removeAllBut(kept: string): void {
    this.#sync()
    for (const { path } of generationsIn(this.#directory)) if (path !== kept) this.remove(path)
  }

  /** Sets every file but `kept` aside: before that becomes whole, for it does not hold all that they hold. */
  setAsideAllBut(kept: string, reason: string): SetAside[] {
    return generationsIn(this.#directory)
      .filter(({ path }) => path !== kept)
      .map(({ path }) => this.#setAside(path, reason))
  }

  remove(path: string): void {
    for (const suffix of ['', ...COMPANIONS]) rmSync(path + suffix, { force: true })
  }

  /** Whether the disk has `bytes` to spare. */
  hasRoomFor(bytes: number): boolean {
    const { bavail, bsize } = statfsSync(this.#directory)
    return bavail * bsize >= bytes
  }

  #setAside(path: string, reason: string): SetAside {
    const time = this.#now().toISOString().replaceAll(':', '-')
    let movedTo = `${path}.set-aside-${time}`
    for (let count = 2; existsSync(movedTo); count += 1) movedTo = `${path}.set-aside-${time}-${count}`
    renameSync(path, movedTo)
    for (const suffix of COMPANIONS) {
      if (existsSync(path + suffix)) renameSync(path + suffix, movedTo + suffix)
    }
    return { movedTo, reason }
  }

  /** Brings the folder itself to the disk, so that no removal gets there before what replaced the file. */
  #sync(): void {
    try {
      const folder = openSync(this.#directory, 'r')
      try {
        fsyncSync(folder)
      } finally {
        closeSync(folder)
      }
    } catch {
      // Windows does not sync folders; there is nothing else that could be done.
    }
  }
}

function lockFolder(directory: string): DatabaseSync {
  const path = join(directory, LOCK_NAME)
  try {
    return lockFile(path)
  } catch (error) {
    if (isLocked(error)) throw new Failure('journalInUse', { directory }, { cause: error })
    if (!isDamage(error)) throw error
    // It never holds anything.
    rmSync(path)
    return lockFile(path)
  }
}

function lockFile(path: string): DatabaseSync {
  const lock = new DatabaseSync(path, { timeout: LOCK_WAIT_MS })
  try {
    // The write, which stays in memory, tells whether the disk would take one: SQLite locks a file it can only read as well.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 1')
    return lock
  } catch (error) {
    lock.close()
    throw error
  }
}

/** The journal's files in a folder, the newest first. */
function generationsIn(directory: string): { readonly path: string; readonly generation: number }[] {
  return readdirSync(directory)
    .flatMap(name => {
      const number = FILE.exec(name)?.[1]
      return number === undefined ? [] : [{ path: join(directory, name), generation: Number(number) }]
    })
    .sort((one, other) => other.generation - one.generation)
}
