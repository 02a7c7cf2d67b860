import { type Catalog, Outcome } from '../../catalog/catalog.ts'
import type { Asker } from '../../catalog/listings.ts'
import { PASSWORD_DIGEST_BYTES, writePasswordDigest } from '../../catalog/password-digest.ts'
import { NO_ROW } from '../../catalog/rows.ts'
import type { Counts, Image, ImageEntry, ImagePage, ImageQuery } from '../../protocol/catalog-api.ts'
import type { Digest } from '../../protocol/digest.ts'
import { DIGEST_WORDS, decodeDigest } from '../../protocol/encoded-list.ts'
import { type IndexRequest, Word } from '../../protocol/index-request.ts'
import type {
  CatalogChange,
  IndexState,
  ListReplacement,
  PeerIdentity,
  Refusal,
  RegistrationStanding,
  Viewpoint,
} from '../index-state.ts'
import type { CatalogJournal } from '../journal/catalog-journal.ts'
import { IDENTITY_BYTES, readIdentity } from '../journal/identity.ts'
import type { DueKind, DueRegistration, LivenessSource } from '../liveness/liveness-source.ts'
import type { AbsentRegistrations } from './absent-registrations.ts'
import { ChangeFeed } from './change-feed.ts'
import { ImagePages } from './image-pages.ts'
import { ImageView } from './image-view.ts'
import { Replacement } from './list-replacement.ts'
import { imagesOf } from './recorded-registrations.ts'
import { toCheckedWireList } from './wire-list.ts'

/**
 * Images of a registration up to which it is kept aside when its peer is gone. Longer lists come from peers that register
 * again by themselves, and would take long to set aside and list again.
 */
const MAX_SET_ASIDE = 5000

/** What a state is made of. */
export interface CatalogStateParts {
  readonly catalog: Catalog
  readonly journal: CatalogJournal
  /** Registrations whose peers are gone for now. */
  readonly absent: AbsentRegistrations
  /** Seconds of a clock that never goes back, whole. */
  readonly nowSeconds: () => number
  /** Milliseconds of the same clock. */
  readonly nowMs: () => number
  /** Told how many milliseconds each commit took. */
  readonly onCommit: (tookMs: number) => void
}

/**
 * The index server's state: the catalog, what is kept aside, and the journal, changed together by requests of both fronts
 * and by what is found out about peers. Every change goes into the journal in the turn in which it is made.
 */
export class CatalogState implements IndexState, LivenessSource {
  readonly #catalog: Catalog
  readonly #journal: CatalogJournal
  readonly #nowSeconds: () => number
  readonly #nowMs: () => number
  readonly #onCommit: (tookMs: number) => void
  readonly #view: ImageView
  readonly #pages: ImagePages
  readonly #watchers: ChangeFeed
  readonly #passwordDigest = new Uint8Array(PASSWORD_DIGEST_BYTES)
  readonly #identity = new Uint8Array(IDENTITY_BYTES)
  readonly #digestWords = new Uint32Array(DIGEST_WORDS)
  /** Registrations whose peers are gone for now. */
  readonly absent: AbsentRegistrations

  constructor({ catalog, journal, absent, nowSeconds, nowMs, onCommit }: CatalogStateParts) {
    this.#catalog = catalog
    this.#journal = journal
    this.#nowSeconds = nowSeconds
    this.#nowMs = nowMs
    this.#onCommit = onCommit
    this.#view = new ImageView(catalog)
    this.#pages = new ImagePages(catalog, this.#view)
    this.#watchers = new ChangeFeed(catalog, this.#view)
    this.absent = absent
  }

  // The datagram front

  /** Applies a request as {@link Catalog.apply} does, for peers that are kept aside too. */
  apply(request: IndexRequest, source: Uint8Array, sourceStart: number, nowSeconds: number): Outcome {
    if (this.absent.size > 0) this.#meetAbsent(request, source, sourceStart)
    const outcome = this.#catalog.apply(request, source, sourceStart, nowSeconds)
    if (outcome === Outcome.done) this.#note(request, source, sourceStart)
    return outcome
  }

