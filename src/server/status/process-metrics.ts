import { readdir } from 'node:fs/promises'
import { constants, type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from 'prom-client'
import { monotonicMs } from '../../base/clock.ts'
import { DurationHistogram } from './duration-histogram.ts'
import { PrometheusHistogram } from './prometheus-histogram.ts'

const GC_KINDS: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

const GC_BOUNDS_MICROS = [250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 500_000] as const
const DELAY_BOUNDS_MICROS = [
  500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000,
] as const

/** How often the event loop is asked whether it is late: rare enough to cost nothing. */
const DELAY_PROBE_MS = 100

/**
 * How the process fares: processor time, memory, files, garbage collection, event loop, under the names that Prometheus
 * and prom-client made common. prom-client's own collection of these can never be stopped once it was started, and its
 * figures of the loop are forgotten at each scrape, whoever else scrapes.
 */
export class ProcessMetrics {
  readonly #collections = new Map(
    [...GC_KINDS.values()].map(kind => [kind, new DurationHistogram(GC_BOUNDS_MICROS)] as const),
  )
  readonly #delays = new DurationHistogram(DELAY_BOUNDS_MICROS)
  readonly #collectionsSeen = new PerformanceObserver(list => {
    for (const entry of list.getEntries())
      this.#collections.get(kindOf(entry))?.observe(entry.duration * 1000)
  })
  #delayProbe: NodeJS.Timeout | undefined

  constructor(registry: Registry) {
    addProcess(registry)
    addMemory(registry)
    addEventLoopTime(registry)
    new PrometheusHistogram(
      registry,
      'nodejs_eventloop_delay_seconds',
      `How late a timer was that is due every ${DELAY_PROBE_MS} ms.`,
      visit => visit({}, this.#delays),
    )
    new PrometheusHistogram(
      registry,
      'nodejs_gc_duration_seconds',
      'Garbage collections by kind: minor, major, incremental or weakcb.',
      visit => {
        for (const [kind, durations] of this.#collections) visit({ kind }, durations)
      },
    )
  }

  /** Starts to watch the event loop and the garbage collector; neither keeps the process from ending. */
  start(): void {
    if (this.#delayProbe !== undefined) return
    this.#collectionsSeen.observe({ entryTypes: ['gc'] })
    let dueMs = monotonicMs() + DELAY_PROBE_MS
    this.#delayProbe = setInterval(() => {
      const nowMs = monotonicMs()
      this.#delays.observe((nowMs - dueMs) * 1000)
      dueMs = nowMs + DELAY_PROBE_MS
    }, DELAY_PROBE_MS).unref()
  }

  stop(): void {
    clearInterval(this.#delayProbe)
    this.#delayProbe = undefined
    this.#collectionsSeen.disconnect()
  }
}

function kindOf(entry: PerformanceEntry): string {
  const detail: unknown = 'detail' in entry ? entry.detail : undefined
  const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : undefined
  return (typeof kind === 'number' ? GC_KINDS.get(kind) : undefined) ?? ''
}

function addProcess(registry: Registry): void {
  addCounter(
    registry,
    'process_cpu_user_seconds_total',
    'Processor time in the program itself, in seconds.',
    () => {
      return process.cpuUsage().user / 1e6
    },
  )
  addCounter(
    registry,
    'process_cpu_system_seconds_total',
    'Processor time in the system for it, in seconds.',
    () => {
      return process.cpuUsage().system / 1e6
    },
  )
  addCounter(registry, 'process_cpu_seconds_total', 'Processor time of both kinds, in seconds.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  const startedSeconds = Math.round(performance.timeOrigin / 1000)
  addGauge(
    registry,
    'process_start_time_seconds',
    'When the process started, in seconds since 1970.',
    () => startedSeconds,
  )
  if (process.platform !== 'linux') return
  new Gauge({
    name: 'process_open_fds',
    help: 'Open file descriptors: files, sockets and connections.',
    registers: [registry],
    async collect() {
      // Without the one that reads the folder.
      this.set((await readdir('/proc/self/fd')).length - 1)
    },
  })
}

function addMemory(registry: Registry): void {
  addGauge(registry, 'process_resident_memory_bytes', 'Memory of the process that is in RAM, in bytes.', () =>
    process.memoryUsage.rss(),
  )
  addGauge(
    registry,
    'nodejs_heap_size_total_bytes',
    'Heap of JavaScript objects, in bytes.',
    () => process.memoryUsage().heapTotal,
  )
  addGauge(
    registry,
    'nodejs_heap_size_used_bytes',
    'Heap of JavaScript objects in use, in bytes.',
    () => process.memoryUsage().heapUsed,
  )
  addGauge(
    registry,
    'nodejs_external_memory_bytes',
    'Memory outside the heap that objects hold, in bytes: the columns of the catalog are here.',
    () => process.memoryUsage().external,
  )
}

function addEventLoopTime(registry: Registry): void {
  new Counter({
    name: 'nodejs_eventloop_time_seconds_total',
    help: 'Time of the event loop in seconds: active, or idle waiting for something to do.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { active, idle } = performance.eventLoopUtilization()
      this.reset()
      this.inc({ state: 'active' }, active / 1000)
      this.inc({ state: 'idle' }, idle / 1000)
    },
  })
}

function addCounter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset()
      this.inc(read())
    },
  })
}

function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}
