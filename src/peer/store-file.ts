import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemReason } from '../base/failure.ts'

/** What happened when a store was opened, for a person to know. */
export type StoreCondition =
  | { readonly kind: 'fine' }
  /** What stood there could not be used; it was set aside under `movedTo`, and a new one begun. */
  | { readonly kind: 'setAside'; readonly movedTo: string; readonly reason: string }
  /** Nothing can be kept: everything works, and is computed anew at the next start. */
  | { readonly kind: 'memoryOnly'; readonly reason: string }

/** What a store's file holds. */
export interface StoreSchema {
  /** What brings a store from each version to the next, an empty one from 0 on. Only ever added to. */
  readonly migrations: readonly string[]
  /** Done at each start. */
  readonly atStart?: string
}

interface OpenedStore {
  readonly database: DatabaseSync
  readonly condition: StoreCondition
}

/**
 * Opens a store in the file `path`, making it and its folder where they are missing. One that is damaged, none of ours or
 * of a later version is set aside; where nothing can be kept, the store is one in memory. Never throws.
 */
export function openStore(path: string, schema: StoreSchema): OpenedStore {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return { database: openDatabase(path, schema), condition: { kind: 'fine' } }
  } catch (error) {
    const reason = systemReason(error)
    return error instanceof UnusableStoreError || isDamage(error)
      ? setAside(path, schema, reason)
      : openInMemory(schema, reason)
  }
}

function setAside(path: string, schema: StoreSchema, reason: string): OpenedStore {
  const movedTo = `${path}.set-aside-${randomBytes(4).toString('hex')}`
  try {
    renameSync(path, movedTo)
    for (const companion of ['-wal', '-shm']) rmSync(path + companion, { force: true })
    return { database: openDatabase(path, schema), condition: { kind: 'setAside', movedTo, reason } }
  } catch {
    return openInMemory(schema, reason)
  }
}

function openInMemory(schema: StoreSchema, reason: string): OpenedStore {
  return { database: openDatabase(':memory:', schema), condition: { kind: 'memoryOnly', reason } }
}

/** A store that can be read and is none of ours, or of a version this program does not know. */
class UnusableStoreError extends Error {}

/**
 * SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html), and SQLITE_ERROR, for tables that are none of ours; any
 * other error may pass, and the store is left alone.
 */
function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return code === 11 || code === 26 || code === 1
}

function openDatabase(path: string, { migrations, atStart = '' }: StoreSchema): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 2000 })
  try {
    if (path !== ':memory:') chmodSync(path, 0o600)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE')
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
    if (version < 0 || version > migrations.length) {
      throw new UnusableStoreError(`version ${version}, where ${migrations.length} is known`)
    }
    for (const migration of migrations.slice(version)) database.exec(migration)
    database.exec(`PRAGMA user_version = ${migrations.length}; ${atStart}; COMMIT`)
    const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (check !== 'ok') throw new UnusableStoreError(String(check))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