  /** The answer to LST, see {@link Listings.bytes}; empty when there is nothing to list. */
  listing(asker: Asker, { loopbackAs }: Viewpoint): Uint8Array {
    return this.#catalog.listings.bytes(asker, loopbackAs)
  }

  get leaseSeconds(): number {
    return this.#catalog.times.lease
  }

  /** Whether a connection to the port of the peer whose request was applied last was tried and did not stand. */
  get isLastUnreachable(): boolean {
    const { registrations, lastApplied } = this.#catalog
    return registrations.isUnreachable(lastApplied)
  }

  get watcherCount(): number {
    return this.#watchers.count
  }

  // The catalog API

  register(peer: PeerIdentity, password: string): Refusal | undefined {
    const registration = this.#own(peer, password, true)
    return typeof registration === 'string' ? registration : undefined
  }

  addImages(peer: PeerIdentity, password: string, entries: readonly ImageEntry[]): Refusal | undefined {
    const registration = this.#own(peer, password, false)
    if (typeof registration === 'string') return registration
    return this.#addEntries(registration, peer, entries)
  }

  removeImages(peer: PeerIdentity, password: string, digests: readonly Digest[]): Refusal | undefined {
    const registration = this.#own(peer, password, false)
    if (typeof registration === 'string') return registration
    if (digests.length === 0) return undefined
    const list = toCheckedWireList(digests.map(md5 => ({ md5 })))
    if (this.#catalog.removeImages(registration, list) === Outcome.done) {
      this.#journal.appendRemoved(peer, digests)
    }
    return undefined
  }

