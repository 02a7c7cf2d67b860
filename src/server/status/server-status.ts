import type { FastifyPluginAsync } from 'fastify'
import { monotonicMs } from '../../base/clock.ts'
import { COMMIT_BOUNDS_MICROS, DurationHistogram } from './duration-histogram.ts'
import { countHttpRequests, HttpMetrics } from './http-metrics.ts'
import { ProcessMetrics } from './process-metrics.ts'
import { PrometheusMetrics } from './prometheus-metrics.ts'
import { RequestMetrics } from './request-metrics.ts'
import { StatusHistory } from './status-history.ts'
import { statusRoutes } from './status-routes.ts'
import type { StatusSource } from './status-source.ts'

/** What makes up one server's view from outside. */
export interface ServerStatusOptions {
  readonly source: StatusSource
  /** Of the program. */
  readonly version: string
  /** Path of the API's own description, for people. */
  readonly documentationPath: string
  /** Milliseconds that only grow. */
  readonly nowMs?: () => number
}

/** An index server seen from outside: what counts, and the pages that show it. */
export class ServerStatus {
  /** Told of every datagram. */
  readonly requests = new RequestMetrics()
  /** Told what each commit of the journal took, in microseconds. */
  readonly commits = new DurationHistogram(COMMIT_BOUNDS_MICROS)
  /** To be registered before all routes of the application: it counts their requests. */
  readonly counting: FastifyPluginAsync
  /** The routes themselves. */
  readonly routes: FastifyPluginAsync
  readonly #history: StatusHistory
  readonly #process: ProcessMetrics

  constructor({ source, version, documentationPath, nowMs = monotonicMs }: ServerStatusOptions) {
    const { requests, commits } = this
    const http = new HttpMetrics()
    const metrics = new PrometheusMetrics({ source, requests, http, commits, version })
    this.#process = new ProcessMetrics(metrics.registry)
    this.#history = new StatusHistory({ source, requests, http, nowMs })
    this.counting = countHttpRequests(http)
    this.routes = statusRoutes({ source, history: this.#history, metrics, version, documentationPath, nowMs })
  }

  /** Starts to sample, the hour's history from now on. */
  start(): void {
    this.#history.start()
    this.#process.start()
  }

  stop(): void {
    this.#history.stop()
    this.#process.stop()
  }
}
