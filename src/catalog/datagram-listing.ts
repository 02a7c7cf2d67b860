import { MAX_ENDPOINT_BYTES } from '../protocol/endpoint.ts'
import { DIGEST_HEX_BYTES, FIELD_BUFFER_BYTES, MAX_NAME_BYTES } from '../protocol/limits.ts'
import type { Holdings } from './holdings.ts'
import type { Images } from './images.ts'
import { OrderWalk } from './order-walk.ts'
import { OwnerSelection } from './owner-selection.ts'
import type { Registrations } from './registrations.ts'
import { NO_ROW } from './rows.ts'

/** Owners of one image in a listing, at most: one popular image must not fill the datagram. */
export const MAX_LISTED_OWNERS = 32

const COMMA = 0x2c
const SEMICOLON = 0x3b
const MAX_ENTRY_BYTES =
  1 + DIGEST_HEX_BYTES + 1 + MAX_NAME_BYTES + MAX_LISTED_OWNERS * (1 + MAX_ENDPOINT_BYTES)

/**
 * The answer to LST for one kind of asker, kept as bytes. It is made anew when it is asked for after a change to what
 * it shows, to the entry that no longer fitted or, while there is room, to what comes next; no other change makes work.
 * Making it takes as long as the FIELD_BUFFER_BYTES it may hold, whatever the catalog holds.
 */
export class DatagramListing {
  readonly #showsIPv6: boolean
  readonly #loopbackAs: Uint8Array | undefined
  readonly #images: Images
  readonly #holdings: Holdings
  readonly #registrations: Registrations
  readonly #owners: OwnerSelection
  /** Room for the entry that turns out not to fit. */
  readonly #draft = new Uint8Array(FIELD_BUFFER_BYTES + MAX_ENTRY_BYTES)
  #bytes = new Uint8Array(0)
  #isStale = true
  #isComplete = true
  /** The sequence number of the image that did not fit. */
  #endSequence = 0
  /** The images in the draft, at most 91, at 45 bytes or more each, and the one that did not fit: what else may be shown. */
  readonly #shownImages = new Map<number, { readonly hasRoom: boolean; readonly hasIPv4Room: boolean }>()
  /** The holdings considered for the draft: at most 64 for each of its images. */
  readonly #consideredHoldings = new Set<number>()

  /**
   * Lists the images with an IPv4 owner and, if `showsIPv6`, the others too. `loopbackAs` stands for loopback addresses,
   * where it is given.
   */
  constructor(
    showsIPv6: boolean,
    loopbackAs: Uint8Array | undefined,
    images: Images,
    holdings: Holdings,
    registrations: Registrations,
  ) {
    this.#showsIPv6 = showsIPv6
    this.#loopbackAs = loopbackAs
    this.#images = images
    this.#holdings = holdings
    this.#registrations = registrations
    this.#owners = new OwnerSelection(images, holdings, registrations, MAX_LISTED_OWNERS)
  }

  /** The listing; empty when it shows nothing. Never written to again: a change makes another array. */
  get bytes(): Uint8Array {
    if (this.#isStale) this.#renew()
    return this.#bytes
  }

  /** See {@link Listings}; so the next ones. */
  imageAppended(ofIPv4: boolean): void {
    if (this.#isComplete && (ofIPv4 || this.#showsIPv6)) this.#isStale = true
  }

  imageComesToIPv4(image: number): void {
    if (this.#isStale || this.#showsIPv6) return
    if (this.#isComplete || this.#images.order.sequenceOf(image) < this.#endSequence) this.#isStale = true
  }

  ownerAdded(image: number, isIPv4: boolean): void {
    if (this.#isStale || !(isIPv4 || this.#showsIPv6)) return
    const shown = this.#shownImages.get(image)
    if (shown !== undefined && (shown.hasRoom || (isIPv4 && shown.hasIPv4Room))) this.#isStale = true
  }

  holdingRemoved(holding: number): void {
    if (!this.#isStale && this.#consideredHoldings.has(holding)) this.#isStale = true
  }

  reachabilityChanged(): void {
    this.#isStale = true
  }

  #renew(): void {
    this.#isStale = false
    this.#isComplete = true
    this.#shownImages.clear()
    this.#consideredHoldings.clear()
    const walk = new OrderWalk(this.#images.order, 'up', 0, !this.#showsIPv6)
    let end = 0
    for (; walk.image !== NO_ROW; walk.next()) {
      const entryStart = end
      end = this.#writeEntry(walk.image, entryStart)
      if (end > FIELD_BUFFER_BYTES) {
        this.#isComplete = false
        this.#endSequence = walk.sequence
        end = entryStart
        break
      }
    }
    this.#bytes = this.#draft.slice(0, end)
  }

  #writeEntry(image: number, at: number): number {
    let end = at
    if (at > 0) {
      this.#draft[at] = SEMICOLON
      end += 1
    }
    end = this.#images.write(image, this.#draft, end)
    const owners = this.#owners
    owners.choose(image, this.#showsIPv6)
    for (const holding of owners.considered) this.#consideredHoldings.add(holding)
    for (const holding of owners.chosen) {
      this.#draft[end] = COMMA
      const registration = this.#holdings.registration(holding)
      end = this.#registrations.writeEndpoint(registration, this.#loopbackAs, this.#draft, end + 1)
    }
    const { hasRoom, hasIPv4Room } = owners
    this.#shownImages.set(image, { hasRoom, hasIPv4Room })
    return end
  }
}
