import type { Images } from './images.ts'
import { NO_ROW, Rows } from './rows.ts'

/** Fields of a holding's row, in words. */
const IMAGE = 0
const REGISTRATION = 1
const PREVIOUS_OWNER = 2
const NEXT_OWNER = 3
const NEXT_OF_REGISTRATION = 4
const HOLDING_WORDS = 5

/** 320 KiB of rows at a time. */
const SEGMENT_HOLDINGS = 1 << 14

/**
 * Who holds what: a row for each image of each registration, linked twice. The owners of an image stand in two rings,
 * the IPv4 ones and the others, each in the order in which they came; any one of a hundred thousand owners leaves at the
 * same small cost. The holdings of a registration stand in the order of its list.
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

  /** The holding after `holding` in its registration's list, or NO_ROW. */
  nextOfRegistration(holding: number): number {
    return this.#rows.get(holding, NEXT_OF_REGISTRATION)
  }

  /** Writes nothing where the link stands already: a list that stays as it is leaves its memory clean. */
  setNextOfRegistration(holding: number, next: number): void {
    if (this.#rows.get(holding, NEXT_OF_REGISTRATION) !== next) {
      this.#rows.set(holding, NEXT_OF_REGISTRATION, next)
    }
  }

  /** The owner of the same image, IPv4 or not, who came after `holding`, or NO_ROW. */
  nextOwner(holding: number, ofIPv4: boolean): number {
    const next = this.#rows.get(holding, NEXT_OWNER)
    return next === this.#images.firstOwner(this.image(holding), ofIPv4) ? NO_ROW : next
  }

  /** True when nobody else holds the image of `holding`. */
  isOnlyOne(holding: number): boolean {
    if (this.#rows.get(holding, NEXT_OWNER) !== holding) return false
    const image = this.image(holding)
    return this.#images.firstOwner(image, true) === NO_ROW || this.#images.firstOwner(image, false) === NO_ROW
  }

  /** Adds a holding, last among the owners of its image; in its registration's list it stands nowhere yet. */
  add(image: number, registration: number, ofIPv4: boolean): number {
    const holding = this.#rows.allocate()
    this.#rows.set(holding, IMAGE, image)
    this.#rows.set(holding, REGISTRATION, registration)
    this.#rows.set(holding, NEXT_OF_REGISTRATION, NO_ROW)
    const first = this.#images.firstOwner(image, ofIPv4)
    if (first === NO_ROW) {
      this.#rows.set(holding, PREVIOUS_OWNER, holding)
      this.#rows.set(holding, NEXT_OWNER, holding)
      this.#images.setFirstOwner(image, ofIPv4, holding)
    } else {
      const last = this.#rows.get(first, PREVIOUS_OWNER)
      this.#rows.set(holding, PREVIOUS_OWNER, last)
      this.#rows.set(holding, NEXT_OWNER, first)
      this.#rows.set(last, NEXT_OWNER, holding)
      this.#rows.set(first, PREVIOUS_OWNER, holding)
    }
    this.#count += 1
    return holding
  }

  /** Removes a holding from the owners of its image; its registration's list is the caller's to relink. */
  remove(holding: number, ofIPv4: boolean): void {
    const image = this.image(holding)
    const next = this.#rows.get(holding, NEXT_OWNER)
    if (next === holding) {
      this.#images.setFirstOwner(image, ofIPv4, NO_ROW)
    } else {
      const previous = this.#rows.get(holding, PREVIOUS_OWNER)
      this.#rows.set(previous, NEXT_OWNER, next)
      this.#rows.set(next, PREVIOUS_OWNER, previous)
      if (this.#images.firstOwner(image, ofIPv4) === holding) this.#images.setFirstOwner(image, ofIPv4, next)
    }
    this.#rows.free(holding)
    this.#count -= 1
  }
}
