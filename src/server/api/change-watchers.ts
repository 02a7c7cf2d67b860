import { randomInt } from 'node:crypto'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { IndexState, Viewpoint } from '../index-state.ts'
import type { ApiLimits } from './api-limits.ts'
import { encodeChange, encodeRetry, HEARTBEAT } from './change-events.ts'
import { Places } from './places.ts'
import { ProblemError } from './problems.ts'

/** Milliseconds after which a watcher that was cut off comes back: at least, and below. */
const RETRY_MS = [1000, 5000] as const

/** Who wants to watch. */
export interface WatchRequest {
  readonly response: ServerResponse
  /** Headers of the answer, besides those that make it a stream of events. */
  readonly headers: OutgoingHttpHeaders
  readonly addressKey: string
  readonly viewpoint: Viewpoint
  /** The number of the last change that the watcher knows. */
  readonly after: number | undefined
}

/** Those who are told of every change, each at its own speed and none at the cost of the others. */
export class ChangeWatchers {
  readonly #state: Pick<IndexState, 'watch'>
  readonly #limits: ApiLimits
  readonly #places: Places
  readonly #open = new Set<ServerResponse>()
  readonly #heartbeat: NodeJS.Timeout
  /** Bytes that waited for each watcher when it was last written to, or drained, and their sum. */
  readonly #waiting = new Map<ServerResponse, number>()
  #waitingInAll = 0

  constructor(state: Pick<IndexState, 'watch'>, limits: ApiLimits) {
    this.#state = state
    this.#limits = limits
    this.#places = new Places(limits.watchers, limits.watchersPerAddress)
    this.#heartbeat = setInterval(() => this.#tellAll(HEARTBEAT), limits.heartbeatMs)
  }

  get count(): number {
    return this.#open.size
  }

  /** Throws `tooManyWatchers` or `tooManyWatchersOfAddress` unless there is a place; {@link add} is called next. */
  takePlace(addressKey: string): void {
    const place = this.#places.take(addressKey)
    if (place === 'full') throw new ProblemError('tooManyWatchers')
    if (place === 'fullForAddress') throw new ProblemError('tooManyWatchersOfAddress')
  }

  /** Answers with the changes until either side ends; the place is given back then. */
  add({ response, headers, addressKey, viewpoint, after }: WatchRequest): void {
    if (response.destroyed) {
      this.#places.leave(addressKey)
      return
    }
    let unwatch: (() => void) | undefined
    response.on('error', () => response.destroy())
    response.on('drain', () => this.#count(response))
    response.once('close', () => {
      this.#open.delete(response)
      this.#waitingInAll -= this.#waiting.get(response) ?? 0
      this.#waiting.delete(response)
      this.#places.leave(addressKey)
      unwatch?.()
    })
    this.#open.add(response)
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // What nginx and others that follow it take as: pass it on as it comes.
      'x-accel-buffering': 'no',
    })
    this.#tell(response, encodeRetry(randomInt(...RETRY_MS)))
    unwatch = this.#state.watch(after, viewpoint, changes => {
      this.#tell(response, changes.map(encodeChange).join(''))
    })
    if (!this.#open.has(response)) unwatch()
  }

  /** Ends every answer. */
  stop(): void {
    clearInterval(this.#heartbeat)
    for (const response of this.#open) response.end()
  }

  #tellAll(text: string): void {
    for (const response of this.#open) this.#tell(response, text)
  }

  /**
   * What is over a bound is what waited before: a watcher that resumes may be told much at once, and is not cut for it.
   */
  #tell(response: ServerResponse, text: string): void {
    if (response.destroyed || response.writableEnded) return
    const waiting = response.writableLength
    const { waitingBytesPerWatcher, waitingWatcherBytes } = this.#limits
    if (waiting > waitingBytesPerWatcher || (waiting > 0 && this.#waitingInAll > waitingWatcherBytes)) {
      response.destroy()
      return
    }
    response.write(text)
    this.#count(response)
  }

  #count(response: ServerResponse): void {
    if (!this.#open.has(response)) return
    const waiting = response.writableLength
    this.#waitingInAll += waiting - (this.#waiting.get(response) ?? 0)
    this.#waiting.set(response, waiting)
  }
}
