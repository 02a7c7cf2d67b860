import type { Holdings } from './holdings.ts'
import type { Images } from './images.ts'
import type { Registrations } from './registrations.ts'
import { NO_ROW } from './rows.ts'

/** Owners of an image that are looked at, at most, for those to show: an image that everybody has must not take long. */
const MAX_CONSIDERED_OWNERS = 64

/**
 * Which owners of an image are shown: those that can be reached before those that could not, among each the IPv4 ones
 * before the others, and among these the ones that came first. One instance serves one image after another.
 */
export class OwnerSelection {
  readonly #images: Images
  readonly #holdings: Holdings
  readonly #registrations: Registrations
  readonly #most: number
  readonly #considered: number[] = []
  readonly #unreachable: number[] = []
  #chosen: number[] = []
  #hasRoom = false
  #hasIPv4Room = false

  /** Chooses at most `most` owners, fewer than {@link MAX_CONSIDERED_OWNERS}. */
  constructor(images: Images, holdings: Holdings, registrations: Registrations, most: number) {
    this.#images = images
    this.#holdings = holdings
    this.#registrations = registrations
    this.#most = most
  }

  /** The holdings of the owners chosen last, in the order in which they are shown. */
  get chosen(): readonly number[] {
    return this.#chosen
  }

  /** The holdings that were looked at for it. */
  get considered(): readonly number[] {
    return this.#considered
  }

  /** Whether a further owner would be shown; and whether an IPv4 one would. */
  get hasRoom(): boolean {
    return this.#hasRoom
  }

  get hasIPv4Room(): boolean {
    return this.#hasIPv4Room
  }

  /** Chooses among the IPv4 owners of `image` and, if `withIPv6`, the others. */
  choose(image: number, withIPv6: boolean): void {
    this.#considered.length = 0
    this.#unreachable.length = 0
    this.#chosen = []
    this.#consider(image, true)
    // Unreachable ones may give way to a reachable one that comes.
    const reachableIPv4 = this.#chosen.length
    if (withIPv6) this.#consider(image, false)
    this.#hasIPv4Room = reachableIPv4 < this.#most
    this.#hasRoom = this.#chosen.length < this.#most
    for (const holding of this.#unreachable) {
      if (this.#chosen.length === this.#most) break
      this.#chosen.push(holding)
    }
  }

  #consider(image: number, ofIPv4: boolean): void {
    let holding = this.#images.firstOwner(image, ofIPv4)
    while (
      holding !== NO_ROW &&
      this.#chosen.length < this.#most &&
      this.#considered.length < MAX_CONSIDERED_OWNERS
    ) {
      this.#considered.push(holding)
      const isUnreachable = this.#registrations.isUnreachable(this.#holdings.registration(holding))
      if (isUnreachable) this.#unreachable.push(holding)
      else this.#chosen.push(holding)
      holding = this.#holdings.nextOwner(holding, ofIPv4)
    }
  }
}
