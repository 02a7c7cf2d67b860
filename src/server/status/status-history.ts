import { monotonicMs } from '../../base/clock.ts'
import type { HttpMetrics } from './http-metrics.ts'
import { REQUEST_WORDS, type RequestKind, type RequestMetrics } from './request-metrics.ts'
import type { StatusSource } from './status-source.ts'

/** Milliseconds from one sample to the next. */
const SAMPLE_MS = 10_000

/** Samples that are kept: an hour of them. 11 columns of 8 bytes each, 32 kB in all. */
export const MAX_SAMPLES = 360

/** The columns that are rates: requests a second since the sample before, by word and over HTTP. */
export const RATE_COLUMNS = [...REQUEST_WORDS, 'HTTP'] as const
export type RateColumn = (typeof RATE_COLUMNS)[number]

/** What is kept of each moment. */
export const HISTORY_COLUMNS = ['registrations', 'absentRegistrations', 'images', ...RATE_COLUMNS] as const
export type HistoryColumn = (typeof HISTORY_COLUMNS)[number]

/** Where samples are taken from, and how. */
export interface HistoryOptions {
  readonly source: StatusSource
  readonly requests: RequestMetrics
  readonly http: HttpMetrics
  /** Milliseconds that only grow. */
  readonly nowMs?: () => number
  readonly sampleMs?: number
  readonly maxSamples?: number
}

/** The last hour: a ring of samples, in which a new one takes the place of the oldest. */
export class StatusHistory {
  readonly sampleMs: number
  readonly #source: StatusSource
  readonly #requests: RequestMetrics
  readonly #http: HttpMetrics
  readonly #nowMs: () => number
  readonly #maxSamples: number
  readonly #takenMs: Float64Array
  readonly #columns: ReadonlyMap<HistoryColumn, Float64Array>
  readonly #totals = new Map<RateColumn, number>()
  #taken = 0
  #startedMs: number
  #lastMs = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  constructor({ source, requests, http, nowMs = monotonicMs, ...size }: HistoryOptions) {
    this.#source = source
    this.#requests = requests
    this.#http = http
    this.#nowMs = nowMs
    this.sampleMs = size.sampleMs ?? SAMPLE_MS
    this.#maxSamples = size.maxSamples ?? MAX_SAMPLES
    this.#takenMs = new Float64Array(this.#maxSamples)
    this.#columns = new Map(HISTORY_COLUMNS.map(column => [column, new Float64Array(this.#maxSamples)]))
    this.#startedMs = nowMs()
  }

  /** Takes the first sample now and one at each interval from then on; it does not keep the process from ending. */
  start(): void {
    if (this.#timer !== undefined) return
    this.#startedMs = this.#nowMs()
    this.sample()
    this.#timer = setInterval(() => this.sample(), this.sampleMs).unref()
  }

  /** What was sampled stays. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Seconds since {@link start}. */
  get uptimeSeconds(): number {
    return (this.#nowMs() - this.#startedMs) / 1000
  }

  /** Samples there are. */
  get length(): number {
    return Math.min(this.#taken, this.#maxSamples)
  }

  /** Takes one sample. The rates of the first one are 0: nothing is known of the time before. */
  sample(): void {
    const nowMs = this.#nowMs()
    const seconds = (nowMs - this.#lastMs) / 1000
    const { registrations, absentRegistrations, images } = this.#source.read()
    const row = this.#taken % this.#maxSamples
    this.#takenMs[row] = nowMs
    this.#set('registrations', row, registrations)
    this.#set('absentRegistrations', row, absentRegistrations)
    this.#set('images', row, images)
    for (const column of RATE_COLUMNS) {
      const total = this.#totalOf(column)
      this.#set(column, row, seconds > 0 ? (total - (this.#totals.get(column) ?? total)) / seconds : 0)
      this.#totals.set(column, total)
    }
    this.#lastMs = nowMs
    this.#taken += 1
  }

  /** How long ago each sample was taken, in seconds, oldest first. */
  secondsAgo(): number[] {
    const nowMs = this.#nowMs()
    return this.#inOrder(this.#takenMs).map(takenMs => Math.max(0, (nowMs - takenMs) / 1000))
  }

  /** One column, oldest first. */
  column(name: HistoryColumn): number[] {
    return this.#inOrder(this.#columns.get(name) ?? new Float64Array(0))
  }

  /** The newest value of a column; 0 while there is none. */
  last(name: HistoryColumn): number {
    return this.#columns.get(name)?.[(this.#taken + this.#maxSamples - 1) % this.#maxSamples] ?? 0
  }

  /** Requests since the start of the server. */
  total(name: RateColumn): number {
    return this.#totalOf(name)
  }

  #totalOf(column: RateColumn): number {
    if (column === 'HTTP') return this.#http.total
    return this.#requests.total(REQUEST_WORDS.indexOf(column) as RequestKind)
  }

  #set(column: HistoryColumn, row: number, value: number): void {
    const values = this.#columns.get(column)
    if (values !== undefined) values[row] = value
  }

  #inOrder(values: Float64Array): number[] {
    const oldest = this.#taken > this.#maxSamples ? this.#taken % this.#maxSamples : 0
    return [...values.subarray(oldest, this.length), ...values.subarray(0, oldest)]
  }
}
