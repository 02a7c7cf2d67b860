import { ByteWriter } from './byte-writer.ts'
import { type IdentityKey, identityBytes, readIdentity } from './identity.ts'
import type { JournalSource, RecordedRegistration } from './journal-source.ts'
import type { PartRange } from './journal-store.ts'
import {
  beginPart,
  beginRecord,
  type RecordedImage,
  type RecordedStanding,
  writeRecordedImage,
} from './registration-record.ts'
import type { Pause } from './sliced-work.ts'
import type { WorkingStore } from './working-store.ts'

/** Registrations and bytes of records that are written in one slice: a millisecond or two. */
const SLICE_REGISTRATIONS = 32
const PART_BYTES = 32_768

/** Bytes of the writer's buffer: a part, and the image that goes beyond it. */
const MAX_RECORD_BYTES = PART_BYTES + 65_536

/** Bytes that a row makes SQLite write: a page. */
const ROW_WRITTEN_BYTES = 4096

/**
 * How often a long list is begun anew because it changed meanwhile, with a rest each time, before it is written at a
 * stretch: with 200,000 images some 0.3 s in which nothing else is done.
 */
const ATTEMPTS = 5

/** Writes what stands of registrations into a store, in slices: a generator that is resumed for each of them. */
export class RegistrationWriter {
  readonly #working: WorkingStore
  readonly #source: JournalSource
  readonly #writer = new ByteWriter(MAX_RECORD_BYTES)
  #written = 0
  /** The registration whose list is being written over several slices, and whether it changed since that began. */
  #long: { readonly key: IdentityKey; hasChanged: boolean } | undefined

  constructor(working: WorkingStore, source: JournalSource) {
    this.#working = working
    this.#source = source
  }

  /** Rows of registrations that were written or dropped. */
  get written(): number {
    return this.#written
  }

  /** Whether a change would have to be told of by {@link noteChange}. */
  get isAtLongList(): boolean {
    return this.#long !== undefined
  }

  /** Told of each registration that changes while {@link isAtLongList}. */
  noteChange(key: IdentityKey): void {
    if (this.#long?.key === key) this.#long.hasChanged = true
  }

  /** `isHurried` tells whether the log grows faster than it is folded: nothing is waited for then. */
  *write(keys: Iterable<IdentityKey>, isHurried: () => boolean): Generator<Pause, void> {
    const iterator = keys[Symbol.iterator]()
    const long: IdentityKey[] = []
    for (let isDone = false; !isDone; ) {
      this.#working.transaction(() => {
        const before = this.#written
        isDone = this.#writeSlice(iterator, long)
        return (this.#written - before) * ROW_WRITTEN_BYTES
      })
      yield 'turn'
    }
    for (const key of long) yield* this.#writeLong(key, isHurried)
  }

  /** Writes the next registrations, notes those with a long list, and says whether there are no others. */
  #writeSlice(keys: Iterator<IdentityKey>, long: IdentityKey[]): boolean {
    let bytes = 0
    for (let count = 0; count < SLICE_REGISTRATIONS && bytes < PART_BYTES; count += 1) {
      const next = keys.next()
      if (next.done === true) return true
      const registration = this.#registration(next.value)
      if (registration === undefined) {
        this.#drop(next.value)
      } else if (this.#fillRecord(registration, registration.images[Symbol.iterator]())) {
        this.#put(next.value, this.#writer.written, undefined)
      } else {
        long.push(next.value)
      }
      bytes += this.#writer.length
    }
    return false
  }

  *#writeLong(key: IdentityKey, isHurried: () => boolean): Generator<Pause, void> {
    for (let attempt = 1; ; attempt += 1) {
      const atAStretch = attempt > ATTEMPTS || (attempt > 1 && isHurried())
      const long = { key, hasChanged: false }
      this.#long = long
      const isWritten = yield* this.#tryLong(long, atAStretch)
      this.#long = undefined
      if (isWritten) return
      yield 'rest'
    }
  }

  /** Writes a registration whose list goes on in parts; false where it changed before the last one. */
  *#tryLong(
    long: { readonly key: IdentityKey; readonly hasChanged: boolean },
    atAStretch: boolean,
  ): Generator<Pause, boolean> {
    const working = this.#working
    const registration = this.#registration(long.key)
    if (registration === undefined) {
      this.#drop(long.key)
      return true
    }
    const images = registration.images[Symbol.iterator]()
    let isComplete = this.#fillRecord(registration, images)
    const record = new Uint8Array(this.#writer.written)
    let parts: PartRange | undefined
    while (!isComplete) {
      this.#writer.clear()
      beginPart(this.#writer)
      isComplete = this.#fill(images)
      working.transaction(() => {
        const last = working.putPart(this.#writer.written)
        parts = { first: parts?.first ?? last, last }
        return this.#writer.length
      })
      if (isComplete || atAStretch) continue
      yield 'turn'
      if (!long.hasChanged) continue
      if (parts !== undefined) working.leaveParts(parts)
      return false
    }
    working.transaction(() => {
      this.#put(long.key, record, parts)
      return record.length
    })
    return true
  }

  #registration(key: IdentityKey): RecordedRegistration | undefined {
    this.#writer.clear()
    return this.#source.registration(readIdentity(identityBytes(key), 0))
  }

  #put(key: IdentityKey, record: Uint8Array, parts: PartRange | undefined): void {
    this.#working.putRegistration(key, record, parts)
    this.#written += 1
  }

  #drop(key: IdentityKey): void {
    this.#working.dropRegistration(key)
    this.#written += 1
  }

  #fillRecord(standing: RecordedStanding, images: Iterator<RecordedImage>): boolean {
    beginRecord(this.#writer, standing)
    return this.#fill(images)
  }

  /** Writes images until what is written is as long as a part; says whether these were the last. */
  #fill(images: Iterator<RecordedImage>): boolean {
    while (this.#writer.length < PART_BYTES) {
      const next = images.next()
      if (next.done === true) return true
      writeRecordedImage(this.#writer, next.value)
    }
    return false
  }
}
