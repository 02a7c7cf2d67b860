import { Histogram, type Registry } from 'prom-client'
import type { DurationHistogram } from './duration-histogram.ts'

type Labels = Readonly<Record<string, string>>

/** Calls `visit` with every histogram of durations that a metric shows, and its labels. */
export type DurationSource = (visit: (labels: Labels, durations: DurationHistogram) => void) => void

/** One line of the exposition, in the form in which prom-client's histogram hands its own lines to the registry. */
interface Line {
  readonly metricName: string
  /** What tells it from the other lines of its histogram. */
  readonly labels: { readonly le?: number | '+Inf' }
  /** What tells its histogram from the others of the metric. */
  readonly sharedLabels: Labels
  readonly value: number
}

/**
 * A histogram in the registry that is filled elsewhere: prom-client's own would look its labels up at every duration, and
 * has no way to be given counts.
 */
export class PrometheusHistogram extends Histogram {
  readonly #metric: { readonly name: string; readonly help: string }
  readonly #source: DurationSource

  constructor(registry: Registry, name: string, help: string, source: DurationSource) {
    super({ name, help, registers: [registry] })
    this.#metric = { name, help }
    this.#source = source
  }

  /** What the registry and the base class ask for, though the types do not say so; test/server/status watches over it. */
  async getForPromString(): Promise<object> {
    return { ...this.#metric, type: 'histogram', aggregator: 'sum', values: this.#lines() }
  }

  #lines(): Line[] {
    const { name } = this.#metric
    const lines: Line[] = []
    this.#source((sharedLabels, durations) => {
      const counts = durations.cumulativeCounts()
      const value = counts.at(-1) ?? 0
      const bucket = `${name}_bucket`
      for (const [index, bound] of durations.boundsMicros.entries()) {
        lines.push({
          metricName: bucket,
          labels: { le: bound / 1e6 },
          sharedLabels,
          value: counts[index] ?? 0,
        })
      }
      lines.push({ metricName: bucket, labels: { le: '+Inf' }, sharedLabels, value })
      lines.push({ metricName: `${name}_sum`, labels: {}, sharedLabels, value: durations.sumMicros / 1e6 })
      lines.push({ metricName: `${name}_count`, labels: {}, sharedLabels, value })
    })
    return lines
  }
}
