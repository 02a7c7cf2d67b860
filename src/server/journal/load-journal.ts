import { Failure } from '../../base/failure.ts'
import { JournalFiles, type JournalPlace, type SetAside } from './journal-files.ts'
import type { JournalVisitor } from './journal-source.ts'
import type { JournalStore } from './journal-store.ts'
import { loadStore, type Unreadable } from './load-store.ts'
import { diskReason, isDiskError } from './sqlite-error.ts'
import type { StoreState } from './working-store.ts'

/** What was found at the start. */
export interface LoadedJournal {
  /** The folder, where it could be claimed. */
  readonly files: JournalFiles | undefined
  /** The file to go on with, with all that is known of it; `undefined` where nothing can be written. */
  readonly found: { readonly store: JournalStore; readonly state: StoreState } | undefined
  /** Why nothing can be written. */
  readonly failure: unknown
  /** Why the files there are have to be kept: not all they hold was loaded. */
  readonly keepsOthers: string | undefined
  readonly unreadable: Unreadable | undefined
}

/**
 * Claims the journal's folder and tells `visitor` all that is kept there. What cannot be used is set aside. Where nothing can
 * be written, what can be read is told all the same: a disk that turned read-only still knows everybody. Rejects with
 * `journalInUse` and with the signal's reason, and then leaves nothing open.
 */
export async function loadJournal(
  place: JournalPlace,
  visitor: JournalVisitor,
  signal: AbortSignal,
  onSetAside: (setAside: SetAside) => void,
): Promise<LoadedJournal> {
  let files: JournalFiles | undefined
  let store: JournalStore | undefined
  try {
    files = JournalFiles.claim(place)
    store = files.openNewest(onSetAside)
    if (store === undefined) {
      store = files.createNext()
      store.complete()
    }
    const { state, unreadable } = await loadStore(store, visitor, signal)
    const isAllRead = unreadable.rows === 0
    return {
      files,
      found: { store, state },
      failure: undefined,
      keepsOthers: isAllRead ? undefined : unreadable.reason,
      unreadable: isAllRead ? undefined : unreadable,
    }
  } catch (error) {
    const hasBegun = store !== undefined
    store?.close()
    if (error instanceof Failure || !isDiskError(error)) {
      files?.release()
      throw error
    }
    const keepsOthers = hasBegun ? diskReason(error) : await loadReadOnly(place.directory, visitor, signal)
    return { files, found: undefined, failure: error, keepsOthers, unreadable: undefined }
  }
}

/** Tells `visitor` what can be read; gives why not all of it was. */
async function loadReadOnly(
  directory: string,
  visitor: JournalVisitor,
  signal: AbortSignal,
): Promise<string | undefined> {
  let store: JournalStore | undefined
  try {
    store = JournalFiles.openReadOnly(directory)
    if (store === undefined) return 'it was not read'
    const { unreadable } = await loadStore(store, visitor, signal)
    return unreadable.rows === 0 ? undefined : unreadable.reason
  } catch (error) {
    if (!isDiskError(error)) throw error
    return diskReason(error)
  } finally {
    store?.close()
  }
}
