import type { LoadReport } from '../load/load-run.ts'
import type { Machine } from '../system/machine.ts'

/** What `npm run strain` found: what strain.json holds. Each part is `undefined` where it was left out. */
export interface StrainResults {
  /** When it ended (ISO 8601). */
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly pinning: string
  /** The load on the machine before anything was measured (the average of a minute): what else ran disturbs the figures. */
  readonly loadBefore: number
  readonly rounds: number
  /** Measured seconds of each load over UDP. */
  readonly seconds: number
  readonly searches?: SearchStrain
  readonly lists?: readonly ListStrain[]
  readonly flood?: FloodStrain
}

/** Latencies of one thing after another, in milliseconds. */
export interface Latencies {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** The load over UDP, quiet and beside what strains the server, in turns. */
export interface BesideLoad {
  /** Requests a second: half the most that were answered. */
  readonly rate: number
  readonly quiet: readonly LoadReport[]
}

/** Searches in a large catalog. */
export interface SearchStrain extends BesideLoad {
  readonly images: number
  readonly peers: number
  readonly inProcess: InProcessSearches
  /** While searches come over HTTP, so many at a time. */
  readonly busy: readonly {
    readonly atOnce: number
    readonly loads: readonly LoadReport[]
    readonly searches: readonly Latencies[]
  }[]
  /** Resident memory of the server before the first search, and after all of them. */
  readonly residentBytes: number
  readonly residentBytesAfter: number
}

/** Searches in the process that holds the catalog, one after another. */
export interface InProcessSearches {
  /** The first search of all, for which names are folded. */
  readonly firstMs: number
  readonly rounds: readonly {
    readonly all: Latencies
    readonly kinds: Readonly<Record<string, Latencies>>
  }[]
}

/** Long lists, registered over HTTP. */
export interface ListStrain extends BesideLoad {
  readonly keeps: 'memory' | 'journal'
  readonly peers: number
  readonly imagesPerPeer: number
  /** Without anything beside, each time by a server of its own. */
  readonly alone: readonly RegisteredLists[]
  readonly busy: readonly {
    readonly load: LoadReport
    /** What was registered meanwhile. */
    readonly images: number
    readonly seconds: number
  }[]
}

export interface RegisteredLists {
  readonly images: number
  readonly seconds: number
  /** CPU time of the server. */
  readonly serverSeconds: number
  /** The most memory that was resident. */
  readonly peakBytes: number
  readonly listing: WalkedListing
}

/** A listing of the whole catalog, page by page, held against what was registered. */
export interface WalkedListing {
  readonly seconds: number
  readonly pages: number
  /** Images that were registered and not listed, listed more than once, and listed without having been registered. */
  readonly missing: number
  readonly repeated: number
  readonly unknown: number
}

/** A flood of LST from one address of which nobody knows whether it is its sender's. */
export interface FloodStrain extends BesideLoad {
  /** Datagrams of the flood that were to be sent each second. */
  readonly floodPerSecond: number
  /** What the server is to send to it at most: in the long run, and at once after a rest. */
  readonly bytesPerSecond: number
  readonly burstBytes: number
  readonly busy: readonly { readonly load: LoadReport; readonly flood: FloodReport }[]
}

/** What the flood says of itself. */
interface FloodReport {
  readonly sent: number
  readonly replies: number
  readonly bytes: number
  /** Replies that the kernel dropped before they were counted. */
  readonly dropped: number
  readonly seconds: number
}
