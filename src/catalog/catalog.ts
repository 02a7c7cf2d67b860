import { type IndexRequest, Word } from '../protocol/index-request.ts'
import type { CatalogLimits } from './catalog-limits.ts'
import { DatagramListing } from './datagram-listing.ts'
import { Holdings } from './holdings.ts'
import { Images } from './images.ts'
import { KeyedHash } from './keyed-hash.ts'
import { ListChange } from './list-change.ts'
import { Registrations } from './registrations.ts'
import { NO_ROW } from './rows.ts'

/** What came of a request: it was done, or nothing was changed for the reason given. */
export const Outcome = {
  done: 'done',
  /** The registration is protected by another password, or (UPD, END) there is none. */
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
 * peer shares on, under the password it was made with.
 *
 * Each transition reads as its refusals followed by one change; it takes as long as the lists it touches, whatever the
 * catalog holds.
 */
export class Catalog {
  readonly #limits: CatalogLimits
  readonly #registrations: Registrations
  readonly #images: Images
  readonly #holdings: Holdings
  readonly #change: ListChange
  readonly #ipv4Listing: DatagramListing
  readonly #listing: DatagramListing

  constructor(limits: CatalogLimits) {
    const hash = KeyedHash.random()
    this.#limits = limits
    this.#registrations = new Registrations(hash)
    const images = new Images()
    const holdings = new Holdings(images)
    this.#images = images
    this.#holdings = holdings
    this.#change = new ListChange(images, holdings, hash)
    this.#ipv4Listing = new DatagramListing(images.ipv4Order, false, images, holdings, this.#registrations)
    this.#listing = new DatagramListing(images.order, true, images, holdings, this.#registrations)
  }

  get counts(): CatalogCounts {
    return {
      registrations: this.#registrations.count,
      images: this.#images.count,
      holdings: this.#holdings.count,
    }
  }

  /** Bytes of storage taken from the system for what the catalog holds. It grows in segments and never shrinks. */
  get capacityBytes(): number {
    return this.#registrations.capacityBytes + this.#images.capacityBytes + this.#holdings.capacityBytes
  }

  /**
   * Applies a decoded REG, UPD or END of the peer whose 16 address bytes stand at `sourceStart` of `source` (see
   * protocol/ip-address.ts). LST changes nothing.
   */
  apply(request: IndexRequest, source: Uint8Array, sourceStart: number): Outcome {
    const { word, port } = request
    if (word === Word.list) return Outcome.done
    const registration = this.#registrations.find(source, sourceStart, port)
    if (registration === NO_ROW) {
      return word === Word.register ? this.#register(request, source, sourceStart) : Outcome.refusedPassword
    }
    const { bytes, passwordStart, passwordEnd } = request
    if (!this.#registrations.hasPassword(registration, bytes, passwordStart, passwordEnd)) {
      return Outcome.refusedPassword
    }
    return word === Word.end ? this.#end(registration) : this.#replaceList(registration, request)
  }

  /**
   * The answer to LST, cut at a whole entry to what clients receive (FIELD_BUFFER_BYTES); empty when there is nothing
   * to list. An IPv4 asker sees the images that have an IPv4 owner, in the order in which they came to have one, with
   * those owners; an IPv6 asker sees all images in the order in which they were first registered, IPv4 owners before
   * the others. The array is never written to again.
   */
  listing(asker: 'ipv4' | 'ipv6'): Uint8Array {
    return asker === 'ipv4' ? this.#ipv4Listing.bytes : this.#listing.bytes
  }

  #register(request: IndexRequest, source: Uint8Array, sourceStart: number): Outcome {
    const registrations = this.#registrations
    if (registrations.count >= this.#limits.registrations) return Outcome.tooManyRegistrations
    if (registrations.countOfAddress(source, sourceStart) >= this.#limits.registrationsPerAddress) {
      return Outcome.tooManyRegistrations
    }
    if (request.entryCount > this.#limits.imagesPerRegistration) return Outcome.tooManyImages
    this.#change.workOut(request, NO_ROW)
    if (!this.#hasRoomForChange()) return Outcome.tooManyImages

    const { port, bytes, passwordStart, passwordEnd } = request
    const registration = registrations.add(source, sourceStart, port, bytes, passwordStart, passwordEnd)
    this.#commitChange(registration, bytes)
    return Outcome.done
  }

  #replaceList(registration: number, request: IndexRequest): Outcome {
    if (request.entryCount > this.#limits.imagesPerRegistration) return Outcome.tooManyImages
    const changes = this.#change.workOut(request, this.#registrations.firstHolding(registration))
    if (!changes) return Outcome.done
    if (!this.#hasRoomForChange()) return Outcome.tooManyImages

    this.#commitChange(registration, request.bytes)
    return Outcome.done
  }

  #end(registration: number): Outcome {
    const isIPv4 = this.#registrations.isIPv4(registration)
    let holding = this.#registrations.firstHolding(registration)
    while (holding !== NO_ROW) {
      const next = this.#holdings.nextOfRegistration(holding)
      this.#dropHolding(holding, isIPv4)
      holding = next
    }
    this.#registrations.remove(registration)
    return Outcome.done
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
    const isIPv4 = this.#registrations.isIPv4(registration)
    const change = this.#change
    for (let index = 0; index < change.droppedCount; index += 1) {
      this.#dropHolding(change.dropped(index), isIPv4)
    }
    const { list } = change
    let next: number = NO_ROW
    for (let entry = 0; entry < list.length; entry += 1) {
      if (list.holding(entry) !== NO_ROW) continue
      const image = list.image(entry)
      list.setHolding(
        entry,
        this.#addHolding(image === NO_ROW ? this.#addImage(entry, bytes) : image, registration, isIPv4),
      )
    }
    for (let entry = list.length - 1; entry >= 0; entry -= 1) {
      const holding = list.holding(entry)
      this.#holdings.setNextOfRegistration(holding, next)
      next = holding
    }
    this.#registrations.setFirstHolding(registration, next)
  }

  #addImage(entry: number, bytes: Uint8Array): number {
    const { list } = this.#change
    const image = this.#images.add(
      list.words,
      list.digestStart(entry),
      list.hash(entry),
      bytes,
      list.nameStart(entry),
      list.nameEnd(entry),
    )
    this.#listing.imageAppended()
    return image
  }

  #addHolding(image: number, registration: number, isIPv4: boolean): number {
    if (isIPv4 && this.#images.firstOwner(image, true) === NO_ROW) {
      this.#images.ipv4Order.append(image)
      this.#ipv4Listing.imageAppended()
    }
    const holding = this.#holdings.add(image, registration, isIPv4)
    this.#ipv4Listing.ownerAdded(image, isIPv4)
    this.#listing.ownerAdded(image, isIPv4)
    return holding
  }

  #dropHolding(holding: number, isIPv4: boolean): void {
    const image = this.#holdings.image(holding)
    this.#holdings.remove(holding, isIPv4)
    this.#ipv4Listing.holdingRemoved(holding)
    this.#listing.holdingRemoved(holding)
    const hasIPv4Owner = this.#images.firstOwner(image, true) !== NO_ROW
    if (isIPv4 && !hasIPv4Owner) this.#images.ipv4Order.remove(image)
    if (!hasIPv4Owner && this.#images.firstOwner(image, false) === NO_ROW) this.#images.remove(image)
  }
}
