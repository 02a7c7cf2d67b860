import { type ImageQuery, MAX_PAGE_ENTRIES } from '../protocol/catalog-api.ts'
import type { Digest } from '../protocol/digest.ts'
import type { CatalogNews } from './catalog-client.ts'
import { type CatalogImage, imageFromCatalog, imageFromListing } from './catalog-image.ts'
import { type QueryPart, queryListing } from './listing-query.ts'
import { type ServerConnection, unlessUnavailable } from './server-connection.ts'

/** One page of what is in the network. */
export interface CatalogPage {
  readonly images: readonly CatalogImage[]
  /** The cursor of the page after this one; `undefined` on the last. */
  readonly next: string | undefined
  /** Images that fit the query, where it asked for that and the server tells. */
  readonly total?: number
  /** Entries of the answer that could not be read. */
  readonly unreadable: number
  /** True where the server has no more room for what it lists, so that there may be more images. */
  readonly mayBeCut: boolean
  /** Parts of the query that this server cannot be asked: the page is not restricted, or not in order, by them. */
  readonly notApplied: readonly QueryPart[]
}

/**
 * What is in the network, as one index server knows it: by the catalog API where there is one, else by LST, whose one
 * datagram is searched and sorted here as far as it goes.
 */
export class ServerCatalog {
  readonly #connection: ServerConnection

  constructor(connection: ServerConnection) {
    this.#connection = connection
  }

  /**
   * One page. Where no order and no likeness is asked for and all fits on one page, images stand in the order in which they
   * came, as in a LST; over several pages the newest come first. Rejects with a failure of either client.
   */
  async page(query: ImageQuery, signal: AbortSignal): Promise<CatalogPage> {
    const page = await this.#askCatalog(query, signal)
    if (page === undefined) return this.#listed(query, signal)
    const { next, total } = page
    const images = page.images.map(imageFromCatalog).filter(image => image !== undefined)
    const isWhole = query.cursor === undefined && next === undefined
    if (query.sort === undefined && query.like === undefined && isWhole) images.reverse()
    const unreadable = page.images.length - images.length
    const counted = total === undefined ? {} : { total }
    return { images, next, ...counted, unreadable, mayBeCut: false, notApplied: [] }
  }

  /** All pages from the query's first one on, each asked for when the one before was taken. */
  async *pages(query: ImageQuery, signal: AbortSignal): AsyncGenerator<CatalogPage, void> {
    const first = await this.page(query, signal)
    yield first
    if (first.next === undefined) return
    for await (const page of this.#connection.catalog.pages(
      { ...query, cursor: first.next, offset: 0 },
      signal,
    )) {
      const images = page.images.map(imageFromCatalog).filter(image => image !== undefined)
      const unreadable = page.images.length - images.length
      yield { images, next: page.next, unreadable, mayBeCut: false, notApplied: [] }
    }
  }

  /** One image; `undefined` where nobody has it, or a listing that is cut does not show it. */
  async image(digest: Digest, signal: AbortSignal): Promise<CatalogImage | undefined> {
    const answer = await this.#connection
      .tryCatalog(async catalog => ({ image: await catalog.image(digest, signal) }))
      .catch(unlessUnavailable)
    if (answer !== undefined) return answer.image === undefined ? undefined : imageFromCatalog(answer.image)
    const { images } = await this.#connection.datagrams.list(signal)
    const image = images.find(one => one.digest === digest)
    return image === undefined ? undefined : imageFromListing(image)
  }

  /**
   * What comes and goes in the network from now on, until the stream ends or `signal` aborts; `undefined` where the server
   * does not tell it, at all or at this moment.
   */
  async changes(signal: AbortSignal): Promise<AsyncGenerator<CatalogNews, void> | undefined> {
    try {
      return await this.#connection.tryCatalog(catalog => catalog.changes(signal))
    } catch (error) {
      if (signal.aborted) throw error
      return undefined
    }
  }

  /** Images in the network; `undefined` where the server does not say. */
  async imageCount(signal: AbortSignal): Promise<number | undefined> {
    const counts = await this.#connection
      .tryCatalog(catalog => catalog.counts(signal))
      .catch(unlessUnavailable)
    return counts?.images
  }

  /** `undefined` where only a LST is left. */
  async #askCatalog(query: ImageQuery, signal: AbortSignal) {
    const ask = this.#connection.tryCatalog(catalog => catalog.page(query, signal))
    // A page in the middle cannot be told from a LST.
    return query.cursor === undefined ? ask.catch(unlessUnavailable) : ask
  }

  async #listed(query: ImageQuery, signal: AbortSignal): Promise<CatalogPage> {
    const { images, unreadable, mayBeCut } = await this.#connection.datagrams.list(signal)
    const queried = queryListing(images.map(imageFromListing), query)
    const counted = query.count === undefined ? {} : { total: queried.images.length }
    const shown = queried.images.slice(query.offset ?? 0)
    return { ...queried, images: shown, next: undefined, ...counted, unreadable, mayBeCut }
  }
}

/** Images asked for at a time where every page is read. */
export const WHOLE_PAGE: number = MAX_PAGE_ENTRIES
