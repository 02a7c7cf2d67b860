import { turns } from '../../base/turns.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { NO_ROW } from '../../catalog/rows.ts'
import type { ImageEntry } from '../../protocol/catalog-api.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { IndexState, ListReplacement, PeerIdentity, Refusal } from '../index-state.ts'

/** Images that are looked at, and that are dropped, between two turns of the event loop: some tenths of a millisecond each. */
const LOOKS_AT_ONCE = 1000
const DROPS_AT_ONCE = 100

/** A registration's list on its way to another. */
export class Replacement implements ListReplacement {
  readonly #state: IndexState
  readonly #catalog: Catalog
  readonly #peer: PeerIdentity
  readonly #password: string
  /** The images named so far: no more than a registration may have, or adding them is refused. */
  readonly #named = new Set<string>()

  constructor(state: IndexState, catalog: Catalog, peer: PeerIdentity, password: string) {
    this.#state = state
    this.#catalog = catalog
    this.#peer = peer
    this.#password = password
  }

  add(entries: readonly ImageEntry[]): Refusal | undefined {
    const refusal = this.#state.addImages(this.#peer, this.#password, entries)
    if (refusal === undefined) for (const { md5 } of entries) this.#named.add(md5)
    return refusal
  }

  async finish(): Promise<Refusal | undefined> {
    const held = this.#heldImages()
    let dropped: Digest[] = []
    for (let index = 0; index < held.length; index += 1) {
      const { image, sequence } = held[index] ?? { image: NO_ROW, sequence: 0 }
      if (this.#catalog.images.order.has(image, sequence)) {
        const digest = this.#catalog.images.digestOf(image)
        if (!this.#named.has(digest)) dropped.push(digest)
      }
      if (dropped.length < DROPS_AT_ONCE && (index + 1) % LOOKS_AT_ONCE !== 0) continue
      const refusal = this.#drop(dropped)
      if (refusal !== undefined) return refusal
      dropped = []
      await turns.next()
    }
    return this.#drop(dropped)
  }

  #drop(digests: readonly Digest[]): Refusal | undefined {
    const refusal = this.#state.removeImages(this.#peer, this.#password, digests)
    this.#state.commit()
    return refusal
  }

  /** What the registration holds now: rows with their sequence numbers, by which it is seen later whether they still stand. */
  #heldImages(): readonly { readonly image: number; readonly sequence: number }[] {
    const { registrations, holdings, images } = this.#catalog
    const registration = registrations.find(this.#peer.address, 0, this.#peer.port)
    const held: { image: number; sequence: number }[] = []
    if (registration === NO_ROW) return held
    let holding = registrations.firstHolding(registration)
    while (holding !== NO_ROW) {
      const image = holdings.image(holding)
      held.push({ image, sequence: images.order.sequenceOf(image) })
      holding = holdings.nextOfRegistration(holding)
    }
    return held
  }
}
