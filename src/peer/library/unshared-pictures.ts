import type { DatabaseSync } from 'node:sqlite'
import type { Digest } from '../../protocol/digest.ts'

/** The table behind it, one row for each file that holds a picture a person stopped sharing. */
export const UNSHARED_SCHEMA = `CREATE TABLE unshared (
     digest TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (digest, path)
   ) STRICT, WITHOUT ROWID;`

/** Rows at most: they are stopped one by one, by a person or a script of theirs. Some 100 bytes each. */
const MAX_UNSHARED = 100_000

/**
 * Which pictures of a folder a person stopped sharing. A picture is known by its content, so that it may be renamed, and by
 * its path, so that it may be edited: what was not to be seen by others is not seen by them in a new version either.
 */
export class UnsharedPictures {
  readonly #database: DatabaseSync
  #digests = new Set<string>()
  #paths = new Set<string>()
  #seenWrites = -1
  /** Whether something could not be kept, and so is known here alone. */
  #isAhead = false

  constructor(database: DatabaseSync) {
    this.#database = database
    this.reread()
  }

  has(digest: Digest, path: string): boolean {
    return this.#digests.has(digest) || this.#paths.has(path)
  }

  /**
   * From now on, a picture by all digests it is known by; false where that cannot be kept, and then it holds until the end
   * of this process.
   */
  add(digests: readonly Digest[], paths: readonly string[]): boolean {
    for (const digest of digests) this.#digests.add(digest)
    for (const path of paths) this.#paths.add(path)
    return this.#change(() => {
      const count = Number(this.#database.prepare('SELECT count(*) AS rows FROM unshared').get()?.['rows'])
      if (count + digests.length * paths.length > MAX_UNSHARED) throw new RangeError('too many')
      const insert = this.#database.prepare('INSERT OR IGNORE INTO unshared VALUES (?, ?)')
      for (const digest of digests)
        for (const path of paths.length === 0 ? [''] : paths) insert.run(digest, path)
    })
  }

  /** Takes it back, for the picture and for those paths that hold it; false where that cannot be kept, as above. */
  remove(digests: readonly Digest[], paths: readonly string[]): boolean {
    const isKept = this.#change(() => {
      const forget = this.#database.prepare('DELETE FROM unshared WHERE digest = ?')
      for (const digest of digests) forget.run(digest)
      const drop = this.#database.prepare('DELETE FROM unshared WHERE path = ?')
      for (const path of paths) drop.run(path)
    })
    if (isKept && !this.#isAhead) this.#read()
    for (const digest of digests) this.#digests.delete(digest)
    for (const path of paths) this.#paths.delete(path)
    return isKept
  }

  /** Looks whether another process changed something, and says whether it may have. */
  reread(): boolean {
    if (this.#isAhead) return false
    try {
      const writes = Number(this.#database.prepare('PRAGMA data_version').get()?.['data_version'])
      if (writes === this.#seenWrites) return false
      this.#read()
      this.#seenWrites = writes
      return true
    } catch {
      return false
    }
  }

  #read(): void {
    const rows = this.#database.prepare('SELECT digest, path FROM unshared').all()
    this.#digests = new Set(rows.map(row => String(row['digest'])))
    this.#paths = new Set(rows.map(row => String(row['path'])).filter(path => path !== ''))
  }

  #change(change: () => void): boolean {
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      change()
      this.#database.exec('COMMIT')
      return true
    } catch {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      this.#isAhead = true
      return false
    }
  }
}
