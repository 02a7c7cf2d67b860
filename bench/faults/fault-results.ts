import type { Machine } from '../system/machine.ts'
import type { FaultFindings } from './fault-run.ts'

/** What one row found, and how it was run. */
export interface FaultRowResult extends FaultFindings {
  readonly date: string
  readonly command: string
  readonly seed: number
  readonly rounds: number
}

/** What faults.json holds: of each row what it found last. */
export interface FaultResults {
  readonly machine: Machine
  readonly rows: readonly FaultRowResult[]
}

/** `rows` in the places of those of the same names, and the others as they were. */
export function mergeRows(
  before: readonly FaultRowResult[],
  rows: readonly FaultRowResult[],
  order: readonly string[],
): FaultRowResult[] {
  const merged = new Map([...before, ...rows].map(row => [row.name, row]))
  return order.flatMap(name => merged.get(name) ?? [])
}
