import type { ChangeLog } from '../change-log.ts'
import type { Holdings } from '../holdings.ts'
import type { Images } from '../images.ts'
import type { Registrations } from '../registrations.ts'
import { NO_ROW } from '../rows.ts'

/** A peer, as its registration is found: 16 bytes of address, and its port. */
export interface OwnerIdentity {
  readonly address: Uint8Array
  readonly port: number
}

/** The columns that say who has what. */
export interface OwnerColumns {
  readonly images: Images
  readonly holdings: Holdings
  readonly registrations: Registrations
  readonly changes: ChangeLog
}

/** Nanoseconds that one holding takes, about. */
const HOLDING_NANOSECONDS = 60

/** Times that a catalog which changes meanwhile lets it begin anew; then it goes through in one step. */
const MAX_RESTARTS = 3

/** Owners of an image that are looked at to be sure that it is still the one that was gathered. */
const MAX_LOOKED_OWNERS = 64

/**
 * The images of one owner, gathered from its own holdings in steps: what an image that everybody has would cost to be asked
 * for each of its owners. As many rows as a registration has images. An owner that is not registered has none.
 */
export class OwnedImages {
  readonly #columns: OwnerColumns
  readonly #identities: readonly OwnerIdentity[]
  #owned = new Set<number>()
  /** Registrations that are still to be gone through, the holding to go on with, and the change that they stand after. */
  #registrations: number[] = []
  #all: readonly number[] = []
  #holding: number = NO_ROW
  #change: number | undefined
  #restarts = -1

  /** The peer is one of `identities`: one address may stand for another of this machine. */
  constructor(columns: OwnerColumns, identities: readonly OwnerIdentity[]) {
    this.#columns = columns
    this.#identities = identities
  }

  /** Gathers for about so many nanoseconds; true when it is through. */
  gather(nanoseconds: number): boolean {
    const { holdings, registrations, changes } = this.#columns
    if (this.#restarts >= 0 && this.#registrations.length === 0 && this.#holding === NO_ROW) return true
    if (this.#change !== changes.last) this.#restart()
    let left = this.#restarts > MAX_RESTARTS ? Number.POSITIVE_INFINITY : nanoseconds / HOLDING_NANOSECONDS
    for (; left > 0; left -= 1) {
      if (this.#holding === NO_ROW) {
        const next = this.#registrations.pop()
        if (next === undefined) return true
        this.#holding = registrations.firstHolding(next)
        continue
      }
      this.#owned.add(holdings.image(this.#holding))
      this.#holding = holdings.nextOfRegistration(this.#holding)
    }
    return false
  }

  /** True for an image that was gathered, and whose row is none of another image now. */
  has(image: number): boolean {
    if (!this.#owned.has(image)) return false
    const { holdings, registrations } = this.#columns
    return this.#all.some(
      owner => holdings.find(image, owner, registrations.isIPv4(owner), MAX_LOOKED_OWNERS) !== NO_ROW,
    )
  }

  #restart(): void {
    const { registrations, changes } = this.#columns
    this.#restarts += 1
    this.#change = changes.last
    this.#owned = new Set()
    this.#holding = NO_ROW
    const found = this.#identities.map(({ address, port }) => registrations.find(address, 0, port))
    this.#all = found.filter(registration => registration !== NO_ROW)
    this.#registrations = [...this.#all]
  }
}
