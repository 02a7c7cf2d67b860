import type { FaultNetwork } from './fault-network.ts'
import type { RowTally } from './row-tally.ts'

/** Milliseconds until a download counts as one that does not end: the queue gives an image up after three minutes. */
export const PATIENCE_MS = 240_000

/** What a row works with. */
export interface RowContext {
  readonly network: FaultNetwork
  /** An empty folder. */
  readonly scratch: string
  readonly seed: number
  /** Few points and small images, to see whether it works. */
  readonly isQuick: boolean
  readonly tally: RowTally
  /** The library that has calls of the file system fail, where it could be compiled. */
  readonly failingCalls: string | undefined
  readonly say: (progress: string) => void
}

/** One kind of fault, and what it is held against. */
export interface FaultRow {
  /** On the command line. */
  readonly name: string
  readonly title: string
  /** Why it cannot be run here. */
  obstacle?(context: Pick<RowContext, 'failingCalls'>): Promise<string | undefined>
  run(context: RowContext): Promise<void>
}
