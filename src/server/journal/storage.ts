import { setImmediate as turn } from 'node:timers/promises'
import { type IdentityKey, keyOfPeer } from './identity.ts'
import type { JournalCondition } from './journal-condition.ts'
import { JournalFiles, type JournalPlace, type SetAside } from './journal-files.ts'
import type { JournalLimits } from './journal-limits.ts'
import type { JournalSource } from './journal-source.ts'
import type { JournalStore } from './journal-store.ts'
import type { LoadedJournal } from './load-journal.ts'
import { RegistrationWriter } from './registration-writer.ts'
import type { Schedule } from './schedule.ts'
import { type Pause, SlicedWork } from './sliced-work.ts'
import { diskReason, isDamage, UnusableFileError } from './sqlite-error.ts'
import { type StoreState, stateOfEmptyStore, WorkingStore } from './working-store.ts'

/** Seconds between two tries to write again, after the disk failed. */
const RETRY_SECONDS = 30

/** Milliseconds between two slices of work, so that it takes at most a third of the time; none where it is urgent. */
const TURN_MS = 4
/** Milliseconds until a list that keeps changing is tried again. */
const REST_MS = 1000

/** Milliseconds after which it is looked again whether the file is still where it was. */
const LOOK_MS = 5000

/** What is needed besides the files. */
export interface StorageSurroundings {
  readonly place: JournalPlace
  readonly limits: JournalLimits
  readonly source: JournalSource
  readonly schedule: Schedule
  readonly nowMs: () => number
  readonly onCondition: (condition: JournalCondition) => void
  /** Called before each slice of work, which writes what stands then: has written whatever waits to be appended. */
  readonly beforeSlice: () => void
}

/** A store that is written to, and who writes registrations into it. */
interface OpenStore {
  readonly working: WorkingStore
  readonly writer: RegistrationWriter
  /** Whether it is the state. Until then it is being written, and what stood before is the state. */
  isWhole: boolean
}

/**
 * Where the journal's rows go, also when the disk fails: then nowhere, and what is acknowledged is not durable. Every half
 * minute the whole present state is written anew, into a file of its own, and rows go there too; only once it is whole it
 * takes the old one's place, in one transaction. So whatever happens meanwhile, what was durable before stays.
 */
export class Storage {
  readonly #around: StorageSurroundings
  readonly #background: SlicedWork
  #files: JournalFiles | undefined
  #open: OpenStore | undefined
  /** Why the files there are do not go into the one that is being written, and have to be kept. */
  #keepsOthers: string | undefined
  /** Bytes that the state took when it was last durable. */
  #usedBytes = 0
  #cancelRetry: (() => void) | undefined
  #finishing: Promise<void> = Promise.resolve()
  /** Resolves when the stores that were left are closed. */
  #left: Promise<void> = Promise.resolve()
  #lookedMs = 0
  #failures = 0
  #writtenBefore = 0

  constructor(loaded: LoadedJournal, around: StorageSurroundings) {
    const { files, found, failure, keepsOthers, unreadable } = loaded
    const { directory } = around.place
    this.#around = around
    this.#background = new SlicedWork(around.schedule)
    this.#files = files
    this.#keepsOthers = keepsOthers
    if (found === undefined) {
      this.#tellNotDurable(failure)
      return
    }
    const open = this.#goOnWith(found.store, found.state, true)
    if (unreadable === undefined) return
    around.onCondition({ kind: 'partlyUnreadable', directory, ...unreadable })
    this.#leave(open)
    this.#writeAnew()
  }

  /** The store at work; `undefined` while nothing can be written. */
  get open(): Readonly<OpenStore> | undefined {
    return this.#open
  }

  get isDurable(): boolean {
    return this.#open?.isWhole === true
  }

  get isBusy(): boolean {
    return this.#background.isUnderWay
  }

  /** Errors of the disk since the start. */
  get failures(): number {
    return this.#failures
  }

  /** Rows of registrations written or dropped since the start. */
  get writtenRegistrations(): number {
    return this.#writtenBefore + (this.#open?.writer.written ?? 0)
  }

