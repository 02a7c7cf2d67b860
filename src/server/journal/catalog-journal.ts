import type { ImageEntry } from '../../protocol/catalog-api.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { PeerIdentity } from '../index-state.ts'
import type { Happening } from './log-entry.ts'

/** How the journal does, for whoever watches it. */
export interface JournalStats {
  /** Whether what is committed survives the end of the process. */
  readonly isDurable: boolean
  /** Batches in the log, and their bytes; none while nothing can be written. */
  readonly logRows: number
  readonly logBytes: number
  /** Milliseconds that the last commit took. */
  readonly lastCommitMs: number
  /** Errors of the disk since the start. */
  readonly failures: number
  /** Rows of registrations written or dropped since the start, by folding and by writing anew. */
  readonly foldedRegistrations: number
}

/**
 * Where the index server keeps what was done, so that it is there after the next start. What was appended is durable once
 * {@link commit} returned, and is acknowledged to nobody before. Nothing here throws for what a disk does.
 *
 * Only what changed something is appended, once it was applied, and in that order.
 */
export interface CatalogJournal {
  /**
   * The list of a registration, made if there was none, is now `[start, end)` of `bytes`, at most a datagram, as a REG or UPD
   * had it. The 16 bytes of its address stand at `addressStart` of `address`; its password's SHA-256 is `passwordDigest`.
   */
  appendList(
    address: Uint8Array,
    addressStart: number,
    port: number,
    passwordDigest: Uint8Array,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void
  /**
   * These images are on the list of a registration, made if there was none, with these names and details. Where there are
   * none, it is just made.
   */
  appendImages(peer: PeerIdentity, passwordDigest: Uint8Array, entries: readonly ImageEntry[]): void
  /** These images are not on the list any more. */
  appendRemoved(peer: PeerIdentity, digests: readonly Digest[]): void
  /** A registration ended; was taken off the list and is kept aside; is listed again; has a lease from now on. */
  appendHappening(kind: Happening, address: Uint8Array, addressStart: number, port: number): void
  commit(): void
  readonly stats: JournalStats
  /** Commits what was appended, and gives the files back. */
  close(): Promise<void>
}

/** Keeps nothing: for a server that forgets all when it ends. */
export const NO_JOURNAL: CatalogJournal = {
  appendList: () => {},
  appendImages: () => {},
  appendRemoved: () => {},
  appendHappening: () => {},
  commit: () => {},
  stats: {
    isDurable: false,
    logRows: 0,
    logBytes: 0,
    lastCommitMs: 0,
    failures: 0,
    foldedRegistrations: 0,
  },
  close: () => Promise.resolve(),
}
