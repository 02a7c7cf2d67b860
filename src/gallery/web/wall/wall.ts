import type { Picture } from '../../gallery-shapes.ts'
import { CopyGroups, mine } from './copy-groups.ts'
import { type Box, NO_ROOM, type RowShape } from './justified-rows.ts'
import { RowPlan } from './row-plan.ts'
import { type LoadPage, WallPages } from './wall-pages.ts'

/** A picture where it stands. */
export interface PlacedPicture {
  readonly index: number
  readonly picture: Picture
  /** MD5 of the picture whose place it is: it stays when a better copy of it comes, which is shown there from then on. */
  readonly key: string
  /** How many near copies it stands for, itself among them. */
  readonly copies: number
  readonly box: Box
}

/** Screens that are loaded ahead of what is seen. */
const SCREENS_AHEAD = 4

/**
 * The pictures of one query, laid out in rows; near copies as one, which is the best of them, where they are folded. It knows
 * nothing of the page that draws it.
 */
export class Wall {
  readonly #pages: WallPages
  readonly #onChange: (moved: number) => void
  readonly #onFault: (fault: unknown) => void
  readonly #rows: RowPlan
  readonly #groups: CopyGroups | undefined
  /** Where the person looks at. */
  #top = 0

  /** `onChange` is told by how many pixels what the person looks at moved, because of what came above it. */
  constructor(
    load: LoadPage,
    shape: RowShape,
    onChange: (moved: number) => void,
    onFault: (fault: unknown) => void,
    foldsCopies = false,
  ) {
    this.#pages = new WallPages(load, (start, pictures) => this.#learn(start, pictures))
    this.#rows = new RowPlan(shape)
    this.#groups = foldsCopies ? new CopyGroups() : undefined
    this.#onChange = onChange
    this.#onFault = onFault
  }

  get count(): number {
    return this.#pages.count
  }

  get height(): number {
    return this.#rows.height
  }

  get isAtEnd(): boolean {
    return this.#pages.isAtEnd
  }

  get notApplied(): readonly string[] {
    return this.#pages.notApplied
  }

  /** Lays everything out anew where the shape is another. */
  reshape(shape: RowShape): void {
    this.#rows.reshape(shape)
  }

