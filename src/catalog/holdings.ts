import type { Images } from './images.ts'
import { NO_ROW, Rows } from './rows.ts'

/** Fields of a holding's row, in words. */
const IMAGE = 0
const REGISTRATION = 1
const PREVIOUS_OWNER = 2
const NEXT_OWNER = 3
const PREVIOUS_OF_REGISTRATION = 4
const NEXT_OF_REGISTRATION = 5
const HOLDING_WORDS = 6

/** 384 KiB of rows at a time. */
const SEGMENT_HOLDINGS = 1 << 14

/**
 * Who holds what: a row for each image of each registration, linked twice. The owners of an image stand in two rings,
 * the IPv4 ones and the others, each in the order in which they came; any one of a hundred thousand owners leaves at the
 * same small cost. So does any holding of its registration, whose holdings stand in no order.
 */
export class Holdings {
  readonly #rows = new Rows(HOLDING_WORDS, SEGMENT_HOLDINGS)
  readonly #images: Images
  #count = 0

  constructor(images: Images) {
    this.#images = images
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#rows.capacityBytes
  }

  image(holding: number): number {
    return this.#rows.get(holding, IMAGE)
  }

  registration(holding: number): number {
    return this.#rows.get(holding, REGISTRATION)
  }

  /** The next of the holdings of the same registration, or NO_ROW. */
  nextOfRegistration(holding: number): number {
    return this.#rows.get(holding, NEXT_OF_REGISTRATION)
  }

  /** The owner of the same image, IPv4 or not, who came after `holding`, or NO_ROW. */
  nextOwner(holding: number, ofIPv4: boolean): number {
    const next = this.#rows.get(holding, NEXT_OWNER)
    return next === this.#images.firstOwner(this.image(holding), ofIPv4) ? NO_ROW : next
  }

  /** True when nobody else holds the image of `holding`. */
  isOnlyOne(holding: number): boolean {
    return this.#images.ownerCount(this.image(holding)) === 1
  }

  /**
   * The holding of `image` that is `registration`'s, or NO_ROW; `undefined` when it is not among the first `most` owners
   * and there are more.
   */
  find(image: number, registration: number, ofIPv4: boolean, most: number): number | undefined {
    let holding = this.#images.firstOwner(image, ofIPv4)
    for (let looked = 0; holding !== NO_ROW; looked += 1) {
      if (this.registration(holding) === registration) return holding
      if (looked === most) return undefined
      holding = this.nextOwner(holding, ofIPv4)
    }
    return NO_ROW
  }

  /** Adds a holding, last among the owners of its image. `firstOfRegistration` is that of its registration's, or NO_ROW. */
  add(image: number, registration: number, ofIPv4: boolean, firstOfRegistration: number): number {
    const holding = this.#rows.allocate()
    const row = this.#rows.segment(holding)
    const at = this.#rows.offset(holding)
    row[at + IMAGE] = image
    row[at + REGISTRATION] = registration
    row[at + PREVIOUS_OF_REGISTRATION] = NO_ROW
    row[at + NEXT_OF_REGISTRATION] = firstOfRegistration
    if (firstOfRegistration !== NO_ROW) {
      this.#rows.set(firstOfRegistration, PREVIOUS_OF_REGISTRATION, holding)
    }
    const first = this.#images.firstOwner(image, ofIPv4)
    if (first === NO_ROW) {
      row[at + PREVIOUS_OWNER] = holding
      row[at + NEXT_OWNER] = holding
      this.#images.setFirstOwner(image, ofIPv4, holding)
    } else {
      const last = this.#rows.get(first, PREVIOUS_OWNER)
      row[at + PREVIOUS_OWNER] = last
      row[at + NEXT_OWNER] = first
      this.#rows.set(last, NEXT_OWNER, holding)
      this.#rows.set(first, PREVIOUS_OWNER, holding)
    }
    this.#images.changeOwnerCount(image, 1)
    this.#count += 1
    return holding
  }

  /** Removes a holding. `firstOfRegistration` is that of its registration's; answers which is then. */
  remove(holding: number, ofIPv4: boolean, firstOfRegistration: number): number {
    const row = this.#rows.segment(holding)
    const at = this.#rows.offset(holding)
    const image = row[at + IMAGE] ?? NO_ROW
    const before = row[at + PREVIOUS_OF_REGISTRATION] ?? NO_ROW
    const after = row[at + NEXT_OF_REGISTRATION] ?? NO_ROW
    if (before !== NO_ROW) this.#rows.set(before, NEXT_OF_REGISTRATION, after)
    if (after !== NO_ROW) this.#rows.set(after, PREVIOUS_OF_REGISTRATION, before)
    const next = row[at + NEXT_OWNER] ?? NO_ROW
    if (next === holding) {
      this.#images.setFirstOwner(image, ofIPv4, NO_ROW)
    } else {
      const previous = row[at + PREVIOUS_OWNER] ?? NO_ROW
      this.#rows.set(previous, NEXT_OWNER, next)
      this.#rows.set(next, PREVIOUS_OWNER, previous)
      if (this.#images.firstOwner(image, ofIPv4) === holding) this.#images.setFirstOwner(image, ofIPv4, next)
    }
    this.#images.changeOwnerCount(image, -1)
    this.#rows.free(holding)
    this.#count -= 1
    return holding === firstOfRegistration ? after : firstOfRegistration
  }
}
