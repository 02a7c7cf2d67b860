import type { Machine } from '../system/machine.ts'

/** What one contestant took for one set once. */
export interface DownloadRun {
  /** From starting the downloading program until everything it wrote is on the disk. */
  readonly seconds: number
  /** Of them, until the program ended. */
  readonly programSeconds: number
  /** CPU time, user and system, of everything that gives: what indexes and tracks is among it. */
  readonly ownerCpuSeconds: number
  readonly receiverCpuSeconds: number
  /** Resident memory at most; what indexes and tracks is not among it. */
  readonly ownerPeakBytes: number
  /** That of its largest process. */
  readonly receiverPeakBytes: number
  /** Files that were not as they are at the source, missing or too many: above 0 the rest counts for nothing. */
  readonly differing: number
}

/** The ways to ask for a file. */
export type ServingWay = 'raw' | 'kept' | 'closed'

/** What came of one round of asking a server for files. */
export interface ServingRun {
  /** Files that arrived whole. */
  readonly answered: number
  readonly wrong: number
  readonly seconds: number
  readonly serverSeconds: number
}

/** `peer` is a peer system; `bound` and `yardstick` are what ours is measured by. */
export type ContestantKind = 'ours' | 'peer' | 'web' | 'bound' | 'yardstick'

/** Everything one run of `npm run transfers` found. */
export interface TransferResults {
  /** When it ended (ISO 8601). */
  readonly date: string
  readonly command: string
  readonly machine: Machine
  /** Load average over the minute before it. */
  readonly loadBefore: number
  readonly rounds: number
  /** Measured seconds of each round of serving. */
  readonly seconds: number
  readonly contestants: readonly {
    readonly name: string
    readonly title: string
    readonly kind: ContestantKind
  }[]
  readonly sets: readonly { readonly name: string; readonly title: string }[]
  /** What could not be measured, and why. */
  readonly skipped: readonly { readonly title: string; readonly reason: string }[]
  readonly downloads: readonly {
    readonly set: string
    readonly contestant: string
    readonly runs: readonly DownloadRun[]
  }[]
  readonly serving: readonly {
    readonly server: 'imagep2p' | 'nginx'
    readonly way: ServingWay
    /** Bytes of a file. */
    readonly bytes: number
    readonly runs: readonly ServingRun[]
  }[]
}
