import { randomBytes } from 'node:crypto'
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import type { ImageDetails } from '../../protocol/image-details.ts'
import { openStore, type StoreCondition, type StoreSchema } from '../store-file.ts'
import type { LibraryFile, ReadFile, WithholdReason } from './image-file.ts'
import { UNSHARED_SCHEMA, UnsharedPictures } from './unshared-pictures.ts'

const SCHEMA: StoreSchema = {
  migrations: [
    `CREATE TABLE file (
     path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
     device INTEGER NOT NULL, inode INTEGER NOT NULL, digest TEXT, format TEXT
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE identity (
     only INTEGER PRIMARY KEY CHECK (only = 1), password TEXT NOT NULL, port INTEGER NOT NULL
   ) STRICT;`,
    // An image without a SHA-256 is one whose details were never read.
    `ALTER TABLE file ADD COLUMN sha256 TEXT;
   ALTER TABLE file ADD COLUMN width INTEGER;
   ALTER TABLE file ADD COLUMN height INTEGER;
   ALTER TABLE file ADD COLUMN taken INTEGER;
   ALTER TABLE file ADD COLUMN is_settled INTEGER NOT NULL DEFAULT 1;`,
    // NULL until it was tried, empty where none could be made. The index holds those that are to be tried, so few.
    `ALTER TABLE file ADD COLUMN placeholder TEXT;
   CREATE INDEX file_without_placeholder ON file (path) WHERE digest IS NOT NULL AND placeholder IS NULL;`,
    // So is the likeness, which is made together with the placeholder: both are tried again where only that was.
    `ALTER TABLE file ADD COLUMN likeness TEXT;
   DROP INDEX file_without_placeholder;
   CREATE INDEX file_without_likeness ON file (path) WHERE digest IS NOT NULL AND likeness IS NULL;`,
    UNSHARED_SCHEMA,
    // A folder that was shared before goes on as it was until somebody says otherwise.
    `ALTER TABLE file ADD COLUMN is_cleaned INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE source_image (
     path TEXT PRIMARY KEY, digest TEXT NOT NULL, withheld TEXT, edits BLOB
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE privacy (
     only INTEGER PRIMARY KEY CHECK (only = 1), is_cleaned INTEGER NOT NULL
   ) STRICT;
   INSERT INTO privacy SELECT 1, NOT EXISTS (SELECT * FROM identity);`,
  ],
  atStart: `DELETE FROM file WHERE is_settled = 0;
   DELETE FROM source_image WHERE path NOT IN (SELECT path FROM file)`,
}

/** Who a peer is towards an index server, kept so that it can come back to its registration. */
export interface Identity {
  /** 16 letters and digits, as the reference client makes them. */
  readonly password: string
  /** The port it shared on last; 0 when it never did. */
  readonly port: number
}

/** What the store alone knows of the image in a file, with the digest of the image it was read from. */
export interface KeptDetails {
  readonly digest: string
  readonly details: Pick<ImageDetails, 'sha256' | 'width' | 'height' | 'taken' | keyof Appearance>
}

/** What is made of an image by decoding it. */
export type Appearance = Pick<ImageDetails, 'placeholder' | 'likeness'>

/**
 * What a peer remembers of one folder between starts: its files with their digests and details, its password and port.
 * Loss of it costs time, never an image. One row for each file of the folder, and no more.
 */
export class LibraryStore {
  readonly condition: StoreCondition
  /** What a person stopped sharing. */
  readonly unshared: UnsharedPictures
  readonly #database: DatabaseSync
  #selectSha256: StatementSync | undefined
  #selectEdits: StatementSync | undefined
  #selectPrivacy: StatementSync | undefined

  private constructor(database: DatabaseSync, condition: StoreCondition) {
    this.#database = database
    this.condition = condition
    this.unshared = new UnsharedPictures(database)
  }

  /** Opens the store in the file `path`, making it and its folder where they are missing. Never throws. */
  static open(path: string): LibraryStore {
    const { database, condition } = openStore(path, SCHEMA)
    return new LibraryStore(database, condition)
  }

  /** Opens it beside a peer that may be using it, and takes nothing of it for stale. Never throws. */
  static glance(path: string): LibraryStore {
    const { database, condition } = openStore(path, { migrations: SCHEMA.migrations })
    return new LibraryStore(database, condition)
  }

