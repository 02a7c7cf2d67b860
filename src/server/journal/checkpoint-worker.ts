import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

/** What a checkpoint came to. */
export interface CheckpointOutcome {
  /** Bytes of pages that the write-ahead log held when it was begun. */
  readonly walBytes: number
}

/**
 * A worker thread: `checkpoint` is answered with the outcome of one, `close` ends it, and an error of the disk does too.
 * A file that is not there any more is not made.
 */
const { path } = workerData as { readonly path: string }
const database = new DatabaseSync(new URL(`${pathToFileURL(path).href}?mode=rw`))
database.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0')
const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size'])
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

parentPort?.on('message', (request: 'checkpoint' | 'close') => {
  if (request === 'close') {
    database.close()
    parentPort?.close()
    return
  }
  const outcome: CheckpointOutcome = { walBytes: Number(checkpoint.get()?.['log']) * pageBytes }
  parentPort?.postMessage(outcome)
})
