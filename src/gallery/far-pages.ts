import { monotonicMs } from '../base/clock.ts'
import type { Peer } from '../peer/peer.ts'
import { type ImageQuery, MAX_OFFSET } from '../protocol/catalog-api.ts'

/** Listings whose far places are remembered; the oldest goes first. */
const MAX_LISTINGS = 8

/** Milliseconds for which they are: a catalog changes, and with it what stands how far from the beginning. */
const REMEMBERED_MS = 300_000

/** Where a page begins. */
type PagePlace = Pick<ImageQuery, 'cursor' | 'offset'>

interface Listing {
  readonly sinceMs: number
  /** The cursors behind every {@link MAX_OFFSET} images: at most 2,000 in the largest catalog. */
  readonly cursors: string[]
}

/**
 * Finds pages far from the beginning of a listing, which the catalog gives by cursors and with a bounded offset only: by
 * long steps that fetch one image each, and that are remembered.
 */
export class FarPages {
  readonly #peer: Pick<Peer, 'page'>
  readonly #listings = new Map<string, Listing>()

  constructor(peer: Pick<Peer, 'page'>) {
    this.#peer = peer
  }

  /** Where the page begins that stands `offset` images from the beginning; `undefined` behind the end. Rejects as {@link Peer.page}. */
  async find(query: ImageQuery, offset: number, signal: AbortSignal): Promise<PagePlace | undefined> {
    const { limit: _, cursor: __, count: ___, ...listed } = query
    const { cursors } = this.#listingOf(JSON.stringify(listed))
    const steps = Math.floor(offset / MAX_OFFSET)
    for (let step = cursors.length; step < steps; step += 1) {
      const place = placeAt(cursors, step, MAX_OFFSET - 1)
      const { next } = await this.#peer.page({ ...listed, ...place, limit: 1 }, signal)
      if (next === undefined) return undefined
      cursors[step] = next
    }
    return placeAt(cursors, steps, offset - steps * MAX_OFFSET)
  }

  #listingOf(key: string): Listing {
    const known = this.#listings.get(key)
    if (known !== undefined && monotonicMs() - known.sinceMs < REMEMBERED_MS) return known
    const made: Listing = { sinceMs: monotonicMs(), cursors: [] }
    this.#listings.delete(key)
    this.#listings.set(key, made)
    const [oldest] = this.#listings.keys()
    if (this.#listings.size > MAX_LISTINGS && oldest !== undefined) this.#listings.delete(oldest)
    return made
  }
}

function placeAt(cursors: readonly string[], step: number, offset: number): PagePlace {
  const cursor = cursors[step - 1]
  return { offset, ...(cursor === undefined ? {} : { cursor }) }
}
