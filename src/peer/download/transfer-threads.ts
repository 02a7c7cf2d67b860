import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { siblingModule } from '../../base/sibling-module.ts'
import { THREAD_LIMITS } from './thread-limits.ts'
import type { TransferNews, TransferOrder, TransferThreadData } from './transfer-messages.ts'

/** Milliseconds after which idle threads are ended. */
const IDLE_MS = 10_000

type Begin = Extract<TransferOrder, { kind: 'begin' }>
/** Told of one transfer; `undefined` when its thread died. */
export type Listener = (news: TransferNews | undefined) => void

interface Seat {
  readonly worker: Worker
  readonly listeners: Map<number, Listener>
  orders: TransferOrder[]
}

/** Threads that fetch, one for each core; started when there is work, ended when there is none. */
export class TransferThreads {
  readonly #data: TransferThreadData
  readonly #size = availableParallelism()
  readonly #seats = new Set<Seat>()
  #idleTimer: NodeJS.Timeout | undefined
  #lastId = 0

  constructor(data: TransferThreadData) {
    this.#data = data
  }

  /** Begins a transfer in the thread that has fewest; answers how to cancel it. */
  begin(order: Omit<Begin, 'id' | 'kind'>, listener: Listener): () => void {
    clearTimeout(this.#idleTimer)
    this.#lastId += 1
    const id = this.#lastId
    const seat = this.#seat()
    seat.listeners.set(id, listener)
    seat.worker.ref()
    this.#order(seat, { kind: 'begin', id, ...order })
    return () => this.#order(seat, { kind: 'cancel', id })
  }

  async close(): Promise<void> {
    clearTimeout(this.#idleTimer)
    const seats = [...this.#seats]
    this.#seats.clear()
    await Promise.all(seats.map(({ worker }) => worker.terminate()))
  }

  #seat(): Seat {
    const [freest] = [...this.#seats].sort((one, other) => one.listeners.size - other.listeners.size)
    if (freest !== undefined && (freest.listeners.size === 0 || this.#seats.size >= this.#size)) return freest
    const worker = new Worker(siblingModule(import.meta.url, 'transfer-worker'), {
      ...{ workerData: this.#data, resourceLimits: THREAD_LIMITS },
    })
    const seat: Seat = { worker, listeners: new Map(), orders: [] }
    this.#seats.add(seat)
    worker.on('message', (all: readonly TransferNews[]) => {
      for (const news of all) this.#hear(seat, news)
    })
    worker.on('error', () => this.#lose(seat))
    worker.on('exit', () => this.#lose(seat))
    return seat
  }

  #hear(seat: Seat, news: TransferNews): void {
    const listener = seat.listeners.get(news.id)
    if (news.kind === 'done' || news.kind === 'failed') {
      seat.listeners.delete(news.id)
      if (seat.listeners.size === 0) this.#rest(seat)
    }
    listener?.(news)
  }

  #rest(seat: Seat): void {
    seat.worker.unref()
    if ([...this.#seats].some(({ listeners }) => listeners.size > 0)) return
    clearTimeout(this.#idleTimer)
    this.#idleTimer = setTimeout(() => void this.close(), IDLE_MS)
    this.#idleTimer.unref()
  }

  #lose(seat: Seat): void {
    this.#seats.delete(seat)
    const listeners = [...seat.listeners.values()]
    seat.listeners.clear()
    for (const listener of listeners) listener(undefined)
  }

  #order(seat: Seat, order: TransferOrder): void {
    seat.orders.push(order)
    if (seat.orders.length > 1) return
    queueMicrotask(() => {
      const orders = seat.orders
      seat.orders = []
      seat.worker.postMessage(orders)
    })
  }
}
