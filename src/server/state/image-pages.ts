import { turns } from '../../base/turns.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { OwnerIdentity } from '../../catalog/search/owned-images.ts'
import type { Image, ImagePage, ImageQuery } from '../../protocol/catalog-api.ts'
import { parseEndpoint } from '../../protocol/endpoint.ts'
import { ADDRESS_BYTES, writeAddress } from '../../protocol/ip-address.ts'
import type { Viewpoint } from '../index-state.ts'
import type { ImageView } from './image-view.ts'

/** Nanoseconds of a search between two turns of the event loop: a datagram waits for it no longer than for a batch of others. */
const STEP_NANOSECONDS = 100_000

/** Images of a page that are put into words between two turns: some 0.3 milliseconds. */
const IMAGES_AT_ONCE = 100

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
    const search = this.#catalog.searches.begin(query, ownersMeant(query.owner, viewpoint))
    if (search === undefined) return undefined
    if (this.#underWay >= SEARCHES_AT_ONCE) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#underWay += 1
    try {
      signal.throwIfAborted()
      while (!search.step(STEP_NANOSECONDS)) {
        await turns.next()
        signal.throwIfAborted()
      }
      const { images: found, next, total } = search.found
      const images: Image[] = []
      for (let at = 0; at < found.length; at += IMAGES_AT_ONCE) {
        if (at > 0) await turns.next()
        signal.throwIfAborted()
        for (const { image, sequence } of found.slice(at, at + IMAGES_AT_ONCE)) {
          if (this.#catalog.images.order.has(image, sequence)) images.push(this.#view.of(image, viewpoint))
        }
      }
      return { images, ...(next !== undefined && { next }), ...(total !== undefined && { total }) }
    } finally {
      const first = this.#waiting.shift()
      if (first === undefined) this.#underWay -= 1
      else first()
    }
  }
}

const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'].map(bytesOf)

/** Whom an owner's address means to somebody who asks from `viewpoint`; nobody, where it is none. */
function ownersMeant(owner: string | undefined, { loopbackAs }: Viewpoint): OwnerIdentity[] | undefined {
  if (owner === undefined) return undefined
  const endpoint = parseEndpoint(owner)
  if (endpoint === undefined) return []
  const { port } = endpoint
  const address = bytesOf(endpoint.address)
  const isThisMachine = loopbackAs !== undefined && Buffer.compare(loopbackAs, address) === 0
  return [address, ...(isThisMachine ? LOOPBACK_ADDRESSES : [])].map(one => ({ address: one, port }))
}

function bytesOf(address: string): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BYTES)
  writeAddress(address, bytes)
  return bytes
}
