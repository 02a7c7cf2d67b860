import type { DatabaseSync } from 'node:sqlite'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import { type Endpoint, formatEndpoint, parseEndpoint } from '../../protocol/endpoint.ts'
import type { ImageDetails } from '../../protocol/image-details.ts'
import type { UploadFlow } from '../sharing/upload-flows.ts'
import { openStore, type StoreCondition, type StoreSchema } from '../store-file.ts'
import { TRANSFER_STATES, type Transfer } from './transfer.ts'
import type { TransferFlow } from './transfer-flows.ts'
import { LIMIT_NAMES, NO_TRANSFER_LIMITS, type TransferLimits } from './transfer-limits.ts'
import { rowOfWish, type TransferWish, wishOf } from './transfer-wish.ts'

const SCHEMA: StoreSchema = {
  migrations: [
    `CREATE TABLE transfer (
     digest TEXT PRIMARY KEY, rank INTEGER NOT NULL, state TEXT NOT NULL, name TEXT NOT NULL, owners TEXT NOT NULL,
     details TEXT NOT NULL, again INTEGER NOT NULL, attempts INTEGER NOT NULL, failing_since INTEGER,
     retry_at INTEGER, bytes INTEGER NOT NULL, error TEXT
   ) STRICT, WITHOUT ROWID;`,
    `CREATE TABLE wish (id INTEGER PRIMARY KEY AUTOINCREMENT, verb TEXT NOT NULL, digest TEXT, value INTEGER) STRICT;
   CREATE TABLE flow (
     digest TEXT PRIMARY KEY, owner TEXT NOT NULL, bytes INTEGER NOT NULL, rate INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
    `CREATE TABLE upload (
     digest TEXT NOT NULL, address TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, sent INTEGER NOT NULL,
     rate INTEGER NOT NULL, PRIMARY KEY (digest, address)
   ) STRICT, WITHOUT ROWID;`,
  ],
}

/** Wishes that wait to be done, at most: a process that does not answer is given no more. */
const MAX_WISHES = 1000

/** What is remembered of a queue besides its transfers. */
export interface QueueSettings {
  readonly limits: TransferLimits
  /** Whether a person paused the whole queue. */
  readonly isPaused: boolean
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

  get settings(): QueueSettings {
    const rows = this.#read('SELECT name, value FROM setting')
    const value = (name: string) => Number(rows.find(row => row['name'] === name)?.['value'] ?? 0)
    const limits = { ...NO_TRANSFER_LIMITS }
    for (const name of LIMIT_NAMES) limits[name] = value(`${name}Limit`)
    return { limits, isPaused: value('isPaused') === 1 }
  }

  keepSettings({
    limits = {},
    isPaused,
  }: {
    readonly limits?: Partial<TransferLimits>
    readonly isPaused?: boolean
  }): void {
    const put = 'INSERT OR REPLACE INTO setting VALUES (?, ?)'
    for (const name of LIMIT_NAMES) {
      const value = limits[name]
      if (value !== undefined) this.#write(put, `${name}Limit`, Math.round(value))
    }
    if (isPaused !== undefined) this.#write(put, 'isPaused', Number(isPaused))
  }

  /** Asks the process that works the queue off for something, by a number. `undefined` where too many wait, or none can be kept. */
  askFor(wish: TransferWish): number | undefined {
    if (this.wishes().length >= MAX_WISHES) return undefined
    const { verb, digest, value } = rowOfWish(wish)
    try {
      const insert = this.#database.prepare('INSERT INTO wish (verb, digest, value) VALUES (?, ?, ?)')
      return Number(insert.run(verb, digest, value).lastInsertRowid)
    } catch {
      return undefined
    }
  }

  /** What other processes ask for, the oldest first. */
  wishes(): { readonly id: number; readonly wish: TransferWish | undefined }[] {
    const rows = this.#read(`SELECT * FROM wish ORDER BY id LIMIT ${MAX_WISHES}`)
    return rows.map(row => ({ id: Number(row['id']), wish: wishOf(row) }))
  }

  /** Forgets the wishes up to one that is done. */
  forgetWishes(lastId: number): void {
    this.#write('DELETE FROM wish WHERE id <= ?', lastId)
  }

  /** Takes back what nobody did. */
  takeBack(ids: readonly number[]): void {
    for (const id of ids) this.#write('DELETE FROM wish WHERE id = ?', id)
  }

  /** A number that another process's writing changes. */
  get writtenByOthers(): number {
    return Number(this.#read('PRAGMA data_version')[0]?.['data_version'] ?? 0)
  }

  /** Says to other processes how the running transfers flow; as many rows as there are of them. */
  keepFlows(flows: readonly TransferFlow[]): void {
    try {
      const put = this.#database.prepare('INSERT OR REPLACE INTO flow VALUES (?, ?, ?, ?)')
      this.#database.exec('BEGIN; DELETE FROM flow')
      for (const { digest, owner, bytes, bytesPerSecond } of flows)
        put.run(digest, owner, bytes, Math.round(bytesPerSecond))
      this.#database.exec('COMMIT')
    } catch {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    }
  }

  /** The flows that the process which works the queue off said last. */
  flows(): TransferFlow[] {
    return this.#read('SELECT * FROM flow').flatMap(row => {
      const digest = parseDigest(String(row['digest']))
      const [bytes, bytesPerSecond] = [Number(row['bytes']), Number(row['rate'])]
      return digest === undefined ? [] : [{ digest, owner: String(row['owner']), bytes, bytesPerSecond }]
    })
  }

  /** Says to other processes what is being sent to whom. */
  keepUploads(uploads: readonly UploadFlow[]): void {
    try {
      const put = this.#database.prepare('INSERT OR REPLACE INTO upload VALUES (?, ?, ?, ?, ?, ?)')
      this.#database.exec('BEGIN; DELETE FROM upload')
      for (const { digest, address, name, size, sent, bytesPerSecond } of uploads)
        put.run(digest, address, name, size, sent, Math.round(bytesPerSecond))
      this.#database.exec('COMMIT')
    } catch {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    }
  }

  /** What was said last of what is being sent. */
  uploads(): UploadFlow[] {
    return this.#read('SELECT * FROM upload').flatMap(row => {
      const digest = parseDigest(String(row['digest']))
      const [size, sent, bytesPerSecond] = [Number(row['size']), Number(row['sent']), Number(row['rate'])]
      const text = { name: String(row['name']), address: String(row['address']) }
      return digest === undefined ? [] : [{ digest, ...text, size, sent, bytesPerSecond }]
    })
  }

  close(): void {
    this.#database.close()
  }

  #read(query: string): Record<string, unknown>[] {
    try {
      return this.#database.prepare(query).all()
    } catch {
      return []
    }
  }

  #write(statement: string, ...values: (string | number)[]): void {
    try {
      this.#database.prepare(statement).run(...values)
    } catch {
      // What cannot be kept holds until the end of this process.
    }
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
