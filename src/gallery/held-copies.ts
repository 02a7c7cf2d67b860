import { monotonicMs } from '../base/clock.ts'
import { type Comparable, NearCopyFinder, pixelsBeside } from '../peer/likeness/near-copies.ts'
import type { Peer } from '../peer/peer.ts'
import type { Digest } from '../protocol/digest.ts'
import type { ImageDetails } from '../protocol/image-details.ts'
import type { Picture } from './gallery-shapes.ts'

/**
 * Pictures of the folder that are compared, at most, those first whose files changed last: a page of 400 is held against
 * them in some 60 ms.
 */
const MAX_COMPARED = 20_000

/** Pictures that are not shared, of those at most: one page of what the folder holds. */
const MAX_UNSHARED = 500

/** Pictures that were met in the network and that the folder holds, at most: beyond, those that were met before are forgotten. */
const MAX_MET = 1000

/** The folder is looked through again at the soonest after so many times what it took last, so that it takes 2 % of the time. */
const PAUSES = 50

interface MetPicture {
  readonly digest: Digest
  readonly details: ImageDetails
}

/**
 * Tells of which pictures the folder holds a near copy: by how the folder's own pictures look, which takes a while to be
 * known of new ones, and by what the network tells of those that it has too.
 */
export class HeldCopies {
  readonly #peer: Pick<Peer, 'sharedImages' | 'revision' | 'own' | 'has'>
  readonly #met = new Set<Digest>()
  #metFinder = new NearCopyFinder<MetPicture>()
  #finder = new NearCopyFinder<Comparable>()
  #revision = -1
  #nextMs = 0

  constructor(peer: Pick<Peer, 'sharedImages' | 'revision' | 'own' | 'has'>) {
    this.#peer = peer
  }

  /** How many pixels the near copy has that the folder holds, beside the picture's; `undefined` where it holds none. */
  copyOf(image: Comparable): Picture['copyHeld'] {
    this.#lookAgain()
    const met = this.#metFinder.nearest(image)
    const held = met !== undefined && this.#peer.has(met.digest) ? met : this.#finder.nearest(image)
    return held && pixelsBeside(held, image)
  }

  /** The folder holds this picture, which the network told of. */
  meet({ digest, details }: MetPicture): void {
    if (details.likeness === undefined || this.#met.has(digest)) return
    if (this.#met.size >= MAX_MET) {
      this.#met.clear()
      this.#metFinder = new NearCopyFinder()
    }
    this.#met.add(digest)
    this.#metFinder.add({ details }, { digest, details })
  }

  /** Takes over what the folder holds now, where it changed. */
  #lookAgain(): void {
    const { revision } = this.#peer
    const begunMs = monotonicMs()
    if (revision === this.#revision || begunMs < this.#nextMs) return
    this.#revision = revision
    const finder = new NearCopyFinder<Comparable>()
    const unshared = this.#peer.own({ limit: MAX_UNSHARED, isShared: false }).pictures
    for (const { details } of [...unshared, ...this.#peer.sharedImages()].slice(0, MAX_COMPARED)) {
      if (details !== undefined) finder.add({ details }, { details })
    }
    this.#finder = finder
    this.#nextMs = monotonicMs() + PAUSES * (monotonicMs() - begunMs)
  }
}
