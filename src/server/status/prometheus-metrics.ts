import { Counter, Gauge, Registry } from 'prom-client'
import type { DurationHistogram } from './duration-histogram.ts'
import type { HttpMetrics } from './http-metrics.ts'
import { PrometheusHistogram } from './prometheus-histogram.ts'
import { type RequestMetrics, SAMPLED_ONE_IN } from './request-metrics.ts'
import { PROBE_OUTCOMES, type StatusReading, type StatusSource } from './status-source.ts'

/** What is shown to Prometheus. */
export interface MetricSources {
  readonly source: StatusSource
  readonly requests: RequestMetrics
  readonly http: HttpMetrics
  /** How long the journal's commits took, those that failed included. */
  readonly commits: DurationHistogram
  readonly version: string
}

/** The index server's metrics in Prometheus' text format. Its labels are the server's own words, never a stranger's. */
export class PrometheusMetrics {
  readonly registry = new Registry()
  readonly #source: StatusSource
  #reading: StatusReading

  constructor(sources: MetricSources) {
    this.#source = sources.source
    this.#reading = sources.source.read()
    this.#addBuild(sources.version)
    this.#addRequests(sources.requests)
    this.#addHttp(sources.http)
    this.#addCatalog()
    this.#addProtection()
    this.#addJournal(sources.commits)
  }

  get contentType(): string {
    return this.registry.contentType
  }

  /** All metrics as they stand, the source read once. */
  text(): Promise<string> {
    this.#reading = this.#source.read()
    return this.registry.metrics()
  }

  #addBuild(version: string): void {
    new Gauge({
      name: 'imagep2p_build_info',
      help: 'Always 1: the version that runs, and the Node it runs on.',
      labelNames: ['version', 'node'],
      registers: [this.registry],
    }).set({ version, node: process.version }, 1)
  }

  #addRequests(requests: RequestMetrics): void {
    new Counter({
      name: 'imagep2p_requests_total',
      help: 'Datagrams by word and by how they were answered; "unknown" is what could not be decoded.',
      labelNames: ['word', 'outcome'],
      registers: [this.registry],
      collect() {
        this.reset()
        requests.forEachCount((word, outcome, count) => this.inc({ word, outcome }, count))
      },
    })
    new PrometheusHistogram(
      this.registry,
      'imagep2p_request_duration_seconds',
      `From a datagram to its reply, without the commit and the sending, which a batch shares. A sample: on average one datagram in ${SAMPLED_ONE_IN} is measured, so _count is not the number of requests.`,
      visit => requests.forEachDuration((word, durations) => visit({ word }, durations)),
    )
  }

  #addHttp(http: HttpMetrics): void {
    new Counter({
      name: 'imagep2p_http_requests_total',
      help: 'HTTP requests that are over, by method, route and class of status; "aborted" had no answer yet.',
      labelNames: ['method', 'route', 'status'],
      registers: [this.registry],
      collect() {
        this.reset()
        for (const { durations, ...labels } of http.series)
          this.inc(labels, durations.cumulativeCounts().at(-1) ?? 0)
      },
    })
    new PrometheusHistogram(
      this.registry,
      'imagep2p_http_request_duration_seconds',
      'From the head of an HTTP request to the end of its answer; a stream of changes lasts as long as it is watched.',
      visit => {
        for (const { durations, ...labels } of http.series) visit(labels, durations)
      },
    )
  }

  #addCatalog(): void {
    this.#addGauge('imagep2p_images', 'Images that have an owner.', reading => reading.images)
    this.#addGauge('imagep2p_registrations', 'Peers that are listed.', reading => reading.registrations)
    this.#addGauge('imagep2p_holdings', 'Pairs of an image and an owner of it.', reading => reading.holdings)
    this.#addGauge(
      'imagep2p_absent_registrations',
      'Peers taken off the list and kept aside until they are back.',
      reading => reading.absentRegistrations,
    )
    this.#addGauge(
      'imagep2p_watchers',
      'Connections that watch the changes of the catalog.',
      reading => reading.watchers,
    )
  }

  #addProtection(): void {
    this.#addCounter(
      'imagep2p_replies_dropped_total',
      'Replies not sent because an unproven address had its share already.',
      reading => reading.repliesDropped,
    )
    const probes = () => this.#reading.probes
    new Counter({
      name: 'imagep2p_probes_total',
      help: 'Connections tried to the ports of peers, by how that ended.',
      labelNames: ['outcome'],
      registers: [this.registry],
      collect() {
        this.reset()
        for (const outcome of PROBE_OUTCOMES) this.inc({ outcome: inSnakeCase(outcome) }, probes()[outcome])
      },
    })
  }

  #addJournal(commits: DurationHistogram): void {
    this.#addGauge(
      'imagep2p_journal_durable',
      '1 where everything acknowledged is on the disk, 0 where it is not: by choice, or because the journal fails.',
      ({ journal }) => Number(journal.state === 'durable'),
    )
    this.#addGauge(
      'imagep2p_journal_failing',
      '1 where the journal should be kept and cannot be: what is acknowledged now would not survive a restart.',
      ({ journal }) => Number(journal.state === 'failing'),
    )
    this.#addGauge(
      'imagep2p_journal_log_bytes',
      'Bytes of the log that are not yet folded into registrations.',
      ({ journal }) => journal.logBytes,
    )
    this.#addCounter(
      'imagep2p_journal_failures_total',
      'Commits of the journal that failed.',
      ({ journal }) => journal.failures,
    )
    new PrometheusHistogram(
      this.registry,
      'imagep2p_journal_commit_duration_seconds',
      'What a commit of the journal took.',
      visit => visit({}, commits),
    )
  }

  #addGauge(name: string, help: string, read: (reading: StatusReading) => number): void {
    const value = () => read(this.#reading)
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(value())
      },
    })
  }

  #addCounter(name: string, help: string, read: (reading: StatusReading) => number): void {
    const value = () => read(this.#reading)
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset()
        this.inc(value())
      },
    })
  }
}

function inSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
