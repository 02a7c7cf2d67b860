import type { Counts } from '../../protocol/catalog-api.ts'

/** How a probe of a peer's TCP port ended. */
export const PROBE_OUTCOMES = ['reached', 'refused', 'timedOut', 'failed'] as const
type ProbeOutcome = (typeof PROBE_OUTCOMES)[number]

/** Whether what is acknowledged outlives the process. */
type JournalState =
  /** It is on the disk before it is acknowledged. */
  | 'durable'
  /** Nothing is kept, because whoever runs the server chose so. */
  | 'memory'
  /** It should be on the disk and cannot be: the server goes on from memory. */
  | 'failing'

/** The journal at one moment. All is 0 where nothing is kept. */
interface JournalReading {
  readonly state: JournalState
  /** While it fails, the system's reason (`ENOSPC` and so on); `undefined` otherwise. */
  readonly reason: string | undefined
  /** Bytes of the log that are not yet folded into registrations. */
  readonly logBytes: number
  /** Commits that failed since the start. */
  readonly failures: number
}

/** The index server's numbers at one moment. Totals count from the start of the server and only grow. */
export interface StatusReading extends Counts {
  /** Registrations taken off the list and kept aside until their peers are back. */
  readonly absentRegistrations: number
  /** Connections that watch the catalog's changes now. */
  readonly watchers: number
  /** Total of replies not sent, because an unproven address had its share already. */
  readonly repliesDropped: number
  /** Totals of probes of peers' ports. */
  readonly probes: Readonly<Record<ProbeOutcome, number>>
  readonly journal: JournalReading
}

/** Where the numbers come from. */
export interface StatusSource {
  /** Called for each scrape, sample and page: it must cost the same however large the catalog is, and never throw. */
  read(): StatusReading
}
