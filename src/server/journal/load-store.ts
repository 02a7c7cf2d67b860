import { setImmediate as turn } from 'node:timers/promises'
import { ByteReader } from './byte-reader.ts'
import { IDENTITY_BYTES, type IdentityKey, identityKey, keyOfPeer, readIdentity } from './identity.ts'
import type { JournalVisitor } from './journal-source.ts'
import type { JournalStore, PartRange, StoredRegistration } from './journal-store.ts'
import { LogRow } from './log-entry.ts'
import { type RecordedImage, readPart, readRecordedImages, readStanding } from './registration-record.ts'
import { bytesOfRow, type StoreState, stateOfEmptyStore } from './working-store.ts'

/** Rows that are read between two turns of the event loop. */
const ROWS_AT_ONCE = 128

/** Rows that could not be read, or not to their end. */
export interface Unreadable {
  rows: number
  /** What is wrong with the first of them; empty where there is none. */
  reason: string
}

/**
 * Tells `visitor` all that stands in a store: the registrations, then what happened since each was folded (see fold-log.ts
 * on why that is the state that was acknowledged). Other work has its turn meanwhile. Rejects with the signal's reason, and
 * with the disk's error.
 */
export async function loadStore(
  store: JournalStore,
  visitor: JournalVisitor,
  signal: AbortSignal,
): Promise<{ readonly state: StoreState; readonly unreadable: Unreadable }> {
  const state = stateOfEmptyStore()
  const unreadable = { rows: 0, reason: '' }
  const note = (what: string, fault: string) => {
    unreadable.rows += 1
    if (unreadable.reason === '') unreadable.reason = `${what}: ${fault}`
  }
  const firstLogId = store.logAfter(0)?.id ?? Number.POSITIVE_INFINITY
  /** Registrations that reflect a log row which is still there; no more than there are registrations. */
  const folded = new Map<IdentityKey, number>()

  let after = new Uint8Array()
  for (;;) {
    const rows = store.registrationsAfter(after, ROWS_AT_ONCE)
    for (const row of rows) {
      after = new Uint8Array(row.identity)
      state.lastLogId = Math.max(state.lastLogId, row.foldedLogId)
      if (row.identity.length !== IDENTITY_BYTES) {
        note('registration', `identity of ${row.identity.length} bytes`)
        continue
      }
      const fault = loadRegistration(store, row, visitor)
      if (fault !== undefined) note('registration', fault)
      const key = identityKey(row.identity, 0)
      if (row.foldedLogId >= firstLogId) folded.set(key, row.foldedLogId)
      if (row.parts !== undefined) state.longLists.set(key, row.parts)
    }
    if (rows.length < ROWS_AT_ONCE) break
    await turn()
    signal.throwIfAborted()
  }

  for (let row = store.logAfter(0); row !== undefined; row = store.logAfter(row.id)) {
    const { id, entries } = row
    const log = new LogRow(entries)
    for (const entry of log) {
      if ((folded.get(keyOfPeer(entry.peer)) ?? 0) < id) visitor.entry(entry)
    }
    if (log.fault !== undefined) note(`log row ${id}`, log.fault)
    state.lastLogId = Math.max(state.lastLogId, id)
    state.logRows += 1
    state.logBytes += bytesOfRow(entries)
    if (state.logRows % ROWS_AT_ONCE !== 0) continue
    await turn()
    signal.throwIfAborted()
  }
  findUnusedParts(store, state)
  return { state, unreadable }
}

/** Tells of one registration, and what is wrong with its row. */
function loadRegistration(
  store: JournalStore,
  { identity, record, parts }: StoredRegistration,
  visitor: JournalVisitor,
): string | undefined {
  const reader = new ByteReader(record)
  const standing = readStanding(reader)
  if (reader.fault !== undefined) return reader.fault
  let fault: string | undefined
  function* images(): Generator<RecordedImage, void> {
    yield* readRecordedImages(reader)
    fault = reader.fault
    for (
      let id = parts?.first ?? 0;
      parts !== undefined && id <= parts.last && fault === undefined;
      id += 1
    ) {
      const part = store.part(id)
      const partReader = readPart(part ?? new Uint8Array())
      yield* readRecordedImages(partReader)
      fault = part === undefined ? `part ${id} is missing` : partReader.fault
    }
  }
  visitor.registration(readIdentity(identity, 0), { ...standing, images: images() })
  return fault
}

/** Parts that no registration has: of a list whose writing was broken off, or that was written anew. */
function findUnusedParts(store: JournalStore, state: StoreState): void {
  const used: PartRange[] = [...state.longLists.values()].sort((one, other) => one.first - other.first)
  let next = 0
  for (const id of store.partIds()) {
    while ((used[next]?.last ?? Number.POSITIVE_INFINITY) < id) next += 1
    state.nextPartId = id + 1
    if (id >= (used[next]?.first ?? Number.POSITIVE_INFINITY)) continue
    const range = state.unusedParts.at(-1)
    if (range?.last === id - 1) state.unusedParts[state.unusedParts.length - 1] = { ...range, last: id }
    else state.unusedParts.push({ first: id, last: id })
  }
}
