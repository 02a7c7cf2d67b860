import { setTimeout as delay } from 'node:timers/promises'
import { DEFAULT_FETCH_LIMITS } from '../download/fetch-limits.ts'
import type { UploadFlow } from '../sharing/upload-flows.ts'
import { QueueLock } from './queue-lock.ts'
import type { Transfer } from './transfer.ts'
import type { TransferFlow } from './transfer-flows.ts'
import { type QueueSettings, TransferStore } from './transfer-store.ts'
import type { TransferWish } from './transfer-wish.ts'
import { lockOf, Transfers } from './transfers.ts'

/** Milliseconds that the process which works a queue off has to do a wish, and between two looks whether it has. */
const ANSWER_MS = 10_000
const LOOK_MS = 50

/** What is known of a folder's queue from outside. */
export interface KeptQueue {
  /** In the order in which they are begun. */
  readonly transfers: readonly Transfer[]
  /** Of the running ones. */
  readonly flows: readonly TransferFlow[]
  /** What is being sent to whom. */
  readonly uploads: readonly UploadFlow[]
  readonly settings: QueueSettings
  /** Whether a process works it off now. */
  readonly isWorked: boolean
}

/** Reads the queue in the store `storePath`, whoever works it off. */
export function readQueue(storePath: string): KeptQueue {
  const lock = QueueLock.take(lockOf(storePath), 0)
  if (lock !== 'taken') lock.release()
  const store = TransferStore.open(storePath)
  try {
    const { settings } = store
    const transfers = store.transfers()
    if (lock === 'taken') {
      // That a transfer begins is not kept: what flows tells it.
      const flows = store.flows()
      const flowing = new Set(flows.map(({ digest }) => digest))
      const now = transfers.map(one =>
        one.state === 'waiting' && flowing.has(one.digest) ? { ...one, state: 'running' as const } : one,
      )
      return { transfers: now, flows, uploads: store.uploads(), settings, isWorked: true }
    }
    // What a process that died left behind.
    const waiting = transfers.map(one =>
      one.state === 'running' ? { ...one, state: 'waiting' as const } : one,
    )
    return { transfers: waiting, flows: [], uploads: [], settings, isWorked: false }
  } finally {
    store.close()
  }
}

/**
 * Does wishes to the queue in a store: by the process that works it off, where one does, else here, without beginning
 * anything. False where that process did not answer in time; then nothing of it is done later either.
 */
export async function askQueue(
  storePath: string,
  directory: string,
  wishes: readonly TransferWish[],
  signal: AbortSignal,
): Promise<boolean> {
  const lock = QueueLock.take(lockOf(storePath), 0)
  if (lock !== 'taken') {
    lock.release()
    const idle = Transfers.open({
      ...{ storePath, directory, limits: DEFAULT_FETCH_LIMITS, atOnce: 0 },
      has: () => false,
      find: async () => undefined,
    })
    if (idle.isKept) for (const wish of wishes) idle.do(wish)
    await idle.stop()
    if (idle.isKept) return true
  }
  const store = TransferStore.open(storePath)
  const asked = wishes.map(wish => store.askFor(wish)).filter(id => id !== undefined)
  try {
    const untilMs = Date.now() + ANSWER_MS
    while (store.wishes().some(({ id }) => asked.includes(id))) {
      if (Date.now() > untilMs || signal.aborted) return false
      await delay(LOOK_MS, undefined, { signal }).catch(() => {})
    }
    return asked.length === wishes.length
  } finally {
    store.takeBack(asked)
    store.close()
  }
}
