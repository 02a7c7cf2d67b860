import type { DatabaseSync } from 'node:sqlite'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import { type Endpoint, formatEndpoint, parseEndpoint } from '../../protocol/endpoint.ts'
import type { ImageDetails } from '../../protocol/image-details.ts'
import { openStore, type StoreCondition, type StoreSchema } from '../store-file.ts'
import { TRANSFER_STATES, type Transfer } from './transfer.ts'

const SCHEMA: StoreSchema = {
  migrations: [
    `CREATE TABLE transfer (
     digest TEXT PRIMARY KEY, rank INTEGER NOT NULL, state TEXT NOT NULL, name TEXT NOT NULL, owners TEXT NOT NULL,
     details TEXT NOT NULL, again INTEGER NOT NULL, attempts INTEGER NOT NULL, failing_since INTEGER,
     retry_at INTEGER, bytes INTEGER NOT NULL, error TEXT
   ) STRICT, WITHOUT ROWID;`,
  ],
}

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
    const { database, condition } = openStore(path, SCHEMA)
    return new TransferStore(database, condition)
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
