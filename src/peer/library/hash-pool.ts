import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { siblingModule } from '../../base/sibling-module.ts'
import type { ExaminedFile } from './examine-file.ts'
import type { HashResult } from './hash-file.ts'
import type { ReadingTask } from './hash-worker.ts'

/** Paths handed to a worker at once: enough that messages cost little, few enough that progress is seen. */
const BATCH_PATHS = 16

/** Milliseconds after which idle workers are ended: a folder at rest should cost no memory. */
const IDLE_MS = 10_000

interface Seat {
  readonly worker: Worker
  /** The task it is at; settles with the result, or rejects when the worker dies. */
  pending: { resolve: (result: unknown) => void; reject: (error: Error) => void } | undefined
}

/** Reads files on all cores, off the main thread. Workers start when there is work and end when there is none. */
export class HashPool {
  readonly #size: number
  #seats: Seat[] = []
  #idleTimer: NodeJS.Timeout | undefined
  #running = 0
  #examining: Promise<unknown> = Promise.resolve()

  /** `size` is the number of workers at most, one for each core by default. */
  constructor(size: number = availableParallelism()) {
    this.#size = size
  }

  /**
   * Hashes `paths` and hands over each result as it comes, in no set order. Resolves when all are done; rejects with the
   * signal's reason when cancelled, once no worker is at it any more. `isCleaned` is that of `hashFile`.
   */
  async hash(
    paths: readonly string[],
    onResult: (path: string, result: HashResult) => void,
    signal: AbortSignal,
    isCleaned = false,
  ): Promise<void> {
    let next = 0
    const drain = async () => {
      const seat = this.#takeSeat()
      try {
        while (next < paths.length && !signal.aborted) {
          const batch = paths.slice(next, next + BATCH_PATHS)
          next += batch.length
          const task = { kind: 'hash', paths: batch, isCleaned } as const
          const results = (await runTask(seat, task)) as readonly HashResult[]
          results.forEach((result, index) => {
            onResult(batch[index] ?? '', result)
          })
        }
      } finally {
        this.#giveBack(seat)
      }
    }
    await this.#work(async () => {
      const lanes = Math.min(this.#size, Math.ceil(paths.length / BATCH_PATHS))
      const outcomes = await Promise.allSettled(Array.from({ length: lanes }, drain))
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
      signal.throwIfAborted()
    })
  }

  /** What the image in a file tells beyond its picture; `undefined` where there is none. One after the other. */
  examine(path: string): Promise<ExaminedFile | undefined> {
    const examined = this.#examining.then(() => this.#examine(path))
    this.#examining = examined.catch(() => {})
    return examined
  }

  #examine(path: string): Promise<ExaminedFile | undefined> {
    return this.#work(async () => {
      const seat = this.#takeSeat()
      try {
        return (await runTask(seat, { kind: 'examine', path })) as ExaminedFile | undefined
      } finally {
        this.#giveBack(seat)
      }
    })
  }

  async #work<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#running += 1
    clearTimeout(this.#idleTimer)
    try {
      return await work()
    } finally {
      this.#running -= 1
      if (this.#running === 0) this.#endWhenIdle()
    }
  }

  /** Ends all workers. */
  async close(): Promise<void> {
    clearTimeout(this.#idleTimer)
    const seats = this.#seats
    this.#seats = []
    await Promise.all(seats.map(seat => seat.worker.terminate()))
  }

  #takeSeat(): Seat {
    return this.#seats.pop() ?? startSeat()
  }

  #giveBack(seat: Seat): void {
    if (seat.worker.threadId === -1) return
    if (this.#seats.length < this.#size) this.#seats.push(seat)
    else void seat.worker.terminate()
  }

  #endWhenIdle(): void {
    this.#idleTimer = setTimeout(() => void this.close(), IDLE_MS)
    this.#idleTimer.unref()
  }
}

function startSeat(): Seat {
  const worker = new Worker(siblingModule(import.meta.url, 'hash-worker'))
  const seat: Seat = { worker, pending: undefined }
  // Only a task under way keeps the program alive, by its promise; an idle worker never does.
  worker.unref()
  worker.on('message', (result: unknown) => seat.pending?.resolve(result))
  worker.on('error', error => seat.pending?.reject(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', () => seat.pending?.reject(new Error('the hashing worker ended')))
  return seat
}

async function runTask(seat: Seat, task: ReadingTask): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  seat.pending = { resolve, reject }
  seat.worker.ref()
  seat.worker.postMessage(task)
  try {
    return await promise
  } finally {
    seat.pending = undefined
    seat.worker.unref()
  }
}
