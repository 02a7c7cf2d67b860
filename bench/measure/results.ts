import type { LoadReport } from '../load/load-run.ts'
import type { Machine } from '../system/machine.ts'

/** Everything one run of the bench found: what latest.json holds, and all that the report is made of. */
export interface BenchResults {
  /** When it ended (ISO 8601). */
  readonly date: string
  /** The command line that was run. */
  readonly command: string
  readonly machine: Machine
  /** Where the server and the load generator were bound, or why they were not. */
  readonly pinning: string
  readonly generator: string
  readonly rounds: number
  /** Measured seconds in each round. */
  readonly seconds: number
  readonly subjects: readonly { readonly name: string; readonly title: string }[]
  /** What could not be measured, and why. */
  readonly skipped: readonly Skipped[]
  readonly cells: readonly Cell[]
  readonly memory: readonly MemoryFigure[]
}

/** A subject, or a part of what was meant for it, that was left out. */
export interface Skipped {
  readonly subject: string
  readonly reason: string
}

/** One subject under one workload, with one catalog. */
export interface Cell {
  readonly workload: string
  readonly subject: string
  /** Images in the catalog before the load; for servers without a catalog, the one they stand beside. */
  readonly catalog: number
  /** Requests a second that were asked for, where the rate was given. */
  readonly rate?: number
  readonly rounds: readonly LoadReport[]
}

/** Resident memory of one server process with a catalog that is filled and at rest. */
export interface MemoryFigure {
  readonly subject: string
  readonly catalog: number
  readonly peers: number
  readonly residentBytes: number
  /** The same after all workloads. */
  readonly residentBytesAfterLoad: number
}
