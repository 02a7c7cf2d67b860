import { MAX_ENDPOINT_BYTES } from '../protocol/endpoint.ts'
import { DIGEST_HEX_BYTES, FIELD_BUFFER_BYTES, MAX_NAME_BYTES } from '../protocol/limits.ts'
import type { Holdings } from './holdings.ts'
import type { ImageOrder } from './image-order.ts'
import type { Images } from './images.ts'
import type { Registrations } from './registrations.ts'
import { NO_ROW } from './rows.ts'

/** Owners of one image in a listing, at most: one popular image must not fill the datagram. */
export const MAX_LISTED_OWNERS = 32

const COMMA = 0x2c
const SEMICOLON = 0x3b
const MAX_ENTRY_BYTES =
  1 + DIGEST_HEX_BYTES + 1 + MAX_NAME_BYTES + MAX_LISTED_OWNERS * (1 + MAX_ENDPOINT_BYTES)

/** Which owners of a shown image would be shown if they came now. */
const Room = { none: 0, ipv4: 1, any: 2 } as const
type Room = (typeof Room)[keyof typeof Room]

/**
 * The answer to LST for one kind of asker, kept as bytes. It is made anew when it is asked for after a change to what
 * it shows, to the entry that no longer fitted or, while there is room, to what comes next; no other change makes work.
 * Making it takes as long as the FIELD_BUFFER_BYTES it may hold, whatever the catalog holds.
 */
export class DatagramListing {
  readonly #order: ImageOrder
  readonly #showsIPv6: boolean
  readonly #images: Images
  readonly #holdings: Holdings
  readonly #registrations: Registrations
  /** Room for the entry that turns out not to fit. */
  readonly #draft = new Uint8Array(FIELD_BUFFER_BYTES + MAX_ENTRY_BYTES)
  #bytes = new Uint8Array(0)
  #isStale = false
  #isComplete = true
  /** The images in the draft: at most 91, at 45 bytes or more each, and the one that did not fit. */
  readonly #shownImages = new Map<number, Room>()
  /** The holdings in the draft: fewer than 500, at 10 bytes or more each, and those of the image that did not fit. */
  readonly #shownHoldings = new Set<number>()

  /** Lists the images of `order` with their IPv4 owners and, if `showsIPv6`, the others after those. */
  constructor(
    order: ImageOrder,
    showsIPv6: boolean,
    images: Images,
    holdings: Holdings,
    registrations: Registrations,
  ) {
    this.#order = order
    this.#showsIPv6 = showsIPv6
    this.#images = images
    this.#holdings = holdings
    this.#registrations = registrations
  }

  /** The listing; empty when it shows nothing. Never written to again: a change makes another array. */
  get bytes(): Uint8Array {
    if (this.#isStale) this.#renew()
    return this.#bytes
  }

  /** To be called when an image has joined the end of the order. */
  imageAppended(): void {
    if (this.#isComplete) this.#isStale = true
  }

  /** To be called when an owner has joined the end of an image's owners of its kind. */
  ownerAdded(image: number, isIPv4: boolean): void {
    if (this.#isStale || !(isIPv4 || this.#showsIPv6)) return
    const room = this.#shownImages.get(image) ?? Room.none
    if (room === Room.any || (room === Room.ipv4 && isIPv4)) this.#isStale = true
  }

  /** To be called when a holding ends; an image that is gone has lost its last. */
  holdingRemoved(holding: number): void {
    if (!this.#isStale && this.#shownHoldings.has(holding)) this.#isStale = true
  }

  #renew(): void {
    this.#isStale = false
    this.#isComplete = true
    this.#shownImages.clear()
    this.#shownHoldings.clear()
    let end = 0
    for (let image = this.#order.first; image !== NO_ROW; image = this.#order.next(image)) {
      const entryStart = end
      end = this.#writeEntry(image, entryStart)
      if (end > FIELD_BUFFER_BYTES) {
        this.#isComplete = false
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
    const shownBefore = this.#shownHoldings.size
    end = this.#writeOwners(image, true, MAX_LISTED_OWNERS, end)
    const ipv4Room = MAX_LISTED_OWNERS - (this.#shownHoldings.size - shownBefore)
    if (this.#showsIPv6) end = this.#writeOwners(image, false, ipv4Room, end)
    const room = MAX_LISTED_OWNERS - (this.#shownHoldings.size - shownBefore)
    this.#shownImages.set(image, room > 0 ? Room.any : ipv4Room > 0 ? Room.ipv4 : Room.none)
    return end
  }

  #writeOwners(image: number, ofIPv4: boolean, atMost: number, at: number): number {
    let end = at
    let left = atMost
    let holding = this.#images.firstOwner(image, ofIPv4)
    while (holding !== NO_ROW && left > 0) {
      this.#draft[end] = COMMA
      end = this.#registrations.writeEndpoint(this.#holdings.registration(holding), this.#draft, end + 1)
      this.#shownHoldings.add(holding)
      left -= 1
      holding = this.#holdings.nextOwner(holding, ofIPv4)
    }
    return end
  }
}
