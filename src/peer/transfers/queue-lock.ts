import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** SQLITE_BUSY and SQLITE_LOCKED (sqlite.org/rescode.html). */
const BUSY_CODES: readonly number[] = [5, 6]

/**
 * The right to work off the queue of one folder, which one process has at a time: a transaction that it never ends, on a
 * file of its own. SQLite locks that file alike on every system, and the system takes the lock back from a process that dies.
 */
export class QueueLock {
  readonly #database: DatabaseSync | undefined

  private constructor(database: DatabaseSync | undefined) {
    this.#database = database
  }

  /** `taken` where another process has it, and does not give it back within `patienceMs`. Where no file can be written, nobody else keeps a queue there either. */
  static take(path: string, patienceMs: number): QueueLock | 'taken' {
    let database: DatabaseSync | undefined
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      database = new DatabaseSync(path, { timeout: patienceMs })
      database.exec('BEGIN EXCLUSIVE')
      return new QueueLock(database)
    } catch (error) {
      database?.close()
      return isBusy(error) ? 'taken' : new QueueLock(undefined)
    }
  }

  release(): void {
    this.#database?.close()
  }
}

function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return BUSY_CODES.includes(code)
}
