import { monotonicMs } from '../base/clock.ts'
import { Catalog } from '../catalog/catalog.ts'
import type { ServerConfig } from './config.ts'
import { type CatalogJournal, NO_JOURNAL } from './journal/catalog-journal.ts'
import { Journal } from './journal/journal.ts'
import type { JournalCondition } from './journal/journal-condition.ts'
import { AbsentRegistrations } from './state/absent-registrations.ts'
import { CatalogState } from './state/catalog-state.ts'
import { RecordedRegistrations } from './state/recorded-registrations.ts'
import { RestoredCatalog } from './state/restored-catalog.ts'

/** An index server's state, and what it is kept by. */
export interface OpenState {
  readonly state: CatalogState
  readonly journal: CatalogJournal
  /** Why the journal cannot be written now: the system's reason. */
  readonly journalFault: () => string | undefined
  /** Registrations and lists of the journal for which the limits leave no room. */
  readonly refused: number
}

/**
 * Changes are numbered from here on, a million for each second since 1970: whoever watched the server before it was started
 * again has a number below, and is told to list anew.
 */
function firstChangeNumber(): number {
  return Math.floor(Date.now() / 1000) * 1_000_000
}

/** Seconds of a clock that never goes back, from 1 on. */
export function nowSeconds(): number {
  return Math.floor(monotonicMs() / 1000) + 1
}

/** Opens the state that the journal kept. Rejects with `journalInUse` and with the signal's reason; nothing is open then. */
export async function openState(
  config: ServerConfig,
  onCondition: (condition: JournalCondition) => void,
  onCommit: (tookMs: number) => void,
  signal: AbortSignal,
): Promise<OpenState> {
  const { dataFolder, limits, times, absence } = config
  const catalog = new Catalog(limits, times, firstChangeNumber())
  const absent = new AbsentRegistrations(absence)
  let fault: string | undefined
  let journal: CatalogJournal = NO_JOURNAL
  let refused = 0
  if (dataFolder !== undefined) {
    const restored = new RestoredCatalog(catalog, absent, nowSeconds())
    const options = {
      directory: dataFolder,
      onCondition: (condition: JournalCondition) => {
        if (condition.kind === 'notDurable') fault = condition.reason
        if (condition.kind === 'durableAgain') fault = undefined
        onCondition(condition)
      },
    }
    journal = await Journal.open(options, new RecordedRegistrations(catalog, absent), restored, signal)
    restored.finish()
    refused = restored.refused
  }
  const state = new CatalogState({ catalog, journal, absent, nowSeconds, nowMs: monotonicMs, onCommit })
  return { state, journal, journalFault: () => fault, refused }
}
