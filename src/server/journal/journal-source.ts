import type { PeerIdentity } from '../index-state.ts'
import type { LogEntry } from './log-entry.ts'
import type { RecordedImage, RecordedStanding } from './registration-record.ts'

/** One registration as it stands. */
export interface RecordedRegistration extends RecordedStanding {
  /** Its images in any order; read one after another, and not to the end where it changes meanwhile. */
  readonly images: Iterable<RecordedImage>
}

/**
 * The state that the journal keeps, as it asks for it. Whatever changes what is told here is appended to the journal in
 * the same turn of the event loop.
 */
export interface JournalSource {
  /**
   * The registration of `peer`, absent ones too; `undefined` where there is none. Its images may be read over several turns,
   * but only for as long as nothing about that registration is appended; others may change.
   */
  registration(peer: PeerIdentity): RecordedRegistration | undefined
  /**
   * Every registration, read over many turns while they change: those that stand from the first to the last are all told;
   * those that come or go meanwhile may be.
   */
  registrations(): Iterable<PeerIdentity>
}

/** Who is told of what was kept, in the order in which it is to be applied: first all registrations, then the entries. */
export interface JournalVisitor {
  /** `images` is read during the call or not at all; where it was cut it ends early. */
  registration(peer: PeerIdentity, registration: RecordedRegistration): void
  /**
   * An entry that is newer than what was told of its registration. One about a registration that there is none of changes
   * nothing, unless it makes one. A list's bytes are valid during the call.
   */
  entry(entry: LogEntry): void
}
