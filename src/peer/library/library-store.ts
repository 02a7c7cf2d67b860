import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemReason } from '../../base/failure.ts'
import { parseDigest } from '../../protocol/digest.ts'
import type { LibraryFile } from './image-file.ts'

/** Raised by one for each change of the tables below. */
const SCHEMA_VERSION = 1

const SCHEMA = `
  CREATE TABLE file (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    device INTEGER NOT NULL, inode INTEGER NOT NULL, digest TEXT, format TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE identity (only INTEGER PRIMARY KEY CHECK (only = 1), password TEXT NOT NULL, port INTEGER NOT NULL) STRICT;
`

/** Who a peer is towards an index server, kept so that it can come back to its registration. */
export interface Identity {
  /** 16 letters and digits, as the reference client makes them. */
  readonly password: string
  /** The port it shared on last; 0 when it never did. */
  readonly port: number
}

/** What happened when the store was opened, for a person to know. */
export type StoreCondition =
  | { readonly kind: 'fine' }
  /** What stood there could not be used; it was set aside under `movedTo`, and a new one begun. */
  | { readonly kind: 'setAside'; readonly movedTo: string; readonly reason: string }
  /** Nothing can be kept: everything works, and is computed anew at the next start. */
  | { readonly kind: 'memoryOnly'; readonly reason: string }

/**
 * What a peer remembers of one folder between starts: its files with their digests, its password and port. Loss of it
 * costs time, never an image. One row for each file of the folder, and no more.
 */
export class LibraryStore {
  readonly condition: StoreCondition
  readonly #database: DatabaseSync

  private constructor(database: DatabaseSync, condition: StoreCondition) {
    this.#database = database
    this.condition = condition
  }

  /** Opens the store in the file `path`, making it and its folder where they are missing. Never throws. */
  static open(path: string): LibraryStore {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    } catch (error) {
      return LibraryStore.#inMemory(systemReason(error))
    }
    try {
      return new LibraryStore(openDatabase(path), { kind: 'fine' })
    } catch (error) {
      if (error instanceof UnusableStoreError || isDamage(error))
        return LibraryStore.#setAside(path, systemReason(error))
      return LibraryStore.#inMemory(systemReason(error))
    }
  }

  static #setAside(path: string, reason: string): LibraryStore {
    const movedTo = `${path}.set-aside-${randomBytes(4).toString('hex')}`
    try {
      renameSync(path, movedTo)
      for (const companion of ['-wal', '-shm']) rmSync(path + companion, { force: true })
      return new LibraryStore(openDatabase(path), { kind: 'setAside', movedTo, reason })
    } catch {
      return LibraryStore.#inMemory(reason)
    }
  }

  static #inMemory(reason: string): LibraryStore {
    return new LibraryStore(openDatabase(':memory:'), { kind: 'memoryOnly', reason })
  }

  /** All files as they were kept. */
  files(): LibraryFile[] {
    const select = this.#database.prepare('SELECT * FROM file')
    select.setReadBigInts(true)
    return select.all().map(row => {
      const digest = typeof row['digest'] === 'string' ? parseDigest(row['digest']) : undefined
      return {
        path: String(row['path']),
        fingerprint: {
          size: row['size'] as bigint,
          modifiedNs: row['modified_ns'] as bigint,
          device: BigInt.asUintN(64, row['device'] as bigint),
          inode: BigInt.asUintN(64, row['inode'] as bigint),
        },
        image: digest === undefined ? undefined : { digest, formatId: String(row['format']) },
      }
    })
  }

  /** Keeps `changed` and forgets `gone` (paths), all or none. What cannot be written is known again after a new start. */
  keep(changed: readonly LibraryFile[], gone: readonly string[]): void {
    const put = this.#database.prepare('INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?)')
    const drop = this.#database.prepare('DELETE FROM file WHERE path = ?')
    try {
      this.#database.exec('BEGIN')
      for (const path of gone) drop.run(path)
      for (const { path, fingerprint, image } of changed) {
        const { size, modifiedNs, device, inode } = fingerprint
        // Inode numbers use all 64 bits on some file systems; SQLite's integers are signed.
        const row = [size, modifiedNs, BigInt.asIntN(64, device), BigInt.asIntN(64, inode)]
        put.run(path, ...row, image?.digest ?? null, image?.formatId ?? null)
      }
      this.#database.exec('COMMIT')
    } catch {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    }
  }

  /** The peer's identity, made at the first call. */
  identity(): Identity {
    const row = this.#database.prepare('SELECT password, port FROM identity').get()
    if (row !== undefined) return { password: String(row['password']), port: Number(row['port']) }
    const identity = { password: randomPassword(), port: 0 }
    this.keepIdentity(identity)
    return identity
  }

  /** Keeps the identity for the next start. */
  keepIdentity({ password, port }: Identity): void {
    try {
      this.#database.prepare('INSERT OR REPLACE INTO identity VALUES (1, ?, ?)').run(password, port)
    } catch {
      // A full disk: this start works, and the next one registers as somebody new.
    }
  }

  close(): void {
    this.#database.close()
  }
}

/** A store that can be read and is none of ours, or of a version this program does not know. */
class UnusableStoreError extends Error {}

/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html); any other error may pass, and the store is left alone. */
function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return code === 11 || code === 26
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 2000 })
  try {
    if (path !== ':memory:') chmodSync(path, 0o600)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE')
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
    if (version === 0) database.exec(`${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}`)
    database.exec('COMMIT')
    if (version !== 0 && version !== SCHEMA_VERSION) {
      throw new UnusableStoreError(`version ${version}, where ${SCHEMA_VERSION} is known`)
    }
    const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (check !== 'ok') throw new UnusableStoreError(String(check))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

const PASSWORD_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function randomPassword(): string {
  // 62 characters out of 256 byte values: those of 248 and above would favour the first few.
  let password = ''
  while (password.length < 16) {
    for (const byte of randomBytes(16)) {
      if (byte < 248 && password.length < 16) password += PASSWORD_CHARACTERS[byte % 62]
    }
  }
  return password
}
