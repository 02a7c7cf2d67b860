import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemReason } from '../../base/failure.ts'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import { type Endpoint, formatEndpoint, parseEndpoint } from '../../protocol/endpoint.ts'
import type { ImageDetails } from '../../protocol/image-details.ts'
import type { StoreCondition } from '../library/library-store.ts'
import { TRANSFER_STATES, type Transfer } from './transfer.ts'

/** What brings a store from each version to the next, an empty one from 0 on. Only ever added to. */
const MIGRATIONS = [
  `CREATE TABLE transfer (
     digest TEXT PRIMARY KEY, rank INTEGER NOT NULL, state TEXT NOT NULL, name TEXT NOT NULL, owners TEXT NOT NULL,
     details TEXT NOT NULL, again INTEGER NOT NULL, attempts INTEGER NOT NULL, failing_since INTEGER,
     retry_at INTEGER, bytes INTEGER NOT NULL, error TEXT
   ) STRICT, WITHOUT ROWID;`,
]
const SCHEMA_VERSION = MIGRATIONS.length

/**
 * The transfers of one folder between starts. Loss of it costs a new listing, never an image. One row for each transfer of
 * the queue, whose bounds are also its own.
 */
export class TransferStore {
  readonly condition: StoreCondition
  readonly #database: DatabaseSync

  private constructor(database: DatabaseSync, condition: StoreCondition) {
    this.#database = database
    this.condition = condition
  }

  /** Opens the store in the file `path`, making it and its folder where they are missing. Never throws. */
  static open(path: string): TransferStore {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      return new TransferStore(openDatabase(path), { kind: 'fine' })
    } catch (error) {
      const reason = systemReason(error)
      return error instanceof UnusableStoreError || isDamage(error)
        ? TransferStore.#setAside(path, reason)
        : TransferStore.inMemory(reason)
    }
  }

  /** A store that is gone with the program, because of `reason`. */
  static inMemory(reason: string): TransferStore {
    return new TransferStore(openDatabase(':memory:'), { kind: 'memoryOnly', reason })
  }

  static #setAside(path: string, reason: string): TransferStore {
    const movedTo = `${path}.set-aside-${randomBytes(4).toString('hex')}`
    try {
      renameSync(path, movedTo)
      for (const companion of ['-wal', '-shm']) rmSync(path + companion, { force: true })
      return new TransferStore(openDatabase(path), { kind: 'setAside', movedTo, reason })
    } catch {
      return TransferStore.inMemory(reason)
    }
  }

  /** All transfers as they were kept; a row that makes no sense is left out. */
  transfers(): Transfer[] {
    try {
      const rows = this.#database.prepare('SELECT * FROM transfer ORDER BY rank').all()
      return rows.flatMap(row => transferOf(row) ?? [])
    } catch {
      return []
    }
  }

  /** Keeps `changed` and forgets `gone`, all or none. What cannot be written is asked for again after a restart. */
  keep(changed: readonly Transfer[], gone: readonly Digest[]): void {
    if (changed.length === 0 && gone.length === 0) return
    try {
      const put = this.#database.prepare(
        'INSERT OR REPLACE INTO transfer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      )
      const drop = this.#database.prepare('DELETE FROM transfer WHERE digest = ?')
      this.#database.exec('BEGIN')
      for (const digest of gone) drop.run(digest)
      for (const transfer of changed) {
        const { digest, rank, state, name, owners, details, again } = transfer
        const { attempts, failingSinceMs, retryAtMs, bytes, error } = transfer
        put.run(
          ...[digest, rank, state, name, owners.map(formatEndpoint).join(' '), JSON.stringify(details)],
          ...[Number(again), attempts, wholeOrNull(failingSinceMs), wholeOrNull(retryAtMs), bytes],
          error ?? null,
        )
      }
      this.#database.exec('COMMIT')
    } catch {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    }
  }

  close(): void {
    this.#database.close()
  }
}

/** A store that can be read and is none of ours, or of a version this program does not know. */
class UnusableStoreError extends Error {}

/** SQLITE_CORRUPT, SQLITE_NOTADB and, for tables that are none of ours, SQLITE_ERROR (sqlite.org/rescode.html). */
function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return code === 11 || code === 26 || code === 1
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 2000 })
  try {
    if (path !== ':memory:') chmodSync(path, 0o600)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE')
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
    if (version < 0 || version > SCHEMA_VERSION) {
      throw new UnusableStoreError(`version ${version}, where ${SCHEMA_VERSION} is known`)
    }
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration)
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
    const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (check !== 'ok') throw new UnusableStoreError(String(check))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function transferOf(row: Record<string, unknown>): Transfer | undefined {
  const digest = parseDigest(String(row['digest']))
  const state = TRANSFER_STATES.find(one => one === row['state'])
  if (digest === undefined || state === undefined) return undefined
  return {
    digest,
    state,
    rank: Number(row['rank']),
    name: String(row['name']),
    owners: ownersOf(String(row['owners'])),
    details: detailsOf(String(row['details'])),
    again: row['again'] === 1,
    attempts: Number(row['attempts']),
    failingSinceMs: numberOrNothing(row['failing_since']),
    retryAtMs: numberOrNothing(row['retry_at']),
    bytes: Number(row['bytes']),
    error: typeof row['error'] === 'string' ? (row['error'] as Transfer['error']) : undefined,
  }
}

function ownersOf(text: string): Endpoint[] {
  return text.split(' ').flatMap(owner => parseEndpoint(owner) ?? [])
}

/** Written by us and read by us: what is damaged is left out. */
function detailsOf(text: string): ImageDetails {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function numberOrNothing(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function wholeOrNull(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value)
}
