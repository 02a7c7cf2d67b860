import { setTimeout as delay } from 'node:timers/promises'
import { type Endpoint, formatEndpoint } from '../../protocol/endpoint.ts'
import {
  type Exchange,
  type ExchangeEnd,
  OwnerConnection,
  PACE_CHECK_MS,
  type Pace,
} from './owner-connection.ts'

/** Connections to one owner from one thread: enough to keep it sending, few enough to leave its slots to others. */
const MAX_FOR_OWNER = 4

/** Idle connections kept in all; each has a buffer of 128 KB. */
const MAX_IDLE = 32

/** Milliseconds that an idle connection is kept, less than owners keep theirs. */
const IDLE_MS = 4000

interface OwnerSeats {
  readonly idle: OwnerConnection[]
  open: number
  /** As many as exchanges under way, which the number of images fetched at once bounds. */
  readonly waiting: (() => void)[]
}

/** The connections of one thread: kept open between requests, bounded for each owner. */
export class OwnerConnections {
  readonly #pace: Pace
  readonly #owners = new Map<string, OwnerSeats>()
  readonly #idle = new Map<OwnerConnection, NodeJS.Timeout>()

  constructor(pace: Pace) {
    this.#pace = pace
  }

  /** Asks over a connection that stands, or a new one. Rejects as `OwnerConnection.ask` does. */
  async ask(endpoint: Endpoint, exchange: Exchange): Promise<ExchangeEnd> {
    const name = formatEndpoint(endpoint)
    const seats = this.#seatsOf(name)
    await this.#seat(seats, exchange.signal)
    try {
      await this.#waitForPace(exchange.signal)
      for (;;) {
        exchange.signal.throwIfAborted()
        const kept = exchange.protocol === 'http' ? this.#takeIdle(seats) : undefined
        const connection = kept ?? new OwnerConnection(endpoint, this.#pace)
        const end = await connection.ask(exchange)
        // An owner may have closed a kept connection just as it was used again: that says nothing of the owner.
        if (kept !== undefined && end.kind === 'notHttp') continue
        if (connection.isUsable) this.#keep(seats, connection)
        return end
      }
    } finally {
      seats.open -= 1
      seats.waiting.shift()?.()
      if (seats.open === 0 && seats.idle.length === 0) this.#owners.delete(name)
    }
  }

  close(): void {
    for (const [connection, timer] of this.#idle) {
      clearTimeout(timer)
      connection.close()
    }
    this.#idle.clear()
  }

  #seatsOf(name: string): OwnerSeats {
    const known = this.#owners.get(name)
    if (known !== undefined) return known
    const seats: OwnerSeats = { idle: [], open: 0, waiting: [] }
    this.#owners.set(name, seats)
    return seats
  }

  async #seat(seats: OwnerSeats, signal: AbortSignal): Promise<void> {
    seats.open += 1
    if (seats.open <= MAX_FOR_OWNER) return
    const { promise, resolve } = Promise.withResolvers<void>()
    seats.waiting.push(resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    const at = seats.waiting.indexOf(resolve)
    if (at >= 0) seats.waiting.splice(at, 1)
  }

  /** Small images come in one read, after which nothing waits: so the next request does. */
  async #waitForPace(signal: AbortSignal): Promise<void> {
    for (;;) {
      const waitMs = this.#pace.waitMs(this.#pace.freeAt())
      if (waitMs <= 0) return
      await delay(Math.min(waitMs, PACE_CHECK_MS), undefined, { signal })
    }
  }

  #takeIdle(seats: OwnerSeats): OwnerConnection | undefined {
    for (;;) {
      const connection = seats.idle.pop()
      if (connection === undefined) return undefined
      clearTimeout(this.#idle.get(connection))
      this.#idle.delete(connection)
      connection.onClose = () => {}
      if (connection.isUsable) return connection
    }
  }

  #keep(seats: OwnerSeats, connection: OwnerConnection): void {
    const drop = () => {
      clearTimeout(this.#idle.get(connection))
      this.#idle.delete(connection)
      const at = seats.idle.indexOf(connection)
      if (at >= 0) seats.idle.splice(at, 1)
      connection.close()
    }
    connection.onClose = drop
    seats.idle.push(connection)
    const timer = setTimeout(drop, IDLE_MS)
    timer.unref()
    this.#idle.set(connection, timer)
    const [oldest] = this.#idle.keys()
    if (this.#idle.size > MAX_IDLE) oldest?.close()
  }
}