  /** Whether the log grows faster than it is folded. */
  readonly isHurried = (): boolean => (this.#open?.working.logBytes ?? 0) >= this.#around.limits.maxLogBytes

  /** Appends a row, where anything can be written. */
  append(row: Uint8Array): void {
    const working = this.#open?.working
    if (working === undefined) return
    try {
      const nowMs = this.#around.nowMs()
      if (nowMs - this.#lookedMs >= LOOK_MS) {
        this.#lookedMs = nowMs
        if (!working.isInPlace) throw new UnusableFileError('its file was removed')
      }
      working.append(row)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Runs work on the open store in the background, slice by slice. */
  run(slices: Iterator<Pause, void>, onDone: () => void): void {
    this.#background.start({
      slices,
      onDone,
      onError: error => this.#fail(error),
      before: this.#around.beforeSlice,
      delayMs: pause => {
        if (pause === 'rest') return REST_MS
        const isLong = (this.#open?.working.logBytes ?? 0) >= this.#around.limits.foldBytes * 2
        return isLong || !this.isDurable ? 0 : TURN_MS
      },
    })
  }

  /** Does a slice of the work under way now. */
  step(): void {
    this.#background.step()
  }

  /** Where the state is not durable, tries once more to write it; then nothing is open or planned any more. */
  async close(): Promise<void> {
    this.#cancelRetry?.()
    if (this.#open === undefined) this.#writeAnew()
    while (!this.isDurable && this.isBusy) {
      this.step()
      await turn()
    }
    await this.#finishing
    if (this.#open !== undefined) this.#leave(this.#open)
    this.#cancelRetry?.()
    await this.#left
    this.#files?.release()
    this.#files = undefined
  }

  /** Has rows go to `store` from now on. */
  #goOnWith(store: JournalStore, state: StoreState, isWhole: boolean): OpenStore {
    const { limits, schedule, source } = this.#around
    const working: WorkingStore = new WorkingStore(store, state, limits.maxWalBytes, schedule, error => {
      if (this.#open?.working === working) this.#fail(error)
    })
    const open = { working, writer: new RegistrationWriter(working, source), isWhole }
    this.#open = open
    return open
  }

  /** Leaves the store as it is; one that is not whole is removed. */
  #leave({ working, writer, isWhole }: OpenStore): void {
    const files = this.#files
    this.#background.stop()
    this.#open = undefined
    this.#writtenBefore += writer.written
    this.#left = this.#left
      .then(() => working.close())
      .then(() => {
        if (!isWhole) files?.remove(working.path)
      })
      // What cannot be removed now is found unfinished at the next start.
      .catch(() => {})
  }

  #fail(error: unknown): void {
    const open = this.#open
    if (open === undefined) return
    this.#failures += 1
    if (!open.isWhole) {
      this.#leave(open)
      this.#planRetry()
      return
    }
    if (isDamage(error)) this.#keepsOthers = diskReason(error)
    this.#usedBytes = usedBytesOf(open.working)
    this.#leave(open)
    this.#tellNotDurable(error)
  }

  #tellNotDurable(error: unknown): void {
    const { directory } = this.#around.place
    this.#planRetry()
    this.#around.onCondition({
      kind: 'notDurable',
      directory,
      reason: diskReason(error),
      retrySeconds: RETRY_SECONDS,
    })
  }

  #planRetry(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = this.#around.schedule(() => this.#writeAnew(), RETRY_SECONDS * 1000)
  }

  /** Begins to write the whole state into a new file. */
  #writeAnew(): void {
    let store: JournalStore
    try {
      this.#files ??= JournalFiles.claim(this.#around.place)
      if (!this.#files.hasRoomFor(this.#usedBytes)) {
        this.#planRetry()
        return
      }
      store = this.#files.createNext()
    } catch {
      this.#failures += 1
      if (this.#files?.isInPlace === false) {
        this.#files.release()
        this.#files = undefined
      }
      this.#planRetry()
      return
    }
    const open = this.#goOnWith(store, stateOfEmptyStore(), false)
    this.run(open.writer.write(keysOf(this.#around.source), this.isHurried), () => {
      this.#finishing = this.#finishAnew(open)
    })
  }

  /** Has what was written anew take the place of what stood before. */
  async #finishAnew(open: OpenStore): Promise<void> {
    // Where a file is moved or removed, nobody may have it open.
    await this.#left
    this.#around.beforeSlice()
    const files = this.#files
    if (this.#open !== open || files === undefined) return
    const { working } = open
    let setAside: readonly SetAside[] = []
    try {
      if (this.#keepsOthers !== undefined) setAside = files.setAsideAllBut(working.path, this.#keepsOthers)
      working.complete()
    } catch (error) {
      this.#fail(error)
      return
    }
    open.isWhole = true
    this.#keepsOthers = undefined
    for (const each of setAside) this.#around.onCondition({ kind: 'setAside', ...each })
    this.#around.onCondition({ kind: 'durableAgain', directory: this.#around.place.directory })
    try {
      files.removeAllBut(working.path)
    } catch {
      // They go at the next start, before anything is read of them.
    }
  }
}

function usedBytesOf(working: WorkingStore): number {
  try {
    return working.usedBytes
  } catch {
    return 0
  }
}

function* keysOf(source: JournalSource): Generator<IdentityKey, void> {
  for (const peer of source.registrations()) yield keyOfPeer(peer)
}
