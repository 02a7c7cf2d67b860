import { DEFAULT_PAGE_ENTRIES, type ImageQuery } from '../../protocol/catalog-api.ts'
import { CHUNK_PLACES, imageInPlaces } from '../image-order.ts'
import type { Images } from '../images.ts'
import { NO_ROW } from '../rows.ts'
import { ImageFilter } from './image-filter.ts'
import { NameFolder } from './name-folding.ts'
import { BLOCK_PLACES, NameSignatures } from './name-signatures.ts'
import { decodeCursor, encodeCursor, SORTED_NAME_BYTES, type Sort, type SortPlace } from './page-cursor.ts'
import { type PlacedImage, SortedPage } from './sorted-page.ts'

/** What a finished search found. */
export interface FoundPage {
  /** Rows of images, in the order of the query's sort. */
  readonly images: readonly number[]
  /** The cursor of the page after this one; absent on the last. */
  readonly next: string | undefined
}

/** What searching takes along from one query to the next. */
export class ImageSearches {
  readonly #images: Images
  readonly #folder: NameFolder
  readonly #signatures: NameSignatures

  constructor(images: Images) {
    this.#images = images
    this.#folder = new NameFolder(images)
    this.#signatures = new NameSignatures(images.order, this.#folder)
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#signatures.capacityBytes
  }

  /** Begins a search; `undefined` when the query's cursor is none of such a listing. */
  begin(query: ImageQuery): ImageSearch | undefined {
    const { sort = 'newest', cursor } = query
    const after = cursor === undefined ? undefined : decodeCursor(sort, cursor)
    if (cursor !== undefined && after === undefined) return undefined
    return new ImageSearch(this.#images, this.#folder, this.#signatures, query, after)
  }
}

/**
 * One page of a listing on its way. It is worked out in steps, between which the catalog may change: an image that is there
 * from the first step to the last is found, one that goes is not, one that comes may be. From page to page each image
 * comes at most once, and one that stays as it is exactly once: it keeps its sequence number.
 */
export class ImageSearch {
  readonly #images: Images
  readonly #folder: NameFolder
  readonly #signatures: NameSignatures
  readonly #filter: ImageFilter
  readonly #sort: Sort
  readonly #limit: number
  /** One more than the page holds: whether there is a page after it. */
  readonly #page: SortedPage
  readonly #newest: PlacedImage[] = []
  /** The sequence number from which to go on, downwards. */
  #from: number
  #isFinished = false

  constructor(
    images: Images,
    folder: NameFolder,
    signatures: NameSignatures,
    query: ImageQuery,
    after: SortPlace | undefined,
  ) {
    this.#images = images
    this.#folder = folder
    this.#signatures = signatures
    this.#filter = new ImageFilter(query)
    this.#sort = query.sort ?? 'newest'
    this.#limit = query.limit ?? DEFAULT_PAGE_ENTRIES
    this.#page = new SortedPage(this.#limit + 1, after)
    this.#from = this.#sort === 'newest' && after !== undefined ? after.sequence - 1 : Number.MAX_SAFE_INTEGER
  }

  /**
   * Goes on until `effort` names or filters were looked at, some 0.1 microseconds each, and the chunk begun with them; true
   * when it is finished.
   */
  step(effort: number): boolean {
    const { order } = this.#images
    const { bits } = this.#filter
    let left = effort
    let ordinal = order.ordinalOf(this.#from)
    let isFirst = true
    for (; ordinal >= 0 && left > 0 && !this.#isFinished; ordinal -= 1) {
      const chunk = order.chunkAt(ordinal)
      if (bits.length > 0) left -= this.#signatures.update(chunk)
      let place = order.placesIn(chunk) - 1
      if (isFirst) while (place >= 0 && order.sequenceAt(chunk, place) > this.#from) place -= 1
      isFirst = false
      left -= this.#searchChunk(chunk, place)
    }
    if (ordinal < 0) this.#isFinished = true
    return this.#isFinished
  }

  /** Searches a chunk from `from` downwards, and answers how much effort that took. */
  #searchChunk(chunk: number, from: number): number {
    const { order } = this.#images
    const { bits } = this.#filter
    const places = order.placesOf(chunk)
    // Passing over all blocks of a chunk takes about as long as looking at eight names.
    let effort = CHUNK_PLACES / BLOCK_PLACES / 8
    let place = from
    while (place >= 0 && !this.#isFinished) {
      place = this.#signatures.lastCandidate(chunk, place, bits)
      const blockStart = place - (place % BLOCK_PLACES)
      for (; place >= blockStart && place >= 0 && !this.#isFinished; place -= 1) {
        const image = imageInPlaces(places, place)
        if (image === NO_ROW) continue
        effort += 1
        if (this.#filter.takes(image, this.#images, this.#folder)) {
          this.#take(image, order.sequenceAt(chunk, place))
        }
      }
    }
    this.#from = order.sequenceAt(chunk, Math.max(0, place + 1)) - 1
    return effort
  }

  /** The page, once {@link step} said that it is finished. */
  get found(): FoundPage {
    const placed = this.#sort === 'newest' ? this.#newest : this.#page.images
    const shown = placed.slice(0, this.#limit)
    const last = shown.at(-1)
    const hasMore = placed.length > this.#limit && last !== undefined
    return {
      images: shown
        .filter(({ image, sequence }) => this.#images.order.has(image, sequence))
        .map(({ image }) => image),
      next: hasMore ? encodeCursor(this.#sort, last) : undefined,
    }
  }

  #take(image: number, sequence: number): void {
    switch (this.#sort) {
      case 'newest':
        this.#newest.push({ image, sequence })
        if (this.#newest.length > this.#limit) this.#isFinished = true
        return
      case 'name': {
        this.#folder.take(image)
        const { bytes, length } = this.#folder
        const nameBytes = Math.min(length, SORTED_NAME_BYTES)
        if (this.#page.isNameBeyond(bytes, nameBytes)) return
        const placed = { image, sequence, name: bytes.slice(0, nameBytes) }
        if (this.#page.wants(placed)) this.#page.add(placed)
        return
      }
      case 'size': {
        const details = this.#images.detailsOf(image)
        this.#takeNumber(image, sequence, details === NO_ROW ? -1 : this.#images.details.bytes(details))
        return
      }
      case 'owners':
        this.#takeNumber(image, sequence, this.#images.ownerCount(image))
        return
      default:
        this.#sort satisfies never
    }
  }

  #takeNumber(image: number, sequence: number, number: number): void {
    if (this.#page.isBeyond(number, sequence)) return
    const placed = { image, sequence, number }
    if (this.#page.wants(placed)) this.#page.add(placed)
  }
}
