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

/**
 * Bytes that may be left for the main thread, where the write-ahead log is too long and a checkpoint has to reach its end
 * while nothing is written; while it is more, the worker goes over it again, but not for ever.
 */
const LEFT_BYTES = 1_048_576
const MAX_PASSES = 3

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
  /** Bytes written since the worker last began. */
  #bytes = 0
  /** How often it went over a log that is too long. */
  #passes = 0
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
    if (this.#bytes >= CHECKPOINT_BYTES && !this.#isAtWork) this.#begin()
  }

  /** Resolves when no worker has the file open any more. */
  close(): Promise<unknown> {
    this.#endWorker()
    return this.#ended
  }

  #begin(): void {
    this.#bytes = 0
    this.#isAtWork = true
    this.#cancelIdle?.()
    try {
      this.#worker ??= this.#start()
    } catch {
      // The system has no thread to spare.
      this.#isAtWork = false
      this.#finish()
      return
    }
    this.#worker.postMessage('checkpoint')
  }

  #start(): Worker {
    const worker = new Worker(siblingModule(import.meta.url, 'checkpoint-worker'), {
      workerData: { path: this.#store.path },
    })
    worker.unref()
    const exit = new Promise(resolve => worker.once('exit', resolve))
    this.#ended = Promise.all([this.#ended, exit])
    worker.on('message', ({ walBytes }: CheckpointOutcome) => {
      if (worker === this.#worker) this.#goOn(walBytes)
    })
    worker.on('error', () => {
      if (worker !== this.#worker) return
      this.#worker = undefined
      this.#isAtWork = false
      // Here the disk says again what is wrong; where only the thread was, the work gets done.
      this.#finish()
    })
    return worker
  }

  #goOn(walBytes: number): void {
    this.#isAtWork = false
    const isTooLong = walBytes >= this.#maxWalBytes
    if (isTooLong && this.#bytes > LEFT_BYTES && this.#passes < MAX_PASSES) {
      this.#passes += 1
      this.#begin()
      return
    }
    this.#passes = 0
    this.#cancelIdle = this.#schedule(() => this.#endWorker(), IDLE_MS)
    if (isTooLong) this.#finish()
  }

  #finish(): void {
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
