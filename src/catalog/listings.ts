import { DatagramListing } from './datagram-listing.ts'
import type { Holdings } from './holdings.ts'
import type { Images } from './images.ts'
import type { Registrations } from './registrations.ts'

/** Which kind of address somebody asks from. */
export type Asker = 'ipv4' | 'ipv6'

/**
 * Viewpoints whose listings are kept at a time; the one asked for longest ago makes room. A machine has some addresses,
 * and each viewpoint costs work with every change.
 */
const MAX_VIEWPOINTS = 8

/** The answers to LST, for each kind of asker and each viewpoint. */
export class Listings {
  readonly #images: Images
  readonly #holdings: Holdings
  readonly #registrations: Registrations
  readonly #ipv4: DatagramListing
  readonly #ipv6: DatagramListing
  /** By the kind of asker and the address that stands for loopback ones; the one asked for last is last. */
  readonly #viewpoints = new Map<string, DatagramListing>()
  #all: readonly DatagramListing[]

  constructor(images: Images, holdings: Holdings, registrations: Registrations) {
    this.#images = images
    this.#holdings = holdings
    this.#registrations = registrations
    this.#ipv4 = this.#make('ipv4', undefined)
    this.#ipv6 = this.#make('ipv6', undefined)
    this.#all = [this.#ipv4, this.#ipv6]
  }

  /**
   * The answer to LST, cut at a whole entry to what clients receive (FIELD_BUFFER_BYTES); empty when there is nothing to
   * list. Images stand in the order in which they were first registered. An IPv4 asker sees those that have an IPv4 owner,
   * with those owners; an IPv6 asker sees all, IPv4 owners before the others. Owners whose port
   * could not be reached stand last. The 16 bytes `loopbackAs`, where there are any, stand for the addresses of owners on
   * the server's own machine. The array is never written to again.
   */
  bytes(asker: Asker, loopbackAs?: Uint8Array): Uint8Array {
    if (loopbackAs === undefined || this.#registrations.loopbackCount === 0) {
      return asker === 'ipv4' ? this.#ipv4.bytes : this.#ipv6.bytes
    }
    const key = `${asker} ${loopbackAs.join('.')}`
    let listing = this.#viewpoints.get(key)
    if (listing === undefined) {
      const [oldest] = this.#viewpoints.keys()
      if (oldest !== undefined && this.#viewpoints.size >= MAX_VIEWPOINTS) this.#viewpoints.delete(oldest)
      listing = this.#make(asker, loopbackAs.slice())
    } else {
      this.#viewpoints.delete(key)
    }
    this.#viewpoints.set(key, listing)
    this.#all = [this.#ipv4, this.#ipv6, ...this.#viewpoints.values()]
    return listing.bytes
  }

  /** To be called when an image has joined the end of the order, with an IPv4 owner or another. */
  imageAppended(ofIPv4: boolean): void {
    const all = this.#all
    for (let index = 0; index < all.length; index += 1) all[index]?.imageAppended(ofIPv4)
  }

  /** To be called when an image anywhere in the order has come to have its first IPv4 owner beside others: seldom. */
  imageComesToIPv4(image: number): void {
    for (const listing of this.#all) listing.imageComesToIPv4(image)
  }

  /** To be called when an owner has joined the end of an image's owners of its kind. */
  ownerAdded(image: number, isIPv4: boolean): void {
    const all = this.#all
    for (let index = 0; index < all.length; index += 1) all[index]?.ownerAdded(image, isIPv4)
  }

  /** To be called when a holding ended; an image that is gone has lost its last. */
  holdingRemoved(holding: number): void {
    const all = this.#all
    for (let index = 0; index < all.length; index += 1) all[index]?.holdingRemoved(holding)
  }

  /** To be called when the port of some owner came to be reachable or unreachable: seldom. */
  reachabilityChanged(): void {
    for (const listing of this.#all) listing.reachabilityChanged()
  }

  #make(asker: Asker, loopbackAs: Uint8Array | undefined): DatagramListing {
    return new DatagramListing(
      asker === 'ipv6',
      loopbackAs,
      this.#images,
      this.#holdings,
      this.#registrations,
    )
  }
}
