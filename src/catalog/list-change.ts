import type { IndexRequest } from '../protocol/index-request.ts'
import type { Holdings } from './holdings.ts'
import { ImageList } from './image-list.ts'
import type { Images } from './images.ts'
import type { KeyedHash } from './keyed-hash.ts'
import { NO_ROW } from './rows.ts'

/** Holdings there is room for from the start: the list of any one datagram. */
const START_DROPPED = 2048

/**
 * What a new list changes in a registration, worked out in full before anything is changed. One instance serves one
 * request after another; it has room for the longest lists it was given, and the caller bounds those.
 */
export class ListChange {
  /** The new list, each image once, with the registration's holding of it or else the catalog's image, if any. */
  readonly list: ImageList = new ImageList()
  readonly #images: Images
  readonly #holdings: Holdings
  readonly #hash: KeyedHash
  #dropped = new Uint32Array(START_DROPPED)
  #droppedCount = 0
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

  /** The holdings that end, from 0 on. */
  dropped(index: number): number {
    return this.#dropped[index] ?? NO_ROW
  }

  /**
   * Works out what the list of `request` changes in the registration whose holdings start with `firstHolding` (NO_ROW
   * for a new one). False when it is the very list that stands: then there is nothing to do.
   */
  workOut(request: IndexRequest, firstHolding: number): boolean {
    this.list.read(request)
    if (this.#isListOf(firstHolding)) return false
    this.list.dropRepeats(this.#hash)
    this.#imagesAfter = this.#images.count
    this.#nameBytesAfter = this.#images.nameBytes
    this.#holdingsAfter = this.#holdings.count
    this.#droppedCount = 0
    this.#matchHoldings(firstHolding)
    this.#matchImages()
    return true
  }

  #isListOf(firstHolding: number): boolean {
    const { list } = this
    let holding = firstHolding
    for (let entry = 0; entry < list.length; entry += 1) {
      if (holding === NO_ROW) return false
      const image = this.#holdings.image(holding)
      if (!this.#images.hasDigest(image, list.words, list.digestStart(entry))) return false
      holding = this.#holdings.nextOfRegistration(holding)
    }
    return holding === NO_ROW
  }

  #matchHoldings(firstHolding: number): void {
    let holding = firstHolding
    while (holding !== NO_ROW) {
      const image = this.#holdings.image(holding)
      const entry = this.list.entryOf(image, this.#images)
      if (entry === -1) this.#drop(holding, image)
      else this.list.setHolding(entry, holding)
      holding = this.#holdings.nextOfRegistration(holding)
    }
  }

  #drop(holding: number, image: number): void {
    if (this.#droppedCount === this.#dropped.length) {
      const roomier = new Uint32Array(this.#dropped.length * 2)
      roomier.set(this.#dropped)
      this.#dropped = roomier
    }
    this.#dropped[this.#droppedCount] = holding
    this.#droppedCount += 1
    this.#holdingsAfter -= 1
    if (!this.#holdings.isOnlyOne(holding)) return
    this.#imagesAfter -= 1
    this.#nameBytesAfter -= this.#images.nameBytesOf(image)
  }

  #matchImages(): void {
    const { list } = this
    for (let entry = 0; entry < list.length; entry += 1) {
      if (list.holding(entry) !== NO_ROW) continue
      const image = this.#images.find(list.words, list.digestStart(entry), list.hash(entry))
      list.setImage(entry, image)
      this.#holdingsAfter += 1
      if (image !== NO_ROW) continue
      this.#imagesAfter += 1
      this.#nameBytesAfter += list.nameEnd(entry) - list.nameStart(entry)
    }
  }
}
