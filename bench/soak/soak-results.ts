import type { LoadReport } from '../load/load-run.ts'
import type { Machine } from '../system/machine.ts'
import type { Flatness, MemorySample } from './flatness.ts'

/** What one soak found: what soak-fast.json and soak-portable.json hold. */
export interface SoakResults {
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly subject: string
  readonly path: 'fast' | 'portable'
  readonly minutes: number
  /** Datagrams of garbage that were sent beside the load, each second. */
  readonly garbagePerSecond: number
  /** Whether the process was there to the end, and the load went through. */
  readonly survived: boolean
  /** What went wrong, where something did. */
  readonly fault?: string
  /** `undefined` where the load did not get through. */
  readonly load?: LoadReport
  /** Datagrams the kernel dropped at the server's receive buffer, because it was full. */
  readonly droppedAtServer: number
  /**
   * Requests without a reply within the timeout, less the replies that came after it, less what the kernel dropped at full
   * buffers on both sides: what is left, if it is above 0, the server itself has lost.
   */
  readonly lostByServer: number
  /** `undefined` where the soak was too short to judge. */
  readonly flatness?: Flatness
  /** One each second. */
  readonly samples: readonly MemorySample[]
}
