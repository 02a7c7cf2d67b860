import { LogRow } from './log-entry.ts'
import type { RegistrationWriter } from './registration-writer.ts'
import type { Pause } from './sliced-work.ts'
import { SortedIdentities } from './sorted-identities.ts'
import { UnusableFileError } from './sqlite-error.ts'
import { bytesOfRow, type WorkingStore } from './working-store.ts'

/** Bytes of log rows that are read in one slice: a millisecond or so. */
const READ_BYTES = 262_144

/** Bytes, and rows, of the log that are dropped in one slice. */
const DROP_BYTES = 1_048_576
const DROP_ROWS = 256

/** Parts that are dropped in one slice: 32 KiB each. */
const DROP_PARTS = 16

/**
 * Folds the oldest rows of the log into the registrations they are about, in slices; the rows are dropped once what stands
 * of each registration is written.
 *
 * Why whatever moment the process ends at, loading gives what was acknowledged. A registration's row reflects all log rows
 * up to its `folded_log_id`, for it is written from the present state, while nothing waits to be appended; loading passes
 * over those entries and applies the later ones, all of which are still there, because rows are dropped oldest first and
 * never beyond what was folded. Where a registration ended and its row was dropped, loading may meet entries of its life
 * before, from any of them on; but the entry that ended it stands behind them, or they all are gone with it.
 */
export function* foldLog(
  working: WorkingStore,
  writer: RegistrationWriter,
  isHurried: () => boolean,
): Generator<Pause, void> {
  const identities = new SortedIdentities()
  const folded = yield* readLog(working, identities)
  yield* writer.write(identities, isHurried)
  for (const { lastId, rows, bytes } of folded) {
    working.dropLog(lastId, rows, bytes)
    yield 'turn'
  }
  for (let isMore = true; isMore; ) {
    working.transaction(() => {
      isMore = working.dropUnusedParts(DROP_PARTS)
      return 0
    })
    if (isMore) yield 'turn'
  }
}

/** Rows of the log that are dropped together. */
interface Stretch {
  readonly lastId: number
  readonly rows: number
  readonly bytes: number
}

/** Collects the identities that the rows of now are about, from the oldest on, as far as they have room. */
function* readLog(working: WorkingStore, identities: SortedIdentities): Generator<Pause, Stretch[]> {
  const stretches: Stretch[] = []
  const end = working.lastLogId
  let stretch: Stretch = { lastId: 0, rows: 0, bytes: 0 }
  let read = 0
  while (stretch.lastId < end && !identities.isFull) {
    const row = working.logAfter(stretch.lastId)
    if (row === undefined) break
    const entries = new LogRow(row.entries)
    entries.forEachIdentity(key => identities.add(key))
    if (entries.fault !== undefined) throw new UnusableFileError(`log row ${row.id}: ${entries.fault}`)
    const bytes = bytesOfRow(row.entries)
    stretch = { lastId: row.id, rows: stretch.rows + 1, bytes: stretch.bytes + bytes }
    if (stretch.rows >= DROP_ROWS || stretch.bytes >= DROP_BYTES) {
      stretches.push(stretch)
      stretch = { lastId: row.id, rows: 0, bytes: 0 }
    }
    read += bytes
    if (read < READ_BYTES) continue
    read = 0
    yield 'turn'
  }
  if (stretch.rows > 0) stretches.push(stretch)
  return stretches
}