  replaceImages(peer: PeerIdentity, password: string): ListReplacement | Refusal {
    const refusal = this.register(peer, password)
    if (refusal !== undefined) return refusal
    return new Replacement(this, this.#catalog, peer, password)
  }

  renew(peer: PeerIdentity, password: string): Refusal | undefined {
    const registration = this.#own(peer, password, false)
    return typeof registration === 'string' ? registration : undefined
  }

  end(peer: PeerIdentity, password: string): Refusal | undefined {
    const registration = this.#own(peer, password, false)
    if (typeof registration === 'string') return registration
    this.#catalog.end(registration)
    this.#journal.appendHappening('ended', peer.address, 0, peer.port)
    return undefined
  }

  standing(peer: PeerIdentity): RegistrationStanding | undefined {
    const { registrations, times } = this.#catalog
    const registration = registrations.find(peer.address, 0, peer.port)
    if (registration === NO_ROW) return undefined
    return {
      images: registrations.holdingCount(registration),
      leaseSeconds: times.lease,
      reachable: registrations.isReachable(registration),
    }
  }

  commit(): void {
    const begunMs = this.#nowMs()
    this.#journal.commit()
    this.#onCommit(this.#nowMs() - begunMs)
    this.#watchers.changed()
  }

  image(digest: Digest, viewpoint: Viewpoint): Image | undefined {
    const row = this.#find(digest)
    return row === NO_ROW ? undefined : this.#view.of(row, viewpoint)
  }

  page(query: ImageQuery, viewpoint: Viewpoint, signal: AbortSignal): Promise<ImagePage | undefined> {
    return this.#pages.page(query, viewpoint, signal)
  }

  counts(): Counts {
    return this.#catalog.counts
  }

  watch(
    after: number | undefined,
    viewpoint: Viewpoint,
    listener: (changes: readonly CatalogChange[]) => void,
  ): () => void {
    return this.#watchers.add(after, viewpoint, listener)
  }

  // What is found out about peers

  takeDue(nowSeconds: number, most: number, kind: DueKind): readonly DueRegistration[] {
    const due: DueRegistration[] = []
    while (due.length < most) {
      const registration =
        kind === 'endedLeases'
          ? this.#catalog.attendance.takeEndedLease(nowSeconds)
          : this.#catalog.attendance.takeCheck(nowSeconds)
      if (registration === NO_ROW) break
      due.push({ ...this.#peerOf(registration), reason: kind === 'endedLeases' ? 'leaseEnded' : 'check' })
    }
    while (kind === 'checks' && due.length < most) {
      const absent = this.absent.takeDue(nowSeconds)
      if (absent === undefined) break
      const { peer, isGone } = absent
      if (isGone) this.#forget(peer)
      else due.push({ ...peer, reason: 'absentCheck' })
    }
    return due
  }

  leaseEnded(address: Uint8Array, port: number, nowSeconds: number): void {
    const registration = this.#catalog.registrations.find(address, 0, port)
    if (registration === NO_ROW) return
    // Heard in the meantime.
    if (!this.#catalog.attendance.hasLeaseEnded(registration, nowSeconds))
      this.#catalog.attendance.leaseGoesOn(registration, nowSeconds)
    else this.#setAside(registration, nowSeconds)
    this.commit()
  }

  reached(address: Uint8Array, port: number, nowSeconds: number): void {
    const peer = { address, port }
    let registration = this.#catalog.registrations.find(address, 0, port)
    // One with a lease is back when it is heard: a peer that hangs still takes connections.
    if (registration === NO_ROW && this.absent.get(peer)?.hasLease === false) {
      registration = this.#bringBack(peer, nowSeconds)
    }
    if (registration !== NO_ROW) this.#catalog.attendance.reached(registration, nowSeconds)
    this.commit()
  }

  unreached(address: Uint8Array, port: number, nowSeconds: number): void {
    const registration = this.#catalog.registrations.find(address, 0, port)
    if (registration === NO_ROW) return
    if (this.#catalog.attendance.unreached(registration, nowSeconds) === 'goes')
      this.#setAside(registration, nowSeconds)
    this.commit()
  }

  postponed(address: Uint8Array, port: number, nowSeconds: number): void {
    const registration = this.#catalog.registrations.find(address, 0, port)
    if (registration !== NO_ROW) this.#catalog.attendance.postponed(registration, nowSeconds)
  }

  /** Tells no watcher any more. */
  stop(): void {
    this.#watchers.stop()
  }

  /** The registration of a peer that has its password, heard now and under a lease; made where `isMade` and there is none. */
  #own(peer: PeerIdentity, password: string, isMade: boolean): number | Refusal {
    const { registrations } = this.#catalog
    const bytes = Buffer.from(password)
    const nowSeconds = this.#nowSeconds()
    writePasswordDigest(bytes, 0, bytes.length, this.#passwordDigest, 0)
    this.#welcome(peer, this.#passwordDigest, nowSeconds, isMade)
    let registration = registrations.find(peer.address, 0, peer.port)
    if (registration !== NO_ROW) {
      if (!registrations.hasPasswordDigest(registration, this.#passwordDigest, 0)) return 'refusedPassword'
      this.#catalog.hear(registration, nowSeconds)
    } else {
      if (!isMade) return 'refusedPassword'
      const made = this.#catalog.register(peer.address, 0, peer.port, this.#passwordDigest, nowSeconds)
      if (typeof made === 'string') return made
      registration = made
      this.#journal.appendImages(peer, this.#passwordDigest, [])
    }
    if (registrations.giveLease(registration)) {
      this.#journal.appendHappening('leased', peer.address, 0, peer.port)
    }
    return registration
  }

  #addEntries(registration: number, peer: PeerIdentity, entries: readonly ImageEntry[]): Refusal | undefined {
    if (entries.length === 0) return undefined
    const outcome = this.#catalog.addImages(registration, toCheckedWireList(entries))
    if (outcome === Outcome.tooManyImages) return outcome
    let isChanged = outcome === Outcome.done
    for (const { md5, name: _, ...details } of entries) {
      if (Object.keys(details).length === 0) continue
      const image = this.#find(md5)
      if (image !== NO_ROW && this.#catalog.describe(image, details)) isChanged = true
    }
    if (isChanged) {
      this.#catalog.registrations.copyPasswordDigest(registration, this.#passwordDigest, 0)
      this.#journal.appendImages(peer, this.#passwordDigest, entries)
    }
    return undefined
  }

  /** What a datagram changed. */
  #note(request: IndexRequest, source: Uint8Array, sourceStart: number): void {
    const { word, port, bytes, listStart, listEnd } = request
    switch (word) {
      case Word.register:
      case Word.update: {
        const { registrations, lastApplied } = this.#catalog
        registrations.copyPasswordDigest(lastApplied, this.#passwordDigest, 0)
        this.#journal.appendList(source, sourceStart, port, this.#passwordDigest, bytes, listStart, listEnd)
        return
      }
      case Word.end:
        this.#journal.appendHappening('ended', source, sourceStart, port)
        return
      case Word.renew:
        this.#journal.appendHappening('leased', source, sourceStart, port)
        return
      case Word.list:
        return
      default:
        word satisfies never
    }
  }

  /** A datagram of a peer that may be kept aside. */
  #meetAbsent(request: IndexRequest, source: Uint8Array, sourceStart: number): void {
    const { word, port, bytes, passwordStart, passwordEnd } = request
    // Whoever is listed is not kept aside: most are seen not to be without more ado.
    if (word === Word.list || this.#catalog.registrations.find(source, sourceStart, port) !== NO_ROW) return
    writePasswordDigest(bytes, passwordStart, passwordEnd, this.#passwordDigest, 0)
    const address = new Uint8Array(source.subarray(sourceStart, sourceStart + IDENTITY_BYTES - 2))
    this.#welcome({ address, port }, this.#passwordDigest, this.#nowSeconds(), word === Word.register)
  }

  /** Lists a peer again that was kept aside and is heard with its password; or forgets it where another comes in its place. */
  #welcome(peer: PeerIdentity, passwordDigest: Uint8Array, nowSeconds: number, isNewcomer: boolean): void {
    const absent = this.absent.get(peer)
    if (absent === undefined) return
    if (Buffer.compare(absent.passwordDigest, passwordDigest) === 0) this.#bringBack(peer, nowSeconds)
    else if (isNewcomer) this.#forget(peer)
  }

  #forget(peer: PeerIdentity): void {
    this.absent.take(peer)
    this.#journal.appendHappening('ended', peer.address, 0, peer.port)
  }

  #setAside(registration: number, nowSeconds: number): void {
    const { registrations } = this.#catalog
    const peer = this.#peerOf(registration)
    if (registrations.holdingCount(registration) > MAX_SET_ASIDE) {
      this.#catalog.end(registration)
      this.#journal.appendHappening('ended', peer.address, 0, peer.port)
      return
    }
    const passwordDigest = new Uint8Array(PASSWORD_DIGEST_BYTES)
    registrations.copyPasswordDigest(registration, passwordDigest, 0)
    const hasLease = registrations.hasLease(registration)
    const images = [...imagesOf(this.#catalog, registration)]
    this.#catalog.end(registration)
    this.#journal.appendHappening('absent', peer.address, 0, peer.port)
    const gone = this.absent.add(peer, { passwordDigest, hasLease, images, sinceSeconds: nowSeconds })
    for (const other of gone) this.#journal.appendHappening('ended', other.address, 0, other.port)
  }

  /** Lists a registration again that was kept aside: its row, or NO_ROW where the catalog has no room for it now. */
  #bringBack(peer: PeerIdentity, nowSeconds: number): number {
    const absent = this.absent.get(peer)
    if (absent === undefined) return NO_ROW
    const { passwordDigest, hasLease, images } = absent
    const registration = this.#catalog.register(peer.address, 0, peer.port, passwordDigest, nowSeconds)
    if (typeof registration === 'string') return NO_ROW
    this.absent.take(peer)
    if (hasLease) this.#catalog.registrations.giveLease(registration)
    this.#journal.appendHappening('present', peer.address, 0, peer.port)
    const entries = images.toSorted((one, other) => one.order - other.order).map(({ entry }) => entry)
    const refusal = this.#addEntries(registration, peer, entries)
    if (refusal !== undefined) {
      this.#catalog.end(registration)
      this.#journal.appendHappening('ended', peer.address, 0, peer.port)
      return NO_ROW
    }
    return registration
  }

  #find(digest: string): number {
    if (!decodeDigest(Buffer.from(digest), 0, this.#digestWords, 0)) return NO_ROW
    return this.#catalog.images.findDigest(this.#digestWords, 0)
  }

  #peerOf(registration: number): PeerIdentity {
    this.#catalog.registrations.copyIdentity(registration, this.#identity, 0)
    return readIdentity(this.#identity, 0)
  }
}
