import { turns } from '../../base/turns.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { ImagePage, ImageQuery } from '../../protocol/catalog-api.ts'
import type { Viewpoint } from '../index-state.ts'
import type { ImageView } from './image-view.ts'

/** Nanoseconds of a search between two turns of the event loop: a datagram waits for it no longer than for a batch of others. */
const STEP_NANOSECONDS = 100_000

/** Searches that are worked on at a time; further ones wait their turn, so that each comes to its end soon. */
const SEARCHES_AT_ONCE = 2

/** Pages of listings, worked out in slices between which the server goes on. */
export class ImagePages {
  readonly #catalog: Catalog
  readonly #view: ImageView
  readonly #waiting: (() => void)[] = []
  #underWay = 0

  constructor(catalog: Catalog, view: ImageView) {
    this.#catalog = catalog
    this.#view = view
  }

  /** See `IndexState.page`. Whoever asks bounds how many wait here. */
  async page(query: ImageQuery, viewpoint: Viewpoint, signal: AbortSignal): Promise<ImagePage | undefined> {
    const search = this.#catalog.searches.begin(query)
    if (search === undefined) return undefined
    if (this.#underWay >= SEARCHES_AT_ONCE) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#underWay += 1
    try {
      signal.throwIfAborted()
      while (!search.step(STEP_NANOSECONDS)) {
        await turns.next()
        signal.throwIfAborted()
      }
      const { images, next } = search.found
      return {
        images: images.map(image => this.#view.of(image, viewpoint)),
        ...(next !== undefined && { next }),
      }
    } finally {
      const first = this.#waiting.shift()
      if (first === undefined) this.#underWay -= 1
      else first()
    }
  }
}
