import type { EncodedList } from '../protocol/encoded-list.ts'
import type { ImageDetails } from '../protocol/image-details.ts'
import { type IndexRequest, Word } from '../protocol/index-request.ts'
import { Attendance } from './attendance.ts'
import type { CatalogLimits } from './catalog-limits.ts'
import { type CatalogTimes, DEFAULT_CATALOG_TIMES } from './catalog-times.ts'
import { ChangeLog } from './change-log.ts'
import { Holdings } from './holdings.ts'
import { Images } from './images.ts'
import { KeyedHash } from './keyed-hash.ts'
import { ListChange } from './list-change.ts'
import { Listings } from './listings.ts'
import { PASSWORD_DIGEST_BYTES, writePasswordDigest } from './password-digest.ts'
import { Registrations } from './registrations.ts'
import { NO_ROW } from './rows.ts'
import { ImageSearches } from './search/image-search.ts'

/** What came of a request: it was done, or nothing was changed for the reason given. */
export const Outcome = {
  done: 'done',
  /** Done, and nothing had to be changed for it but when the peer was last heard. */
  unchanged: 'unchanged',
  /** The registration is protected by another password, or (UPD, END, ALV) there is none. */
  refusedPassword: 'refusedPassword',
  /** The address, or the catalog, has as many registrations as it may. */
  tooManyRegistrations: 'tooManyRegistrations',
  /** The list is longer than one may be, or the catalog would hold more images, names or holdings than it may. */
  tooManyImages: 'tooManyImages',
} as const
export type Outcome = (typeof Outcome)[keyof typeof Outcome]

export interface CatalogCounts {
  readonly registrations: number
  /** Images that have an owner. */
  readonly images: number
  /** Pairs of an image and an owner of it. */
  readonly holdings: number
}

/**
 * The state of the index server: who has registered which images. A registration is an IP address and the TCP port its
 * peer shares on, under the password it was made with; by its row, which is its own until it ends, the server's parts speak
 * of it. Time is in whole seconds of a clock that never goes back.
 *
 * Each transition reads as its refusals followed by one change; it takes as long as the lists it touches, whatever the
 * catalog holds.
 */
export class Catalog {
  readonly #limits: CatalogLimits
  readonly #times: CatalogTimes
  readonly #change: ListChange
  readonly #passwordDigest = new Uint8Array(PASSWORD_DIGEST_BYTES)
  #lastApplied: number = NO_ROW

  /** The columns; they are changed by this class only. */
  readonly registrations: Registrations
  readonly images: Images
  readonly holdings: Holdings
  readonly listings: Listings
  readonly attendance: Attendance
  readonly searches: ImageSearches
  /** What changed, for those who watch. */
  readonly changes: ChangeLog

  /** Changes get numbers above `changesBefore`. */
  constructor(limits: CatalogLimits, times: CatalogTimes = DEFAULT_CATALOG_TIMES, changesBefore = 0) {
    const hash = KeyedHash.random()
    this.#limits = limits
    this.#times = times
    this.registrations = new Registrations(hash)
    this.images = new Images(hash)
    this.holdings = new Holdings(this.images)
    this.listings = new Listings(this.images, this.holdings, this.registrations)
    this.attendance = new Attendance(times, this.registrations, this.listings)
    this.changes = new ChangeLog(this.images, changesBefore)
    this.searches = new ImageSearches(this)
    this.#change = new ListChange(this.images, this.holdings, hash)
  }

  get times(): CatalogTimes {
    return this.#times
  }

  get counts(): CatalogCounts {
    return {
      registrations: this.registrations.count,
      images: this.images.count,
      holdings: this.holdings.count,
    }
  }

  /** Bytes of storage taken from the system for what the catalog holds. It grows in segments and never shrinks. */
  get capacityBytes(): number {
    return (
      this.registrations.capacityBytes +
      this.images.capacityBytes +
      this.holdings.capacityBytes +
      this.searches.capacityBytes
    )
  }

