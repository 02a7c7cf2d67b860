import { type Endpoint, formatEndpoint } from '../../protocol/endpoint.ts'

/** Owners remembered for having sent wrong bytes, at most; the oldest is forgotten first. */
const MAX_DISTRUSTED = 10_000

/** What a busy owner, one that sent wrong bytes, and we ourselves count, each more than any number of the one before. */
const DISTRUSTED = 1e6
const OWN = 1e7

/** Whom to ask first: who has least to do for us, above all nobody that sent wrong bytes, and ourselves last. */
export class OwnerRanking {
  readonly #isOwn: (owner: Endpoint) => boolean
  /** Transfers that have the owner as their first, by its address: one for each running transfer at most. */
  readonly #load = new Map<string, number>()
  readonly #distrusted = new Set<string>()

  constructor(isOwn: (owner: Endpoint) => boolean) {
    this.#isOwn = isOwn
  }

  /** How much speaks against asking an owner now. */
  rank(owner: Endpoint): number {
    const address = formatEndpoint(owner)
    const fault = this.#isOwn(owner) ? OWN : this.#distrusted.has(address) ? DISTRUSTED : 0
    return (this.#load.get(address) ?? 0) + fault
  }

  /** The owners in the order in which to ask; `chance` (from 0 to 1) mixes those that are as good as each other. */
  sorted(owners: readonly Endpoint[], chance: () => number): Endpoint[] {
    const ranked = owners.map(owner => ({ owner, rank: this.rank(owner) + chance() / 2 }))
    return ranked.sort((one, other) => one.rank - other.rank).map(({ owner }) => owner)
  }

  /** An owner has a transfer more to serve, until the function that is returned is called. */
  occupy(owner: Endpoint | undefined): () => void {
    if (owner === undefined) return () => {}
    const address = formatEndpoint(owner)
    this.#load.set(address, (this.#load.get(address) ?? 0) + 1)
    return () => {
      const left = (this.#load.get(address) ?? 1) - 1
      if (left > 0) this.#load.set(address, left)
      else this.#load.delete(address)
    }
  }

  distrust(owner: Endpoint): void {
    this.#distrusted.add(formatEndpoint(owner))
    const [oldest] = this.#distrusted
    if (this.#distrusted.size > MAX_DISTRUSTED && oldest !== undefined) this.#distrusted.delete(oldest)
  }
}
