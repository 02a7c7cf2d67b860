import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { UnfinishedFileError, UnusableFileError } from './sqlite-error.ts'

/** `PRAGMA application_id` of a file that holds a whole state ("IP2P"), and of one that is still being written ("IP2p"). */
const WHOLE = 0x49503250
const UNFINISHED = 0x49503270

/** `PRAGMA user_version`: raised by one for each change of the tables below. */
const SCHEMA_VERSION = 1

const SCHEMA = `
  CREATE TABLE log (id INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;
  CREATE TABLE registrations (
    identity BLOB PRIMARY KEY, folded_log_id INTEGER NOT NULL, record BLOB NOT NULL,
    first_part INTEGER, last_part INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE parts (id INTEGER PRIMARY KEY, part BLOB NOT NULL) STRICT;
`

/** KiB of pages kept in memory: the inner pages of some million registrations, and the leaves a sorted fold comes by. */
const CACHE_KIB = 16_384

/**
 * Bytes: what the write-ahead log's file is cut back to once it was written back. Below what it grows to under load, so
 * that a busy server does not keep 128 MiB for ever; above what a checkpoint waits for, so that a quiet one cuts nothing.
 */
const WAL_KEPT_BYTES = 16_777_216

/** Milliseconds that a statement waits for a lock: only somebody who looks into the file by hand holds one for long. */
const LOCK_WAIT_MS = 500

/** Added to the name of a file until its tables stand. */
export const NEWBORN_SUFFIX = '.new'

/** One row of `registrations`. */
export interface StoredRegistration {
  /** 18 bytes, see identity.ts. */
  readonly identity: Uint8Array
  /** The record reflects every log row up to this one. */
  readonly foldedLogId: number
  /** See registration-record.ts. */
  readonly record: Uint8Array
  /** The parts its list goes on in, both included; `undefined` where it has none. */
  readonly parts: PartRange | undefined
}

/** Parts by their ids, both included. */
export interface PartRange {
  readonly first: number
  readonly last: number
}

/** One row of `log`. */
export interface StoredLogRow {
  /** Ever growing, over restarts too. */
  readonly id: number
  /** See log-entry.ts. */
  readonly entries: Uint8Array
}

/**
 * One SQLite file of the journal: `log`, a row for each batch; `registrations`, a row for each registration as it stood
 * when it was folded; `parts`, where a long list goes on. Every method throws SQLite's error when the disk does not do
 * what it should; a statement that failed changed nothing.
 *
 * The write-ahead log is written to at each commit and not synced (`synchronous=NORMAL`): what was committed survives the
 * end of this process in any way; when the computer itself goes down, the last moments may be missing, and the file is
 * whole. Nothing is written back from it by itself: checkpoints.ts does.
 */
export class JournalStore {
  readonly path: string
  readonly #database: DatabaseSync
  readonly #inode: bigint | undefined
  readonly #insertLog: StatementSync
  readonly #nextLog: StatementSync
  readonly #deleteLog: StatementSync
  readonly #upsert: StatementSync
  readonly #nextRegistrations: StatementSync
  readonly #deleteRegistration: StatementSync
  readonly #insertPart: StatementSync
  readonly #part: StatementSync
  readonly #deletePart: StatementSync