  /**
   * Applies a decoded REG, UPD, END or ALV of the peer whose 16 address bytes stand at `sourceStart` of `source` (see
   * protocol/ip-address.ts). LST changes nothing.
   */
  apply(request: IndexRequest, source: Uint8Array, sourceStart: number, nowSeconds: number): Outcome {
    const { word, port, bytes, passwordStart, passwordEnd } = request
    if (word === Word.list) return Outcome.unchanged
    const registration = this.registrations.find(source, sourceStart, port)
    if (registration === NO_ROW) {
      if (word !== Word.register) return Outcome.refusedPassword
      writePasswordDigest(bytes, passwordStart, passwordEnd, this.#passwordDigest, 0)
      return this.#registerList(request, source, sourceStart, nowSeconds)
    }
    if (!this.registrations.hasPassword(registration, bytes, passwordStart, passwordEnd)) {
      return Outcome.refusedPassword
    }
    if (word === Word.end) {
      this.end(registration)
      return Outcome.done
    }
    this.#lastApplied = registration
    this.registrations.setHeardAt(registration, nowSeconds)
    if (word === Word.renew) {
      return this.registrations.giveLease(registration) ? Outcome.done : Outcome.unchanged
    }
    return this.#replaceList(registration, request)
  }

  /** The registration that the last request applied was about, where it was done and did not end it. */
  get lastApplied(): number {
    return this.#lastApplied
  }

  /**
   * Makes a registration without images for the peer at (address, port), which has none, under a password digest. Its row,
   * or why not.
   */
  register(
    source: Uint8Array,
    sourceStart: number,
    port: number,
    passwordDigest: Uint8Array,
    nowSeconds: number,
  ): number | typeof Outcome.tooManyRegistrations {
    if (!this.#hasRoomForRegistration(source, sourceStart)) return Outcome.tooManyRegistrations
    return this.#addRegistration(source, sourceStart, port, passwordDigest, nowSeconds)
  }

  /** Makes `list` the list of a registration. */
  replaceImages(registration: number, list: EncodedList): Outcome {
    return this.#replaceList(registration, list)
  }

  /** Adds the images of `list` to a registration's. */
  addImages(registration: number, list: EncodedList): Outcome {
    const { registrations } = this
    const changes = this.#change.add(
      list,
      registration,
      registrations.firstHolding(registration),
      registrations.isIPv4(registration),
    )
    if (!changes) return Outcome.unchanged
    const after = registrations.holdingCount(registration) + this.#change.addedCount
    if (after > this.#limits.imagesPerRegistration || !this.#hasRoomForChange()) return Outcome.tooManyImages

    this.#commitChange(registration, list.bytes)
    return Outcome.done
  }

  /** Takes the images of `list`, whose names do not count, from a registration's. */
  removeImages(registration: number, list: EncodedList): Outcome {
    const { registrations } = this
    const changes = this.#change.remove(
      list,
      registration,
      registrations.firstHolding(registration),
      registrations.isIPv4(registration),
    )
    if (!changes) return Outcome.unchanged

    this.#commitChange(registration, list.bytes)
    return Outcome.done
  }

  /** Ends a registration. */
  end(registration: number): void {
    const isIPv4 = this.registrations.isIPv4(registration)
    let holding = this.registrations.firstHolding(registration)
    while (holding !== NO_ROW) holding = this.#dropHolding(holding, holding, isIPv4)
    this.registrations.remove(registration)
  }

  /** Notes that a registration's peer was heard. */
  hear(registration: number, nowSeconds: number): void {
    this.registrations.setHeardAt(registration, nowSeconds)
  }

  /**
   * What an owner of an image says of it: where it is the only one, that stands; else what others said before does. Says
   * whether anything changed.
   */
  describe(image: number, given: ImageDetails): boolean {
    const { images } = this
    const known = images.knownOf(image)
    const isOnlyOwner = images.ownerCount(image) === 1
    const details = isOnlyOwner ? { ...known, ...given } : { ...given, ...known }
    const wasDisputed = images.isDisputed(image)
    const differs = known.sha256 !== undefined && given.sha256 !== undefined && known.sha256 !== given.sha256
    const isDisputed = !isOnlyOwner && (wasDisputed || differs)
    if (isDisputed === wasDisputed && hasSameDetails(details, known)) return false
    images.setDetails(image, details, isDisputed)
    this.changes.imageChanged(image)
    return true
  }

  #registerList(request: IndexRequest, source: Uint8Array, sourceStart: number, nowSeconds: number): Outcome {
    if (!this.#hasRoomForRegistration(source, sourceStart)) return Outcome.tooManyRegistrations
    if (request.entryCount > this.#limits.imagesPerRegistration) return Outcome.tooManyImages
    this.#change.replace(request, NO_ROW)
    if (!this.#hasRoomForChange()) return Outcome.tooManyImages

    const { port, bytes } = request
    const registration = this.#addRegistration(source, sourceStart, port, this.#passwordDigest, nowSeconds)
    this.#lastApplied = registration
    this.#commitChange(registration, bytes)
    return Outcome.done
  }

  #replaceList(registration: number, list: EncodedList): Outcome {
    if (list.entryCount > this.#limits.imagesPerRegistration) return Outcome.tooManyImages
    const changes = this.#change.replace(list, this.registrations.firstHolding(registration))
    if (!changes) return Outcome.unchanged
    if (!this.#hasRoomForChange()) return Outcome.tooManyImages

    this.#commitChange(registration, list.bytes)
    return Outcome.done
  }

  #hasRoomForRegistration(source: Uint8Array, sourceStart: number): boolean {
    const { registrations } = this
    return (
      registrations.count < this.#limits.registrations &&
      registrations.countOfAddress(source, sourceStart) < this.#limits.registrationsPerAddress
    )
  }

  #addRegistration(
    source: Uint8Array,
    sourceStart: number,
    port: number,
    passwordDigest: Uint8Array,
    nowSeconds: number,
  ): number {
    const registration = this.registrations.add(source, sourceStart, port, passwordDigest, 0)
    this.attendance.begin(registration, nowSeconds)
    return registration
  }

  #hasRoomForChange(): boolean {
    const change = this.#change
    const limits = this.#limits
    return (
      change.imagesAfter <= limits.images &&
      change.nameBytesAfter <= limits.nameBytes &&
      change.holdingsAfter <= limits.holdings
    )
  }

  #commitChange(registration: number, bytes: Uint8Array): void {
    const { registrations } = this
    const isIPv4 = registrations.isIPv4(registration)
    const change = this.#change
    let first = registrations.firstHolding(registration)
    for (let index = 0; index < change.droppedCount; index += 1) {
      first = this.#dropHolding(change.dropped(index), first, isIPv4)
    }
    const { list } = change
    for (let entry = 0; entry < list.length; entry += 1) {
      if (list.holding(entry) !== NO_ROW) continue
      const known = list.image(entry)
      first =
        known === NO_ROW
          ? this.#addHoldingOfNew(this.#addImage(entry, bytes, isIPv4), registration, first, isIPv4)
          : this.#addHolding(known, registration, first, isIPv4)
    }
    registrations.setFirstHolding(registration, first)
    registrations.changeHoldingCount(registration, change.addedCount - change.droppedCount)
  }

