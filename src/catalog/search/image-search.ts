import { DEFAULT_PAGE_ENTRIES, type ImageQuery } from '../../protocol/catalog-api.ts'
import { ALIKE_BITS, likenessWord } from '../../protocol/likeness.ts'
import { imageInPlaces, sequenceInPlaces } from '../image-order.ts'
import type { Images } from '../images.ts'
import { distanceAt, lastAlike } from '../likenesses.ts'
import { NO_ROW } from '../rows.ts'
import { FoldedNames } from './folded-names.ts'
import { ImageFilter } from './image-filter.ts'
import { BLOCK_PLACES, NameSignatures } from './name-signatures.ts'
import { OwnedImages, type OwnerColumns, type OwnerIdentity } from './owned-images.ts'
import {
  decodeCursor,
  encodeCursor,
  SORTED_NAME_BYTES,
  type Sort,
  type SortPlace,
  sortOf,
} from './page-cursor.ts'
import { prefixNumber, SortNumbers } from './sort-numbers.ts'
import { type PlacedImage, SortedPage } from './sorted-page.ts'

/** The row of an image, and the sequence number by which it is told from others that may be in that row later. */
interface FoundImage {
  readonly image: number
  readonly sequence: number
}

/** What a finished search found. */
export interface FoundPage {
  /** In the order of the query's sort. They were there when they were found; `ImageOrder.has` says whether they still are. */
  readonly images: readonly FoundImage[]
  /** The cursor of the page after this one; absent on the last. */
  readonly next: string | undefined
  /** Images that the query wants, on whichever page; `undefined` where it does not ask for that. */
  readonly total: number | undefined
}

/** What is kept by places of the order, for every search. */
interface SearchColumns {
  readonly names: FoldedNames
  readonly signatures: NameSignatures
  /** What is sorted by. */
  readonly numbers: Readonly<Record<Exclude<Sort, 'newest' | 'likeness'>, SortNumbers>>
}

const NO_TEXT = Buffer.alloc(0)
const NO_STARTS = new Uint32Array(0)

/** What an image without a date is sorted by: below every date, and a number that a cursor holds. */
const UNDATED = Number.MIN_SAFE_INTEGER

/** What searching takes along from one query to the next. */
export class ImageSearches {
  readonly #images: Images
  readonly #owners: OwnerColumns
  readonly #columns: SearchColumns

