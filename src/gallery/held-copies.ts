import { monotonicMs } from '../base/clock.ts'
import { type Comparable, NearCopyFinder, pixelsBeside } from '../peer/likeness/near-copies.ts'
import type { Peer } from '../peer/peer.ts'
import type { Picture } from './gallery-shapes.ts'

/**
 * Pictures of the folder that are compared, at most, those first whose files changed last: a page of 400 is held against
 * them in some 60 ms.
 */
const MAX_COMPARED = 20_000

/** Pictures that are not shared, of those at most: one page of what the folder holds. */
const MAX_UNSHARED = 500

/** The folder is looked through again at the soonest after so many times what it took last, so that it takes 2 % of the time. */
const PAUSES = 50

/** Tells of which pictures the folder holds a near copy. */
export class HeldCopies {
  readonly #peer: Pick<Peer, 'sharedImages' | 'revision' | 'own'>
  #finder = new NearCopyFinder<Comparable>()
  #revision = -1
  #nextMs = 0

  constructor(peer: Pick<Peer, 'sharedImages' | 'revision' | 'own'>) {
    this.#peer = peer
  }

  /** How many pixels the near copy has that the folder holds, beside the picture's; `undefined` where it holds none. */
  copyOf(image: Comparable): Picture['copyHeld'] {
    this.#lookAgain()
    const held = this.#finder.nearest(image)
    return held && pixelsBeside(held, image)
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