  /**
   * Files as they were kept, without those that were read for another setting than `isCleaned` and may be shared;
   * `isSettled` leaves out what may have changed since without showing it.
   */
  files(isCleaned: boolean, isSettled = false): LibraryFile[] {
    const select = this.#database.prepare(
      `SELECT file.path, size, modified_ns, device, inode, file.digest, format, source_image.digest AS source, withheld
       FROM file LEFT JOIN source_image USING (path)
       WHERE (is_cleaned = ${Number(isCleaned)} OR (file.digest IS NULL AND source_image.digest IS NULL))
       AND is_settled >= ${Number(isSettled)}`,
    )
    select.setReadBigInts(true)
    return select.all().map(row => {
      const digest = typeof row['digest'] === 'string' ? parseDigest(row['digest']) : undefined
      const source = typeof row['source'] === 'string' ? parseDigest(row['source']) : undefined
      const withheld = typeof row['withheld'] === 'string' ? (row['withheld'] as WithholdReason) : undefined
      return {
        path: String(row['path']),
        fingerprint: {
          size: row['size'] as bigint,
          modifiedNs: row['modified_ns'] as bigint,
          device: BigInt.asUintN(64, row['device'] as bigint),
          inode: BigInt.asUintN(64, row['inode'] as bigint),
        },
        image: digest === undefined ? undefined : { digest, formatId: String(row['format']) },
        ...(source && {
          source: { digest: source, formatId: String(row['format']), ...(withheld && { withheld }) },
        }),
      }
    })
  }

  /**
   * Details of all images, by path. They are read anew each time and kept in no memory: they are wanted when the index
   * server is told of the whole folder, which is seldom. None where the store cannot be read.
   */
  details(): Map<string, KeptDetails> {
    const known = new Map<string, KeptDetails>()
    try {
      const select = this.#database.prepare(`SELECT ${DETAIL_COLUMNS} FROM file WHERE sha256 IS NOT NULL`)
      select.setReturnArrays(true)
      // Its type does not know of the line above, which makes a large library twice as fast.
      const rows = select.all() as unknown as SQLOutputValue[][]
      for (const row of rows) known.set(String(row[0]), keptDetailsOf(row))
    } catch {
      // A disk that fails: the images are shared all the same.
    }
    return known
  }

  /** Details of the images in these files, by path. None where the store cannot be read. */
  detailsOf(paths: readonly string[]): Map<string, KeptDetails> {
    const known = new Map<string, KeptDetails>()
    try {
      const select = this.#database.prepare(
        `SELECT ${DETAIL_COLUMNS} FROM file WHERE path = ? AND sha256 IS NOT NULL`,
      )
      select.setReturnArrays(true)
      for (const path of paths) {
        const row = select.get(path) as unknown as SQLOutputValue[] | undefined
        if (row !== undefined) known.set(path, keptDetailsOf(row))
      }
    } catch {
      // As above.
    }
    return known
  }

  /** The SHA-256 of the image `digest` in the file `path`, in hexadecimal; `undefined` where it is not known. */
  sha256Of(path: string, digest: Digest): string | undefined {
    try {
      // Kept, for it is asked with each image that is sent: preparing takes ten times as long as asking.
      this.#selectSha256 ??= this.#database.prepare('SELECT sha256 FROM file WHERE path = ? AND digest = ?')
      const sha256 = this.#selectSha256.get(path, digest)?.['sha256']
      return typeof sha256 === 'string' ? sha256 : undefined
    } catch {
      return undefined
    }
  }

  /**
   * What makes the image `digest` out of the file `path`, while that is the image `source`; `undefined` where that is not
   * known.
   */
  editsOf(path: string, digest: Digest, source: Digest): Uint8Array | undefined {
    try {
      this.#selectEdits ??= this.#database.prepare(
        'SELECT edits FROM source_image JOIN file USING (path) WHERE path = ? AND file.digest = ? AND source_image.digest = ?',
      )
      const edits = this.#selectEdits.get(path, digest, source)?.['edits']
      return edits instanceof Uint8Array ? edits : undefined
    } catch {
      return undefined
    }
  }

  /** Whether what is private is taken out of what is shared; where that cannot be read, it is. */
  get isCleaned(): boolean {
    try {
      this.#selectPrivacy ??= this.#database.prepare('SELECT is_cleaned FROM privacy')
      return this.#selectPrivacy.get()?.['is_cleaned'] !== 0
    } catch {
      return true
    }
  }

  /** Whether what is changed now is known after the next start. */
  get isKept(): boolean {
    return this.condition.kind !== 'memoryOnly'
  }

  /** Sets whether what is private is taken out; with it go the files that have to be read anew. Throws what SQLite does. */
  setCleaned(isCleaned: boolean): void {
    this.#database.prepare('INSERT OR REPLACE INTO privacy VALUES (1, ?)').run(Number(isCleaned))
    if (isCleaned) return
    // What had nothing private is the same either way.
    this.#database.exec(
      'UPDATE file SET is_cleaned = 0 WHERE is_cleaned = 1 AND path NOT IN (SELECT path FROM source_image)',
    )
  }

  /** Up to `limit` images whose details were never read: their paths, in order, from the one behind `after` on. */
  pathsWithoutDetails(after: string, limit: number): string[] {
    try {
      const select = this.#database.prepare(
        'SELECT path FROM file WHERE path > ? AND digest IS NOT NULL AND sha256 IS NULL ORDER BY path LIMIT ?',
      )
      return select.all(after, limit).map(row => String(row['path']))
    } catch {
      return []
    }
  }

  /** Up to `limit` images whose appearance was never tried, in the order of their paths, from the one behind `after` on. */
  imagesWithoutAppearance(after: string, limit: number): { path: string; digest: Digest }[] {
    try {
      const select = this.#database.prepare(
        `SELECT path, digest FROM file
         WHERE path > ? AND digest IS NOT NULL AND likeness IS NULL ORDER BY path LIMIT ?`,
      )
      return select.all(after, limit).flatMap(row => {
        const digest = parseDigest(String(row['digest']))
        return digest === undefined ? [] : [{ path: String(row['path']), digest }]
      })
    } catch {
      return []
    }
  }

  /**
   * Keeps the appearance of the image in a file, or what of it cannot be made; nothing where the file holds another image
   * by now.
   */
  keepAppearance(path: string, digest: Digest, { placeholder, likeness }: Appearance): void {
    try {
      this.#database
        .prepare('UPDATE file SET placeholder = ?, likeness = ? WHERE path = ? AND digest = ?')
        .run(placeholder ?? '', likeness ?? '', path, digest)
    } catch {
      // It is made again after the next start.
    }
  }

  /** Keeps `changed` and forgets `gone` (paths), all or none. What cannot be written is known again after a new start. */
  keep(changed: readonly ReadFile[], gone: readonly string[]): void {
    if (changed.length === 0 && gone.length === 0) return
    const put = this.#database.prepare(
      `INSERT OR REPLACE INTO file (path, size, modified_ns, device, inode, digest, format,
       sha256, width, height, taken, is_settled, is_cleaned) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    const drop = this.#database.prepare('DELETE FROM file WHERE path = ?')
    const putSource = this.#database.prepare('INSERT INTO source_image VALUES (?, ?, ?, ?)')
    const dropSource = this.#database.prepare('DELETE FROM source_image WHERE path = ?')
    try {
      this.#database.exec('BEGIN')
      for (const path of gone) {
        drop.run(path)
        dropSource.run(path)
      }
      for (const { path, fingerprint, image, source, details, edits, isSettled, isCleaned } of changed) {
        const { size, modifiedNs, device, inode } = fingerprint
        const { sha256 = null, width = null, height = null, taken = null } = details ?? {}
        put.run(
          path,
          size,
          modifiedNs,
          // Inode numbers use all 64 bits on some file systems; SQLite's integers are signed.
          BigInt.asIntN(64, device),
          BigInt.asIntN(64, inode),
          image?.digest ?? null,
          image?.formatId ?? source?.formatId ?? null,
          ...[sha256, width, height, taken, Number(isSettled), Number(isCleaned)],
        )
        dropSource.run(path)
        if (source !== undefined) putSource.run(path, source.digest, source.withheld ?? null, edits ?? null)
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

const DETAIL_COLUMNS = 'path, digest, sha256, width, height, taken, placeholder, likeness'

/** A row of {@link DETAIL_COLUMNS}. */
function keptDetailsOf([
  ,
  digest,
  sha256,
  width,
  height,
  taken,
  placeholder,
  likeness,
]: readonly SQLOutputValue[]): KeptDetails {
  const details = {
    sha256: String(sha256),
    ...(typeof width === 'number' && typeof height === 'number' ? { width, height } : {}),
    ...(typeof taken === 'number' ? { taken } : {}),
    ...(typeof placeholder === 'string' && placeholder !== '' ? { placeholder } : {}),
    ...(typeof likeness === 'string' && likeness !== '' ? { likeness } : {}),
  }
  return { digest: String(digest), details }
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