  #addImage(entry: number, bytes: Uint8Array, isIPv4: boolean): number {
    const { list } = this.#change
    return this.images.add(
      list.words,
      list.digestStart(entry),
      list.hash(entry),
      bytes,
      list.nameStart(entry),
      list.nameEnd(entry),
      isIPv4,
    )
  }

  /** Adds a registration's holding of an image without owners; answers the first of its holdings then. */
  #addHoldingOfNew(image: number, registration: number, firstHolding: number, isIPv4: boolean): number {
    const holding = this.holdings.add(image, registration, isIPv4, firstHolding)
    this.listings.imageAppended(isIPv4)
    this.changes.imageChanged(image)
    return holding
  }

  /** The same for an image that has owners. */
  #addHolding(image: number, registration: number, firstHolding: number, isIPv4: boolean): number {
    const { images, listings } = this
    const comesToHaveIPv4 = isIPv4 && images.firstOwner(image, true) === NO_ROW
    const holding = this.holdings.add(image, registration, isIPv4, firstHolding)
    if (comesToHaveIPv4) {
      images.order.setSeenByIPv4(image, true)
      listings.imageComesToIPv4(image)
    }
    listings.ownerAdded(image, isIPv4)
    this.changes.imageChanged(image)
    return holding
  }

  /** Drops a holding of a registration; answers the first of its holdings then. */
  #dropHolding(holding: number, firstHolding: number, isIPv4: boolean): number {
    const { images, listings } = this
    const image = this.holdings.image(holding)
    const first = this.holdings.remove(holding, isIPv4, firstHolding)
    listings.holdingRemoved(holding)
    if (images.ownerCount(image) === 0) {
      this.changes.imageGone(image)
      images.remove(image)
      return first
    }
    if (isIPv4 && images.firstOwner(image, true) === NO_ROW) images.order.setSeenByIPv4(image, false)
    this.changes.imageChanged(image)
    return first
  }
}

function hasSameDetails(one: ImageDetails, other: ImageDetails): boolean {
  return (
    one.bytes === other.bytes &&
    one.width === other.width &&
    one.height === other.height &&
    one.format === other.format &&
    one.taken === other.taken &&
    one.sha256 === other.sha256 &&
    one.placeholder === other.placeholder &&
    one.likeness === other.likeness
  )
}
