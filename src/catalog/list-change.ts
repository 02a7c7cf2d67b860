import type { EncodedList } from '../protocol/encoded-list.ts'
import type { Holdings } from './holdings.ts'
import { ImageList } from './image-list.ts'
import type { Images } from './images.ts'
import type { KeyedHash } from './keyed-hash.ts'
import { NO_ROW } from './rows.ts'

/** Holdings there is room for from the start: the list of any one datagram. */
const START_DROPPED = 2048

/** Owners of an image that are looked through for one, before the registration's own holdings are looked through instead. */
const MAX_OWNERS_LOOKED_THROUGH = 64

/** Fields of a dropped holding, in words. */
const HOLDING = 0
const HASH = 1
const DROPPED_WORDS = 2

/**
 * What a list changes in a registration, worked out in full before anything is changed. One instance serves one request
 * after another; it has room for the longest lists it was given, and the caller bounds those.
 */
export class ListChange {
  /** The list, each image once, with the registration's holding of it or else the catalog's image, if any. */
  readonly list: ImageList = new ImageList()
  readonly #images: Images
  readonly #holdings: Holdings
  readonly #hash: KeyedHash
  #dropped = new Uint32Array(START_DROPPED * DROPPED_WORDS)
  #droppedCount = 0
  #addedCount = 0
  #imagesAfter = 0
  #nameBytesAfter = 0
  #holdingsAfter = 0

  constructor(images: Images, holdings: Holdings, hash: KeyedHash) {
    this.#images = images
    this.#holdings = holdings
    this.#hash = hash
  }

  /** Images in the catalog once this is done; so the next two. */
  get imagesAfter(): number {
    return this.#imagesAfter
  }

  get nameBytesAfter(): number {
    return this.#nameBytesAfter
  }

  get holdingsAfter(): number {
    return this.#holdingsAfter
  }

  /** How many holdings of the registration end. */
  get droppedCount(): number {
    return this.#droppedCount
  }

  /** How many holdings it comes to have. */
  get addedCount(): number {
    return this.#addedCount
  }

  /** The holdings that end, from 0 on. */
  dropped(index: number): number {
    return this.#dropped[index * DROPPED_WORDS + HOLDING] ?? NO_ROW
  }

  /**
   * Works out what it takes for `given` to become the list of the registration whose holdings begin with `firstHolding`
   * (NO_ROW for a new one). False when there is nothing to do.
   */
  replace(given: EncodedList, firstHolding: number): boolean {
    this.#begin(given)
    let holding = firstHolding
    while (holding !== NO_ROW) {
      const image = this.#holdings.image(holding)
      const entry = this.list.entryOf(image, this.#images)
      if (entry === -1) this.#drop(holding, image)
      else this.list.setHolding(entry, holding)
      holding = this.#holdings.nextOfRegistration(holding)
    }
    this.#images.fetch(this.#dropped, HASH, DROPPED_WORDS, this.#droppedCount)
    this.#findImages()
    this.#countAdded()
    return this.#droppedCount > 0 || this.#addedCount > 0
  }

  /** The same for `given` to be added to what `registration` has. */
  add(given: EncodedList, registration: number, firstHolding: number, ofIPv4: boolean): boolean {
    this.#begin(given)
    this.#findImages()
    this.#findHoldings(registration, firstHolding, ofIPv4)
    this.#countAdded()
    return this.#addedCount > 0
  }

  /** The same for the images of `given`, whose names do not count, to be taken from what `registration` has. */
  remove(given: EncodedList, registration: number, firstHolding: number, ofIPv4: boolean): boolean {
    this.#begin(given)
    this.#findImages()
    this.#findHoldings(registration, firstHolding, ofIPv4)
    const { list } = this
    for (let entry = 0; entry < list.length; entry += 1) {
      const holding = list.holding(entry)
      if (holding !== NO_ROW) this.#drop(holding, list.image(entry))
    }
    list.clear()
    return this.#droppedCount > 0
  }

  #begin(given: EncodedList): void {
    this.list.read(given)
    this.list.dropRepeats(this.#hash)
    this.#imagesAfter = this.#images.count
    this.#nameBytesAfter = this.#images.nameBytes
    this.#holdingsAfter = this.#holdings.count
    this.#droppedCount = 0
    this.#addedCount = 0
  }

  #drop(holding: number, image: number): void {
    if ((this.#droppedCount + 1) * DROPPED_WORDS > this.#dropped.length) {
      const roomier = new Uint32Array(this.#dropped.length * 2)
      roomier.set(this.#dropped)
      this.#dropped = roomier
    }
    const at = this.#droppedCount * DROPPED_WORDS
    this.#dropped[at + HOLDING] = holding
    this.#dropped[at + HASH] = this.#images.hashOf(image)
    this.#droppedCount += 1
    this.#holdingsAfter -= 1
    if (!this.#holdings.isOnlyOne(holding)) return
    this.#imagesAfter -= 1
    this.#nameBytesAfter -= this.#images.nameBytesOf(image)
  }

  /** Finds the images of the entries whose holding is not known. */
  #findImages(): void {
    const { list } = this
    list.fetchImages(this.#images)
    for (let entry = 0; entry < list.length; entry += 1) {
      if (list.holding(entry) !== NO_ROW) continue
      list.setImage(entry, this.#images.find(list.words, list.digestStart(entry), list.hash(entry)))
    }
  }

  /** Finds which of the entries' images the registration holds. */
  #findHoldings(registration: number, firstHolding: number, ofIPv4: boolean): void {
    if (firstHolding === NO_ROW) return
    const { list } = this
    for (let entry = 0; entry < list.length; entry += 1) {
      const image = list.image(entry)
      if (image === NO_ROW) continue
      const holding = this.#holdings.find(image, registration, ofIPv4, MAX_OWNERS_LOOKED_THROUGH)
      if (holding === undefined) {
        this.#findAllHoldings(firstHolding)
        return
      }
      list.setHolding(entry, holding)
    }
  }

  #findAllHoldings(firstHolding: number): void {
    let holding = firstHolding
    while (holding !== NO_ROW) {
      const entry = this.list.entryOf(this.#holdings.image(holding), this.#images)
      if (entry !== -1) this.list.setHolding(entry, holding)
      holding = this.#holdings.nextOfRegistration(holding)
    }
  }

  #countAdded(): void {
    const { list } = this
    for (let entry = 0; entry < list.length; entry += 1) {
      if (list.holding(entry) !== NO_ROW) continue
      this.#addedCount += 1
      this.#holdingsAfter += 1
      if (list.image(entry) !== NO_ROW) continue
      this.#imagesAfter += 1
      this.#nameBytesAfter += list.nameEnd(entry) - list.nameStart(entry)
    }
  }
}
