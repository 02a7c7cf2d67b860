import { Checkpoints } from './checkpoints.ts'
import { type IdentityKey, identityBytes } from './identity.ts'
import type { JournalStore, PartRange, StoredLogRow } from './journal-store.ts'
import type { Schedule } from './schedule.ts'

/** Bytes that a log row takes besides its entries, about. */
const ROW_BYTES = 16

/** Bytes of a page, of which a commit writes one more than its content fills, about. */
const PAGE_BYTES = 4096

/** What is known of a store besides what stands in it. */
export interface StoreState {
  /** The last row's id that was ever in the log. */
  lastLogId: number
  logRows: number
  logBytes: number
  nextPartId: number
  /** The registrations whose lists go on in parts: few, for a list of some hundred images needs none. */
  readonly longLists: Map<IdentityKey, PartRange>
  /** Parts that belong to no registration any more. */
  readonly unusedParts: PartRange[]
}

export function stateOfEmptyStore(): StoreState {
  return { lastLogId: 0, logRows: 0, logBytes: 0, nextPartId: 1, longLists: new Map(), unusedParts: [] }
}

/** A store that is written to, with what is known of it, and its checkpoints. Throws as the store does. */
export class WorkingStore {
  readonly #store: JournalStore
  readonly #state: StoreState
  readonly #checkpoints: Checkpoints

  constructor(
    store: JournalStore,
    state: StoreState,
    maxWalBytes: number,
    schedule: Schedule,
    onFailure: (error: unknown) => void,
  ) {
    this.#store = store
    this.#state = state
    this.#checkpoints = new Checkpoints(store, maxWalBytes, schedule, onFailure)
  }

  get path(): string {
    return this.#store.path
  }

  /** The last row's id that was ever in the log. */
  get lastLogId(): number {
    return this.#state.lastLogId
  }

  get logRows(): number {
    return this.#state.logRows
  }

  /** Bytes in the log, a row's own few among them. */
  get logBytes(): number {
    return this.#state.logBytes
  }

  get isInPlace(): boolean {
    return this.#store.isInPlace
  }

  get usedBytes(): number {
    return this.#store.usedBytes
  }

  /** Appends a batch as one row. */
  append(entries: Uint8Array): void {
    const state = this.#state
    this.#store.appendLog(state.lastLogId + 1, entries)
    state.lastLogId += 1
    state.logRows += 1
    state.logBytes += bytesOfRow(entries)
    this.#checkpoints.noteWritten(entries.length + PAGE_BYTES)
  }

  logAfter(id: number): StoredLogRow | undefined {
    return this.#store.logAfter(id)
  }

  /** Drops the rows up to `id`: so many, of so many bytes by {@link bytesOfRow}. */
  dropLog(id: number, rows: number, bytes: number): void {
    this.#store.dropLog(id)
    this.#state.logRows -= rows
    this.#state.logBytes -= bytes
    this.#checkpoints.noteWritten(PAGE_BYTES)
  }

  /** Runs `work` in one transaction; it gives about how many bytes it wrote. */
  transaction(work: () => number): void {
    let bytes = 0
    this.#store.transaction(() => {
      bytes = work()
    })
    this.#checkpoints.noteWritten(bytes)
  }

  /** Puts what stands of a registration now, after every log row there is. */
  putRegistration(key: IdentityKey, record: Uint8Array, parts: PartRange | undefined): void {
    const foldedLogId = this.#state.lastLogId
    this.#store.putRegistration({ identity: identityBytes(key), foldedLogId, record, parts })
    this.#leaveParts(key)
    if (parts !== undefined) this.#state.longLists.set(key, parts)
  }

  dropRegistration(key: IdentityKey): void {
    this.#store.dropRegistration(identityBytes(key))
    this.#leaveParts(key)
  }

  /** Adds a part, and gives its id: one more than the one before. */
  putPart(part: Uint8Array): number {
    const id = this.#state.nextPartId
    this.#store.putPart(id, part)
    this.#state.nextPartId = id + 1
    return id
  }

  /** Has parts be dropped some time. */
  leaveParts(parts: PartRange): void {
    this.#state.unusedParts.push(parts)
  }

  /** Drops `count` of the parts that are not used any more, and says whether there are others. */
  dropUnusedParts(count: number): boolean {
    const { unusedParts } = this.#state
    let left = count
    while (left > 0) {
      const range = unusedParts.pop()
      if (range === undefined) return false
      let id = range.first
      for (; id <= range.last && left > 0; id += 1, left -= 1) this.#store.dropPart(id)
      if (id <= range.last) unusedParts.push({ first: id, last: range.last })
    }
    return unusedParts.length > 0
  }

  complete(): void {
    this.#store.complete()
  }

  /** Resolves when the file is closed. */
  async close(): Promise<void> {
    await this.#checkpoints.close()
    this.#store.close()
  }

  #leaveParts(key: IdentityKey): void {
    const parts = this.#state.longLists.get(key)
    if (parts === undefined) return
    this.#state.longLists.delete(key)
    this.leaveParts(parts)
  }
}

/** What a log row counts. */
export function bytesOfRow(entries: Uint8Array): number {
  return entries.length + ROW_BYTES
}
