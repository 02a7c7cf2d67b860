import type { FastifyPluginAsync } from 'fastify'
import { monotonicMs } from '../../base/clock.ts'
import { DurationHistogram } from './duration-histogram.ts'

/** From a look at a counter to a list of 200,000 images that arrives slowly. */
const BOUNDS_MICROS = [
  250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
  10_000_000,
] as const

/**
 * Combinations of method, route and status that are told apart, at most; the others count together. The server has some
 * twenty routes with a handful of statuses each, so it is reached by a mistake only.
 */
const MAX_SERIES = 512

/** Methods that have a name of their own: a stranger can send any of the forty that Node reads. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
const OTHER = 'other'

/** Route of what has none: a stranger's path is never kept. */
const NO_ROUTE = 'none'

/** Requests that are counted together. */
export interface HttpSeries {
  readonly method: string
  /** The route's pattern, such as `/v1/images/:md5`. */
  readonly route: string
  /** `2xx` and so on; `aborted` where the asker left before there was an answer. */
  readonly status: string
  readonly durations: DurationHistogram
}

/** Counts and durations of HTTP requests, by method, route and class of status. */
export class HttpMetrics {
  readonly #series = new Map<string, HttpSeries>()
  #total = 0

  /** Requests since the start. */
  get total(): number {
    return this.#total
  }

  get series(): Iterable<HttpSeries> {
    return this.#series.values()
  }

  /** `route` is a pattern of the server's own or `undefined`; `status` is `undefined` for a request without an answer. */
  count(method: string, route: string | undefined, status: number | undefined, micros: number): void {
    this.#total += 1
    const statusClass = status === undefined ? 'aborted' : `${Math.floor(status / 100)}xx`
    this.#seriesOf(METHODS.has(method) ? method : OTHER, route ?? NO_ROUTE, statusClass).durations.observe(
      micros,
    )
  }

  #seriesOf(method: string, route: string, status: string): HttpSeries {
    const key = `${method} ${status} ${route}`
    const isFull = this.#series.size >= MAX_SERIES - 1
    const known = this.#series.get(key) ?? (isFull ? this.#series.get(OTHER) : undefined)
    if (known !== undefined) return known
    const labels = isFull ? { method: OTHER, route: OTHER, status: OTHER } : { method, route, status }
    const made = { ...labels, durations: new DurationHistogram(BOUNDS_MICROS) }
    this.#series.set(isFull ? OTHER : key, made)
    return made
  }
}

/** As fastify marks a plugin whose hooks are for the whole application. */
const FOR_ALL = Symbol.for('skip-override')

/**
 * A plugin that counts every request of the application it is registered in; before its routes, because fastify gives a
 * route the hooks there were. One counts when it is over, a stream of changes when its watcher has left.
 */
export function countHttpRequests(
  metrics: HttpMetrics,
  nowMs: () => number = monotonicMs,
): FastifyPluginAsync {
  const plugin: FastifyPluginAsync = async app => {
    app.addHook('onRequest', (request, reply, next) => {
      const begunMs = nowMs()
      // Unlike the hook for responses this comes too when the asker leaves, and when a handler writes by itself.
      reply.raw.once('close', () => {
        const { headersSent, statusCode } = reply.raw
        const route = request.is404 ? undefined : request.routeOptions.url
        const status = headersSent ? statusCode : undefined
        metrics.count(request.method, route, status, (nowMs() - begunMs) * 1000)
      })
      next()
    })
  }
  return Object.assign(plugin, { [FOR_ALL]: true })
}
