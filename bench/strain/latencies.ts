import { percentile } from '../report/statistics.ts'
import type { Latencies } from './strain-results.ts'

/** Sums up latencies, of which there is at least one. */
export function latenciesOf(milliseconds: readonly number[]): Latencies {
  return {
    count: milliseconds.length,
    p50Ms: percentile(milliseconds, 50) ?? 0,
    p99Ms: percentile(milliseconds, 99) ?? 0,
    maxMs: percentile(milliseconds, 100) ?? 0,
  }
}