  /** The pictures between two heights, and those of them that are held only. Loads what is missing. */
  between(top: number, bottom: number): PlacedPicture[] {
    this.#top = (top + bottom) / 2
    const { from, to } = this.#rows.rowsBetween(top, bottom)
    const first = this.#rows.startOf(from)
    const last = this.#rows.startOf(to)
    const placed: PlacedPicture[] = []
    const seen = new Set<string>()
    for (let index = first; index < last; index += 1) {
      const shown = this.#shownAt(index)
      // A catalog that changed while it was read may tell one twice.
      if (shown === undefined || seen.has(shown.picture.md5)) continue
      seen.add(shown.picture.md5)
      placed.push({ index, ...shown, box: this.#rows.boxOf(index) })
    }
    const around = last - first
    this.#pages.hold(Math.max(0, first - around), last + around).catch(this.#onFault)
    this.#loadAhead(bottom, bottom - top)
    return placed
  }

  /** Loads the first pages, `count` pictures at least where there are as many. Rejects as the loader does. */
  async loadFirst(count: number): Promise<void> {
    let loaded = 0
    do {
      await this.#pages.loadNext()
      loaded += 1
    } while (!this.isAtEnd && this.count < count)
    // The first one may have told of all the others.
    if (loaded === 1) await this.#pages.hold(0, count)
  }

  /** What is shown at a place; nothing where it is not held, or stands behind another. */
  at(index: number): Picture | undefined {
    return this.#shownAt(index)?.picture
  }

  boxOf(index: number): Box {
    return this.#rows.boxOf(index)
  }

  /** The place of a picture held, or of the one that it stands behind; -1 where it is not. */
  placeOf(md5: string): number {
    const keeper = this.#groups?.keeperOf(md5) ?? md5
    for (const index of this.#pages.placesOf(picture => picture.md5 === keeper)) return index
    return -1
  }

  /** The next place before (-1) or after (1) one that is shown; the same where there is none. */
  beside(index: number, step: -1 | 1): number {
    for (let place = index + step; place >= 0 && place < this.count; place += step) {
      if (this.#rows.takesRoom(place)) return place
    }
    return Math.min(Math.max(0, index), this.count - 1)
  }

  /** The pictures held of some places, those that are shown. */
  range(from: number, to: number): Picture[] {
    const pictures: Picture[] = []
    for (let index = Math.max(0, from); index <= Math.min(to, this.count - 1); index += 1) {
      const picture = this.at(index)
      if (picture !== undefined) pictures.push(picture)
    }
    return pictures
  }

  /** The pictures of some places, loaded where they are not held. Rejects as the loader does. */
  async load(from: number, to: number): Promise<Picture[]> {
    await this.#pages.load(from, to + 1)
    return this.range(from, to)
  }

  /** The place that is one row further up (-1) or down (1). */
  inRowBeside(index: number, step: -1 | 1): number {
    const row = this.#rows.rowOf(index) + step
    if (row < 0 || row >= this.#rows.rowCount) return index
    const { left, width } = this.#rows.boxOf(index)
    return this.#rows.closestInRow(row, left + width / 2)
  }

  /** The pictures held that a rectangle touches. */
  within({ left, top, width, height }: Box): Picture[] {
    const { from, to } = this.#rows.rowsBetween(top, top + height)
    const touched: Picture[] = []
    for (let index = this.#rows.startOf(from); index < this.#rows.startOf(to); index += 1) {
      const box = this.#rows.boxOf(index)
      const isBeside = box.left > left + width || box.left + box.width < left
      const isAboveOrBelow = box.top > top + height || box.top + box.height < top
      const picture = this.at(index)
      if (!isBeside && !isAboveOrBelow && picture !== undefined) touched.push(picture)
    }
    return touched
  }

  /** The picture that stands for one now: a better copy may have come since it was chosen. */
  frontOf(md5: string): string {
    return this.#groups?.frontOf(md5) ?? md5
  }

  /** Notes that the folder holds a picture now. */
  markMine(md5: string): void {
    for (const index of this.#pages.placesOf(picture => picture.md5 === md5 && !picture.isMine)) {
      const picture = this.#pages.at(index)
      if (picture !== undefined) this.#pages.replace(index, mine(picture))
    }
    this.#groups?.markMine(md5)
  }

  /** Ends what is being loaded; nothing is told any more. */
  stop(): void {
    this.#pages.stop()
  }

  #shownAt(index: number): Omit<PlacedPicture, 'index' | 'box'> | undefined {
    const picture = this.#pages.at(index)
    if (picture === undefined) return undefined
    const key = picture.md5
    if (this.#groups === undefined) return { picture, key, copies: 1 }
    return this.#groups.isBehind(picture) ? undefined : { key, ...this.#groups.shown(picture) }
  }

  #loadAhead(bottom: number, screen: number): void {
    if (this.isAtEnd || this.#pages.isLoading || this.height > bottom + SCREENS_AHEAD * screen) return
    this.#pages.loadNext().catch(this.#onFault)
  }

  /** Puts pictures that came where they stand; what the person looks at stays where it is. */
  #learn(start: number, pictures: readonly Picture[]): void {
    const middle =
      this.count === 0 ? 0 : this.#rows.startOf(this.#rows.rowsBetween(this.#top, this.#top).from)
    const isSeen = start + pictures.length <= middle && this.#pages.at(middle) !== undefined
    const before = isSeen ? this.#rows.boxOf(middle).top : 0
    this.#groups?.learn(pictures)
    const roomOf = (picture: Picture) =>
      this.#groups?.isBehind(picture) === true ? NO_ROOM : proportionOf(picture)
    this.#rows.put(start, pictures.map(roomOf), this.#pages.count)
    this.#onChange(isSeen ? this.#rows.boxOf(middle).top - before : 0)
  }
}

/** Width by height; that of a usual photograph where nobody said. */
function proportionOf({ width, height }: Picture): number {
  return width === undefined || height === undefined || width < 1 || height < 1 ? 4 / 3 : width / height
}