  constructor(owners: OwnerColumns) {
    const { images } = owners
    const names = new FoldedNames(images)
    this.#images = images
    this.#owners = owners
    this.#columns = {
      names,
      signatures: new NameSignatures(images.order, names),
      numbers: {
        name: new SortNumbers(images, (_, chunk, place) => {
          const starts = names.startsOf(chunk)
          return prefixNumber(names.textOf(chunk), starts[place] ?? 0, (starts[place + 1] ?? 1) - 1)
        }),
        size: new SortNumbers(images, image => {
          const details = images.detailsOf(image)
          return details === NO_ROW ? -1 : images.details.bytes(details)
        }),
        owners: new SortNumbers(images, image => images.ownerCount(image)),
        taken: new SortNumbers(images, image => {
          const details = images.detailsOf(image)
          return (details === NO_ROW ? undefined : images.details.taken(details)) ?? UNDATED
        }),
      },
    }
  }

  /** Bytes of storage taken from the system. */
  get capacityBytes(): number {
    const { names, signatures, numbers } = this.#columns
    const columns = [names, signatures, ...Object.values(numbers)]
    return columns.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0)
  }

  /**
   * Begins a search, of the images of one owner where it is given as those whom its address may mean; `undefined` when the
   * query's cursor is none of such a listing.
   */
  begin(query: ImageQuery, owner?: readonly OwnerIdentity[]): ImageSearch | undefined {
    const { cursor } = query
    const after = cursor === undefined ? undefined : decodeCursor(sortOf(query), cursor)
    if (cursor !== undefined && after === undefined) return undefined
    const owned = owner === undefined ? undefined : new OwnedImages(this.#owners, owner)
    return new ImageSearch(this.#images, this.#columns, query, after, owned)
  }
}

/** Nanoseconds that parts of a search take, about: a step is bounded by them, and reads no clock. */
const Effort = {
  /** A chunk, whatever is done with it; its filters among that. */
  chunk: 1500,
  /** Looking for a word in all names of a chunk at once. */
  text: 1500,
  /** A place, when its name or its details are looked at. */
  place: 40,
  /** A name that is folded for the first time, with its signature. */
  folding: 600,
  /** An image that is put among those of a page. */
  placing: 500,
  /** A number that is read from an image and its details. */
  reading: 60,
  /** A likeness that is compared. */
  likeness: 6,
} as const

/**
 * One page of a listing on its way. It is worked out in steps, between which the catalog may change: an image that is there
 * from the first step to the last is found, one that goes is not, one that comes may be. From page to page each image
 * comes at most once, and one that stays as it is exactly once: it keeps its sequence number.
 */
export class ImageSearch {
  readonly #images: Images
  readonly #columns: SearchColumns
  /** What the search is sorted by; `newest` and `likeness` need none. */
  readonly #numbers: SortNumbers | undefined
  readonly #filter: ImageFilter
  readonly #owned: OwnedImages | undefined
  readonly #readsNames: boolean
  /** The words of the likeness that images are to have, or nearly. */
  readonly #like: readonly [high: number, low: number] | undefined
  readonly #sort: Sort
  readonly #limit: number
  readonly #offset: number
  /** Whether each image has to be looked at, to count those that are wanted. */
  readonly #isCounting: boolean
  /** One more than the page holds: whether there is a page after it. */
  readonly #page: SortedPage
  readonly #newest: PlacedImage[] = []
  /** The sequence number from which to go on, downwards. */
  #from: number
  #isFinished = false
  /** Images that are wanted, of those looked at; of `newest` those that were passed over. */
  #wanted = 0
  #passedOver = 0
  readonly #countedBefore: number | undefined
  #found: FoundPage | undefined
  /** Of the chunk that is searched, as far as the search reads it. */
  #text: Buffer = NO_TEXT
  #starts: Uint32Array = NO_STARTS
  #chunkNumbers: Float64Array | undefined
  #likenesses: Uint32Array = NO_STARTS
  /** Places of it whose images were looked at. */
  #looked = 0
  /** Of those, the ones put on the page. */
  #placed = 0

  constructor(
    images: Images,
    columns: SearchColumns,
    query: ImageQuery,
    after: SortPlace | undefined,
    owned: OwnedImages | undefined,
  ) {
    this.#owned = owned
    this.#images = images
    this.#columns = columns
    this.#filter = new ImageFilter(query)
    this.#sort = sortOf(query)
    this.#like = query.like === undefined ? undefined : likenessOf(query.like)
    this.#readsNames = this.#filter.hasWords || this.#sort === 'name'
    this.#numbers =
      this.#sort === 'newest' || this.#sort === 'likeness' ? undefined : columns.numbers[this.#sort]
    this.#limit = query.limit ?? DEFAULT_PAGE_ENTRIES
    this.#offset = query.offset ?? 0
    const isCounted = query.count === 'all' && after === undefined
    const isRestricted = this.#filter.isRestricting || owned !== undefined || this.#like !== undefined
    this.#isCounting = isCounted && isRestricted
    this.#countedBefore = isCounted && !isRestricted ? images.order.count : undefined
    this.#page = new SortedPage(this.#offset + this.#limit + 1, after)
    this.#from = this.#sort === 'newest' && after !== undefined ? after.sequence - 1 : Number.MAX_SAFE_INTEGER
  }

  /** Goes on for about so many nanoseconds, and to the end of the chunk begun by then; true when it is finished. */
  step(nanoseconds: number): boolean {
    if (this.#owned?.gather(nanoseconds) === false) return false
    const { order } = this.#images
    let left = nanoseconds
    let ordinal = order.ordinalOf(this.#from)
    let isFirst = true
    for (; ordinal >= 0 && left > 0 && !this.#isFinished; ordinal -= 1) {
      const chunk = order.chunkAt(ordinal)
      left -= this.#bringUpToDate(chunk)
      let place = order.placesIn(chunk) - 1
      if (isFirst) while (place >= 0 && order.sequenceAt(chunk, place) > this.#from) place -= 1
      isFirst = false
      left -= this.#searchChunk(chunk, place)
    }
    if (ordinal < 0) this.#isFinished = true
    return this.#isFinished
  }

  /** The page, once {@link step} said that it is finished. */
  get found(): FoundPage {
    this.#found ??= this.#makePage()
    return this.#found
  }

  #makePage(): FoundPage {
    const placed = this.#sort === 'newest' ? this.#newest : this.#page.takeFrom(this.#offset)
    const shown = placed.slice(0, this.#limit)
    const last = shown.at(-1)
    const hasMore = placed.length > this.#limit && last !== undefined
    const total = this.#isCounting ? this.#wanted : this.#countedBefore
    return { images: shown, next: hasMore ? encodeCursor(this.#sort, last) : undefined, total }
  }

  /** Brings what the search reads of a chunk up to date, and answers how many nanoseconds that took. */
  #bringUpToDate(chunk: number): number {
    const { names, signatures } = this.#columns
    let effort = 0
    if (this.#like !== undefined) {
      this.#likenesses = this.#images.order.likenesses.wordsOf(chunk)
      effort += (this.#likenesses.length / 2) * Effort.likeness
    }
    if (this.#readsNames) {
      effort += names.update(chunk) * Effort.folding
      this.#text = names.textOf(chunk)
      this.#starts = names.startsOf(chunk)
    }
    if (this.#filter.bits.length > 0) effort += signatures.update(chunk) * Effort.folding
    if (this.#numbers !== undefined) {
      effort += this.#numbers.update(chunk) * Effort.reading
      this.#chunkNumbers = this.#numbers.numbersOf(chunk)
    }
    return effort
  }

  /** Searches a chunk from `from` downwards, and answers how many nanoseconds that took. */
  #searchChunk(chunk: number, from: number): number {
    const { signatures } = this.#columns
    const { bits } = this.#filter
    let effort: number = Effort.chunk
    let place = from
    if (this.#filter.hasWords && bits.length === 0) {
      effort += Effort.text
      if (!this.#filter.mayTakeNameOf(this.#text)) place = -1
    }
    this.#looked = 0
    this.#placed = 0
    while (place >= 0 && !this.#isFinished) {
      if (bits.length > 0) place = signatures.lastCandidate(chunk, place, bits)
      place = this.#searchPlaces(chunk, place, bits.length > 0 ? place - (place % BLOCK_PLACES) : 0)
    }
    this.#from = this.#images.order.sequenceAt(chunk, Math.max(0, place + 1)) - 1
    return effort + this.#looked * Effort.place + this.#placed * Effort.placing
  }

  /** Searches places from `from` down to `to`, and answers the place to go on from. */
  #searchPlaces(chunk: number, from: number, to: number): number {
    const { order } = this.#images
    const places = order.placesOf(chunk)
    const firstSequence = order.firstSequenceOf(chunk)
    let place = this.#passOver(from, to)
    while (place >= to && place >= 0 && !this.#isFinished) {
      const image = imageInPlaces(places, place)
      if (image !== NO_ROW) {
        this.#looked += 1
        if (this.#wants(place, image))
          this.#take(place, image, firstSequence + sequenceInPlaces(places, place))
      }
      place = this.#passOver(place - 1, to)
    }
    return place
  }

  /**
   * The first of a chunk's places from `from` down to `to` whose image may belong to the page, by the number that it is sorted
   * by or the likeness that is asked for; below `to` where there is none.
   */
  #passOver(from: number, to: number): number {
    const numbers = this.#chunkNumbers
    if (this.#like !== undefined) return this.#passOverUnlike(from, to, this.#like)
    if (numbers === undefined || this.#isCounting) return from
    // Of two with one number the later one stands first, and all on the page are later: only names tell them apart still.
    const least = this.#page.leastNumber + (this.#sort === 'name' ? 0 : 1)
    const greatest = this.#page.greatestNumber
    let place = from
    for (; place >= to; place -= 1) {
      const number = numbers[place] ?? 0
      if (number >= least && number <= greatest) break
    }
    return place
  }

  /** The same for a likeness that is asked for, whatever the page is sorted by. */
  #passOverUnlike(from: number, to: number, [high, low]: readonly [number, number]): number {
    // Of two that differ in as many bits the later one stands first, as above.
    const isByLikeness = this.#sort === 'likeness' && !this.#isCounting
    const most = isByLikeness ? Math.min(ALIKE_BITS, -this.#page.leastNumber - 1) : ALIKE_BITS
    return lastAlike(this.#likenesses, from, to, high, low, most)
  }

  /** Whether the query wants an image, wherever it stands. */
  #wants(place: number, image: number): boolean {
    if (this.#filter.hasWords) {
      const start = this.#starts[place] ?? 0
      const end = (this.#starts[place + 1] ?? 1) - 1
      if (!this.#filter.takesName(this.#text, start, end)) return false
    }
    return this.#filter.takesDetails(image, this.#images) && (this.#owned?.has(image) ?? true)
  }

  /** Puts an image that the query wants on the page, if that is where it stands. */
  #take(place: number, image: number, sequence: number): void {
    this.#wanted += 1
    if (this.#sort === 'newest') {
      if (this.#passedOver < this.#offset) this.#passedOver += 1
      else if (this.#newest.length <= this.#limit) this.#newest.push({ image, number: 0, sequence })
      if (this.#newest.length > this.#limit && !this.#isCounting) this.#isFinished = true
      return
    }
    const number = this.#numberAt(place)
    const placed =
      this.#sort === 'name'
        ? { image, number, sequence, name: this.#sortedName(place) }
        : { image, number, sequence }
    if (!this.#page.wants(placed)) return
    this.#page.add(placed)
    this.#placed += 1
  }

  #numberAt(place: number): number {
    if (this.#sort !== 'likeness' || this.#like === undefined) return this.#chunkNumbers?.[place] ?? 0
    return -distanceAt(this.#likenesses, place, ...this.#like)
  }

  /** A copy: the text of a chunk is made anew when the chunk changes. */
  #sortedName(place: number): Uint8Array {
    const start = this.#starts[place] ?? 0
    const end = Math.min((this.#starts[place + 1] ?? 1) - 1, start + SORTED_NAME_BYTES)
    return Uint8Array.from(this.#text.subarray(start, end))
  }
}

function likenessOf(like: string): readonly [high: number, low: number] {
  return [likenessWord(like, 0), likenessWord(like, 1)]
}
