/** One run of the load generator. The programs of both generators take these as `--kebab-case value`. */
export interface LoadRun {
  /** `once`: every peer asks until it is answered. `closed`: a window under way at any time. `open`: a rate. */
  readonly mode: 'once' | 'closed' | 'open'
  readonly workload: 'list' | 'register' | 'update' | 'end-register' | 'mixed' | 'announce'
  /** UDP port on 127.0.0.1. */
  readonly serverPort: number
  /** The process whose CPU time is taken. */
  readonly serverProcess: number
  /** Peers have `peers` addresses from this one of 127.0.0.0/8 on. */
  readonly firstAddress: string
  readonly peers: number
  /** The TCP port they all share on. */
  readonly peerPort: number
  /** Images in each REG and UPD. */
  readonly images: number
  /** Bytes of a right listing, give or take a tenth; 0 where the catalog is empty. */
  readonly listingBytes: number
  /** Requests under way; for `once` and `closed`. */
  readonly window: number
  /** Requests a second; for `open`. */
  readonly rate: number
  readonly warmUpMs: number
  readonly measuredMs: number
  /** Whether every peer registers before the warm-up, and sends END after the end. */
  readonly resident: boolean
}

/** What a run found, over the measured time alone. */
export interface LoadReport {
  /** Requests that got the right reply. */
  readonly answered: number
  readonly answeredBytes: number
  /** Requests that got another reply. */
  readonly wrong: number
  /** Requests without a reply within half a second. */
  readonly lost: number
  /** Replies that came later than that, or twice. */
  readonly late: number
  /** Replies the kernel dropped at a full receive buffer of the generator's. */
  readonly dropped: number
  readonly seconds: number
  /** CPU time of the server's process. */
  readonly serverSeconds: number
  /** From the moment a request was due; `open` only. */
  readonly latency?: { readonly p50Ms: number; readonly p99Ms: number }
}

/** The arguments with which a generator's program is started. */
export function loadArguments(run: LoadRun): string[] {
  return Object.entries(run).flatMap(([name, value]) => [
    `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`,
    typeof value === 'boolean' ? String(Number(value)) : String(value),
  ])
}

/** Reads the line of JSON a generator prints. Throws when it is something else. */
export function parseLoadReport(line: string): LoadReport {
  const report: unknown = JSON.parse(line)
  if (!isLoadReport(report)) throw new Error(`the load generator printed ${line}`)
  return report
}

function isLoadReport(value: unknown): value is LoadReport {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map(Object.entries(value))
  return ['answered', 'answeredBytes', 'wrong', 'lost', 'late', 'dropped', 'seconds', 'serverSeconds'].every(
    name => typeof fields.get(name) === 'number',
  )
}
