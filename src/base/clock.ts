import { performance } from 'node:perf_hooks'

/** Milliseconds that only grow, from an arbitrary start: for durations and rates. */
export function monotonicMs(): number {
  return performance.now()
}
