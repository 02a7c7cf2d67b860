import { Worker } from 'node:worker_threads'
import { siblingModule } from '../../base/sibling-module.ts'
import type { CheckpointOutcome } from './checkpoint-worker.ts'
import type { JournalStore } from './journal-store.ts'
import type { Schedule } from './schedule.ts'

/**
 * Bytes written between two checkpoints: as often as SQLite does it by itself. Rarer ones write less in all, for pages
 * that changed often are written back once, and leave more to be read at the next start.
 */
const CHECKPOINT_BYTES = 4_194_304

/** Milliseconds after which an idle worker is ended: it takes some 20 MB of memory. */
const IDLE_MS = 10_000

/**
 * Writes a store's write-ahead log back, in a worker thread: syncing takes as long as the disk does, some 20 ms on a fast
 * one, and requests would wait. The worker starts when there is work and ends when there is none.
 */
export class Checkpoints {
  readonly #store: JournalStore
  readonly #maxWalBytes: number
  readonly #schedule: Schedule
  readonly #onFailure: (error: unknown) => void
  #worker: Worker | undefined
  #isAtWork = false
  #bytes = 0
  #cancelIdle: (() => void) | undefined
  /** Resolves when the workers that were told to end have ended. */
  #ended: Promise<unknown> = Promise.resolve()

  /** `maxWalBytes`: see journal-limits.ts. `onFailure` is told what the disk refused. */
  constructor(
    store: JournalStore,
    maxWalBytes: number,
    schedule: Schedule,
    onFailure: (error: unknown) => void,
  ) {
    this.#store = store
    this.#maxWalBytes = maxWalBytes
    this.#schedule = schedule
    this.#onFailure = onFailure
  }

  /** Told after each commit about how much it wrote. */
  noteWritten(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes < CHECKPOINT_BYTES || this.#isAtWork) return
    this.#bytes = 0
    this.#isAtWork = true
    this.#cancelIdle?.()
    this.#worker ??= this.#start()
    this.#worker.postMessage('checkpoint')
  }

  /** Resolves when no worker has the file open any more. */
  close(): Promise<unknown> {
    this.#endWorker()
    return this.#ended
  }

  #start(): Worker {
    const worker = new Worker(siblingModule(import.meta.url, 'checkpoint-worker'), {
      workerData: { path: this.#store.path },
    })
    worker.unref()
    const exit = new Promise(resolve => worker.once('exit', resolve))
    this.#ended = Promise.all([this.#ended, exit])
    worker.on('message', ({ walBytes }: CheckpointOutcome) => {
      if (worker === this.#worker) this.#workerDone(walBytes >= this.#maxWalBytes)
    })
    worker.on('error', () => {
      if (worker !== this.#worker) return
      this.#worker = undefined
      // Here the disk says again what is wrong; where only the thread was, the work gets done.
      this.#workerDone(true)
    })
    return worker
  }

  #workerDone(finishes: boolean): void {
    this.#isAtWork = false
    this.#cancelIdle = this.#schedule(() => this.#endWorker(), IDLE_MS)
    if (!finishes) return
    try {
      this.#store.checkpoint()
    } catch (error) {
      this.#onFailure(error)
    }
  }

  #endWorker(): void {
    this.#cancelIdle?.()
    this.#worker?.ref()
    this.#worker?.postMessage('close')
    this.#worker = undefined
    this.#isAtWork = false
  }
}
