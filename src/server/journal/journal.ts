import { monotonicMs } from '../../base/clock.ts'
import type { ImageEntry } from '../../protocol/catalog-api.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { PeerIdentity } from '../index-state.ts'
import type { CatalogJournal, JournalStats } from './catalog-journal.ts'
import { foldLog } from './fold-log.ts'
import { keyOf } from './identity.ts'
import type { JournalCondition } from './journal-condition.ts'
import type { JournalPlace } from './journal-files.ts'
import { DEFAULT_JOURNAL_LIMITS, type JournalLimits } from './journal-limits.ts'
import type { JournalSource, JournalVisitor } from './journal-source.ts'
import { type LoadedJournal, loadJournal } from './load-journal.ts'
import type { Happening } from './log-entry.ts'
import { PendingBatch } from './pending-batch.ts'
import { onTimer, type Schedule } from './schedule.ts'
import { Storage } from './storage.ts'

/** Milliseconds without a commit that are a quiet moment. */
const QUIET_MS = 5000

/**
 * While the log is too long, a commit folds a slice for so many of its entries, and one for so many of its bytes: twice what
 * it adds.
 */
const ENTRIES_A_SLICE = 16
const BYTES_A_SLICE = 131_072

export interface JournalOptions {
  /** The folder that holds the files; made where it is missing. */
  readonly directory: string
  readonly limits?: JournalLimits
  /** Told at the start of what was not as it should be, and afterwards of each change. */
  readonly onCondition: (condition: JournalCondition) => void
  /** The clocks, where they are not the system's: for what comes later, for durations, and for the time in a file's name. */
  readonly schedule?: Schedule
  readonly nowMs?: () => number
  readonly now?: () => Date
}

/**
 * The journal of an index server, on SQLite. A commit appends one row to a log; in quiet moments, or when the log is long,
 * it is folded in the background into one row for each registration (fold-log.ts). What happens when the disk fails:
 * storage.ts.
 */
export class Journal implements CatalogJournal {
  readonly #limits: JournalLimits
  readonly #schedule: Schedule
  readonly #nowMs: () => number
  readonly #batch = new PendingBatch()
  readonly #storage: Storage
  #cancelQuiet: (() => void) | undefined
  #closing: Promise<void> | undefined
  #commits = 0
  /** What was written to the log since the last commit was done with. */
  #addedEntries = 0
  #addedBytes = 0
  #lastCommitMs = 0

  private constructor(
    options: JournalOptions,
    source: JournalSource,
    place: JournalPlace,
    loaded: LoadedJournal,
  ) {
    const { onCondition, limits = DEFAULT_JOURNAL_LIMITS, schedule = onTimer, nowMs = monotonicMs } = options
    this.#limits = limits
    this.#schedule = schedule
    this.#nowMs = nowMs
    const beforeSlice = () => this.#writeBatch()
    this.#storage = new Storage(loaded, { place, limits, source, schedule, nowMs, onCondition, beforeSlice })
  }

  /**
   * Opens the journal and tells `visitor` all that was kept. What is wrong with the disk is told as a condition. Rejects with
   * `journalInUse` where another server has the folder, and with the signal's reason; nothing is left open then.
   */
  static async open(
    options: JournalOptions,
    source: JournalSource,
    visitor: JournalVisitor,
    signal: AbortSignal,
  ): Promise<Journal> {
    const { directory, limits = DEFAULT_JOURNAL_LIMITS, now = () => new Date() } = options
    const place = { directory, maxFileBytes: limits.maxFileBytes, now }
    const loaded = await loadJournal(place, visitor, signal, setAside => {
      options.onCondition({ kind: 'setAside', ...setAside })
    })
    return new Journal(options, source, place, loaded)
  }

  get stats(): JournalStats {
    const { open, isDurable, failures, writtenRegistrations } = this.#storage
    return {
      isDurable,
      logRows: open?.working.logRows ?? 0,
      logBytes: open?.working.logBytes ?? 0,
      lastCommitMs: this.#lastCommitMs,
      failures,
      foldedRegistrations: writtenRegistrations,
    }
  }

  appendList(
    address: Uint8Array,
    addressStart: number,
    port: number,
    passwordDigest: Uint8Array,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#batch.addList(address, addressStart, port, passwordDigest, bytes, start, end)
    this.#appended(address, addressStart, port)
  }

  appendImages(peer: PeerIdentity, passwordDigest: Uint8Array, entries: readonly ImageEntry[]): void {
    let next = 0
    do {
      next = this.#batch.addImages(peer, passwordDigest, entries, next)
      this.#appended(peer.address, 0, peer.port)
    } while (next < entries.length)
  }

  appendRemoved(peer: PeerIdentity, digests: readonly Digest[]): void {
    for (let next = 0; next < digests.length; ) {
      next = this.#batch.addRemoved(peer, digests, next)
      this.#appended(peer.address, 0, peer.port)
    }
  }

  appendHappening(kind: Happening, address: Uint8Array, addressStart: number, port: number): void {
    this.#batch.addHappening(kind, address, addressStart, port)
    this.#appended(address, addressStart, port)
  }

  commit(): void {
    this.#writeBatch()
    if (this.#addedBytes === 0) return
    this.#commits += 1
    this.#keepUp()
    this.#addedEntries = 0
    this.#addedBytes = 0
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#writeBatch()
    this.#cancelQuiet?.()
    await this.#storage.close()
  }

  #appended(address: Uint8Array, addressStart: number, port: number): void {
    const writer = this.#storage.open?.writer
    if (writer?.isAtLongList === true) writer.noteChange(keyOf(address, addressStart, port))
    if (this.#batch.isFull) this.#writeBatch()
  }

  #writeBatch(): void {
    if (this.#batch.isEmpty) return
    const beganMs = this.#nowMs()
    const { row, entries } = this.#batch
    this.#storage.append(row)
    this.#lastCommitMs = this.#nowMs() - beganMs
    this.#addedEntries += entries
    this.#addedBytes += row.length
    this.#batch.clear()
  }

  /** Has the log folded when it is time; and, where it outgrows that, at once as much as keeps it in bounds. */
  #keepUp(): void {
    const { foldBytes, quietFoldBytes } = this.#limits
    const logBytes = this.#storage.open?.working.logBytes ?? 0
    if (logBytes >= foldBytes) this.#fold()
    else if (logBytes >= quietFoldBytes) this.#awaitQuiet()
    if (!this.#storage.isHurried()) return
    const slices =
      Math.ceil(this.#addedEntries / ENTRIES_A_SLICE) + Math.ceil(this.#addedBytes / BYTES_A_SLICE)
    for (let slice = 0; slice < slices; slice += 1) this.#storage.step()
  }

  #awaitQuiet(): void {
    if (this.#cancelQuiet !== undefined) return
    const commits = this.#commits
    this.#cancelQuiet = this.#schedule(() => {
      this.#cancelQuiet = undefined
      if (this.#commits === commits) this.#fold()
      else this.#awaitQuiet()
    }, QUIET_MS)
  }

  #fold(): void {
    const { open, isDurable, isBusy, isHurried } = this.#storage
    if (open === undefined || !isDurable || isBusy) return
    this.#storage.run(foldLog(open.working, open.writer, isHurried), () => {
      if (open.working.logBytes >= this.#limits.foldBytes) this.#fold()
    })
  }
}