  private constructor(path: string, database: DatabaseSync) {
    this.path = path
    this.#database = database
    this.#inode = inodeOf(path)
    this.#insertLog = database.prepare('INSERT INTO log VALUES (?, ?)')
    this.#nextLog = database.prepare('SELECT id, entries FROM log WHERE id > ? ORDER BY id LIMIT 1')
    this.#deleteLog = database.prepare('DELETE FROM log WHERE id <= ?')
    this.#upsert = database.prepare(`
      INSERT INTO registrations VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET folded_log_id = excluded.folded_log_id,
        record = excluded.record, first_part = excluded.first_part, last_part = excluded.last_part
    `)
    this.#nextRegistrations = database.prepare(
      'SELECT * FROM registrations WHERE identity > ? ORDER BY identity LIMIT ?',
    )
    this.#deleteRegistration = database.prepare('DELETE FROM registrations WHERE identity = ?')
    this.#insertPart = database.prepare('INSERT INTO parts VALUES (?, ?)')
    this.#part = database.prepare('SELECT part FROM parts WHERE id = ?')
    this.#deletePart = database.prepare('DELETE FROM parts WHERE id = ?')
  }

  /**
   * Makes an unfinished file, which {@link complete} makes whole. It takes at most `maxBytes` of the disk, its WAL aside.
   * The file has its name only once its tables stand, so that one found empty is known to have been cut.
   */
  static create(path: string, maxBytes: number): JournalStore {
    const newborn = path + NEWBORN_SUFFIX
    // What it holds, digests of passwords among it, is nobody else's business.
    closeSync(openSync(newborn, 'wx', 0o600))
    try {
      const database = new DatabaseSync(newborn)
      try {
        database.exec(
          `BEGIN; ${SCHEMA} PRAGMA application_id = ${UNFINISHED}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`,
        )
      } finally {
        database.close()
      }
      renameSync(newborn, path)
    } catch (error) {
      rmSync(newborn, { force: true })
      throw error
    }
    return JournalStore.#connect(path, path, maxBytes)
  }

  /**
   * Opens a file and checks the whole of it. Throws an {@link UnusableFileError} for one that is damaged or none of ours,
   * an {@link UnfinishedFileError} for one that never became whole.
   */
  static open(path: string, maxBytes: number): JournalStore {
    return JournalStore.#connect(path, path, maxBytes, checkWhole)
  }

  /** Opens a file on a disk that cannot be written to; only reading works then. Throws like {@link open}. */
  static openReadOnly(path: string, hasWriteAheadLog: boolean): JournalStore {
    // Without a write-ahead log SQLite needs to be told that nobody makes one, for it could make no index of it here.
    const location = hasWriteAheadLog ? path : new URL(`${pathToFileURL(path).href}?immutable=1`)
    return JournalStore.#connect(path, location, undefined, checkWhole)
  }

  /** `maxBytes` is undefined for one that is only read. */
  static #connect(
    path: string,
    location: string | URL,
    maxBytes: number | undefined,
    check?: (database: DatabaseSync) => void,
  ): JournalStore {
    const database = new DatabaseSync(location, { timeout: LOCK_WAIT_MS, readOnly: maxBytes === undefined })
    try {
      check?.(database)
      database.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
      if (maxBytes !== undefined) {
        database.exec(`
          PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;
          PRAGMA journal_size_limit = ${WAL_KEPT_BYTES};
          PRAGMA max_page_count = ${Math.ceil(maxBytes / numberOf(database, 'page_size'))};
        `)
      }
      return new JournalStore(path, database)
    } catch (error) {
      database.close()
      throw error
    }
  }

  /**
   * Makes the state whole that was written since {@link create}: from now on it is what is loaded, also where the write-ahead
   * log is lost. When this returns it is on the disk itself.
   */
  complete(): void {
    this.#database.exec(`PRAGMA application_id = ${WHOLE}`)
    this.checkpoint()
  }

  /** Whether its name still leads to it: a file that was removed can be written to, and is gone with the last who has it. */
  get isInPlace(): boolean {
    return inodeOf(this.path) === this.#inode
  }

  /** Bytes of the file that hold something. */
  get usedBytes(): number {
    const database = this.#database
    const pages = numberOf(database, 'page_count') - numberOf(database, 'freelist_count')
    return pages * numberOf(database, 'page_size')
  }

  appendLog(id: number, entries: Uint8Array): void {
    this.#insertLog.run(id, entries)
  }

  /** The first log row after `id`. */
  logAfter(id: number): StoredLogRow | undefined {
    const row = this.#nextLog.get(id)
    return row === undefined ? undefined : { id: Number(row['id']), entries: bytesOf(row['entries']) }
  }

  /** Drops the log rows up to `id`, itself included. */
  dropLog(id: number): void {
    this.#deleteLog.run(id)
  }

  /** Puts a registration's row in the place of the one it had. */
  putRegistration({ identity, foldedLogId, record, parts }: StoredRegistration): void {
    this.#upsert.run(identity, foldedLogId, record, parts?.first ?? null, parts?.last ?? null)
  }

  /** The first `count` registrations after `identity`, in the order of their identities. */
  registrationsAfter(identity: Uint8Array, count: number): StoredRegistration[] {
    return this.#nextRegistrations.all(identity, count).map(registrationOf)
  }

  dropRegistration(identity: Uint8Array): void {
    this.#deleteRegistration.run(identity)
  }

  putPart(id: number, part: Uint8Array): void {
    this.#insertPart.run(id, part)
  }

  part(id: number): Uint8Array | undefined {
    const row = this.#part.get(id)
    return row === undefined ? undefined : bytesOf(row['part'])
  }

  dropPart(id: number): void {
    this.#deletePart.run(id)
  }

  /** The ids of all parts, in order. */
  *partIds(): Generator<number, void> {
    for (const row of this.#database.prepare('SELECT id FROM parts ORDER BY id').iterate())
      yield Number(row['id'])
  }

  /** Runs `work` in one transaction: all of it is kept, or nothing. */
  transaction(work: () => void): void {
    const database = this.#database
    database.exec('BEGIN IMMEDIATE')
    try {
      work()
      database.exec('COMMIT')
    } catch (error) {
      // SQLite has taken some failures back by itself, a full disk among them.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }

  /** Writes back from the write-ahead log what can be, and syncs both files. Takes as long as the disk does. */
  checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  }

  /** The last connection writes everything back and removes the write-ahead log, where the disk lets it. */
  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }
}

function checkWhole(database: DatabaseSync): void {
  const application = numberOf(database, 'application_id')
  const version = numberOf(database, 'user_version')
  if (application === UNFINISHED) throw new UnfinishedFileError()
  if (application !== WHOLE) throw new UnusableFileError('not a journal')
  if (version !== SCHEMA_VERSION) {
    throw new UnusableFileError(`version ${version}, where ${SCHEMA_VERSION} is known`)
  }
  const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (check !== 'ok') throw new UnusableFileError(String(check))
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma])
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array()
}

function registrationOf(row: Readonly<Record<string, unknown>>): StoredRegistration {
  const first = row['first_part']
  const last = row['last_part']
  return {
    identity: bytesOf(row['identity']),
    foldedLogId: Number(row['folded_log_id']),
    record: bytesOf(row['record']),
    parts: typeof first === 'number' && typeof last === 'number' ? { first, last } : undefined,
  }
}
