import type { DatedImage } from '../peer/library/image-file.ts'
import type { Peer } from '../peer/peer.ts'
import type { Digest } from '../protocol/digest.ts'

/** Milliseconds for which a list is shown although the folder changed: a large one takes long to read and to sort. */
const SHOWN_MS = 1000

/** The shared pictures, newest first, as a list that is read again only when they changed. */
export class GuestPictures {
  readonly #peer: Pick<Peer, 'revision' | 'sharedImages'>
  readonly #now: () => number
  #revision = -1
  #readAtMs = Number.NEGATIVE_INFINITY
  #list: readonly DatedImage[] = []
  /** Place in the list by digest. */
  #places: ReadonlyMap<Digest, number> = new Map()

  constructor(peer: Pick<Peer, 'revision' | 'sharedImages'>, now: () => number) {
    this.#peer = peer
    this.#now = now
  }

  /** Of the list as it is shown. */
  get revision(): number {
    this.#renew()
    return this.#revision
  }

  get list(): readonly DatedImage[] {
    this.#renew()
    return this.#list
  }

  /** Where a picture stands in the list, from 0; `undefined` where it is not shared. */
  placeOf(digest: Digest): number | undefined {
    this.#renew()
    return this.#places.get(digest)
  }

  #renew(): void {
    const { revision } = this.#peer
    if (revision === this.#revision || this.#now() - this.#readAtMs < SHOWN_MS) return
    this.#list = this.#peer.sharedImages()
    this.#places = new Map(this.#list.map(({ digest }, place) => [digest, place]))
    this.#revision = revision
    this.#readAtMs = this.#now()
  }
}
