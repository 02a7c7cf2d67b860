import type { Picture, PicturePage } from '../../gallery-shapes.ts'

/** Pages whose pictures are held at once: some ten thousand, beyond what any screen shows. */
const MAX_HELD_PAGES = 24

/** Pictures loaded at a time though nobody looks at them: fewer than are held, so that the first stay until the last come. */
const MAX_LOADED = 6000

/** Pictures of a wall, at most: as many as a catalog holds. */
const MAX_PICTURES = 20_000_000

/** Pictures of a page, but for the first one, which is to be there at once. */
export const PAGE_PICTURES = 400

/** Where a page begins: behind a cursor or, where none is known, so many pictures from the beginning. */
export interface PagePlace {
  readonly cursor?: string | undefined
  readonly offset?: number
}

/** Asks for one page of the wall, of {@link PAGE_PICTURES} unless it is the first. */
export type LoadPage = (place: PagePlace, signal: AbortSignal) => Promise<PicturePage>

interface Page {
  cursor: string | undefined
  /** Absent while it is not held; it can be had again by its cursor. */
  pictures: (Picture | undefined)[] | undefined
  readonly count: number
}

interface Loading {
  readonly page: Promise<void>
  readonly ending: AbortController
  /** Wanted whatever is looked at meanwhile. */
  isKept: boolean
}

/**
 * The wall's pictures by their place, in pages: as they were loaded or, where the first one tells how many there are, all of
 * them from then on, so that far ones can be looked at without those before them. Only those last looked at are held; of the others
 * a cursor and a number remain, so that a wall of a million takes no more than one of ten thousand and some.
 */
export class WallPages {
  readonly #load: LoadPage
  readonly #pages: Page[] = []
  /** Place of each page's first picture. */
  readonly #starts: number[] = []
  /** Pages held, that which was looked at last at the end. */
  readonly #held = new Set<Page>()
  readonly #loading = new Map<Page, Loading>()
  readonly #onPage: (start: number, pictures: readonly Picture[]) => void
  #isLoadingNext = false
  readonly #ending = new AbortController()
  #next: string | undefined
  #isAtEnd = false
  #count = 0
  #notApplied: readonly string[] = []

  /** `onPage` is told each page that comes, and the place of its first picture. */
  constructor(load: LoadPage, onPage: (start: number, pictures: readonly Picture[]) => void) {
    this.#load = load
    this.#onPage = onPage
  }

  /** Pictures whose place is known. */
  get count(): number {
    return this.#count
  }

  /** Whether there are no more behind them. */
  get isAtEnd(): boolean {
    return this.#isAtEnd
  }

  /** Parts of the query that the index server cannot be asked. */
  get notApplied(): readonly string[] {
    return this.#notApplied
  }

  /** Whether more is being loaded at the end. */
  get isLoading(): boolean {
    return this.#isLoadingNext
  }

  /** The picture at a place; `undefined` where it is not held now, or left. */
  at(index: number): Picture | undefined {
    const number = this.#pageOf(index)
    const page = this.#pages[number]
    if (page?.pictures === undefined) return undefined
    this.#touch(page)
    return page.pictures[index - (this.#starts[number] ?? 0)]
  }

  /** Loads the page at the end. Rejects as the loader does. */
  async loadNext(): Promise<void> {
    if (this.#isAtEnd || this.#isLoadingNext) return
    this.#isLoadingNext = true
    const cursor = this.#next
    try {
      const { pictures, notApplied, next, total } = await this.#load({ cursor }, this.#ending.signal)
      const start = this.#count
      this.#notApplied = notApplied
      this.#next = next
      this.#isAtEnd = next === undefined
      this.#touch(this.#append(cursor, pictures.length, [...pictures]))
      if (next !== undefined && total !== undefined && start === 0) this.#appendRest(next, total)
      this.#onPage(start, pictures)
    } finally {
      this.#isLoadingNext = false
    }
  }

  /**
   * Loads what is not held of some places, and gives up what is being loaded elsewhere: a person who draws the scrollbar
   * passes by a lot. Rejects as the loader does, with an AbortError for what is given up.
   */
  async hold(from: number, to: number): Promise<void> {
    const wanted = new Set(this.#pagesOf(from, to))
    for (const [page, { ending, isKept }] of this.#loading) {
      if (wanted.has(page) || isKept) continue
      this.#loading.delete(page)
      ending.abort()
    }
    const missing = [...wanted].filter(({ pictures }) => pictures === undefined)
    await Promise.all(missing.map(page => this.#reload(page)))
  }

  /**
   * Loads what is not held of some places, {@link MAX_LOADED} at most, whatever is looked at meanwhile. Rejects as the
   * loader does.
   */
  async load(from: number, to: number): Promise<void> {
    const missing = this.#pagesOf(from, Math.min(to, from + MAX_LOADED)).filter(
      ({ pictures }) => pictures === undefined,
    )
    const loaded = missing.map(page => this.#reload(page))
    for (const page of missing) {
      const loading = this.#loading.get(page)
      if (loading !== undefined) loading.isKept = true
    }
    await Promise.all(loaded)
  }

  /** The places of pictures held that `isMeant` tells. */
  *placesOf(isMeant: (picture: Picture) => boolean): Generator<number, void> {
    for (const [number, page] of this.#pages.entries()) {
      for (const [index, picture] of (page.pictures ?? []).entries()) {
        if (picture !== undefined && isMeant(picture)) yield (this.#starts[number] ?? 0) + index
      }
    }
  }

  /** Puts another in the place of a picture held. */
  replace(index: number, picture: Picture): void {
    const number = this.#pageOf(index)
    const pictures = this.#pages[number]?.pictures
    if (pictures !== undefined) pictures[index - (this.#starts[number] ?? 0)] = picture
  }

  /** Ends what is being loaded. */
  stop(): void {
    this.#ending.abort()
  }

  #append(cursor: string | undefined, count: number, pictures: Page['pictures']): Page {
    const page: Page = { cursor, pictures, count }
    this.#starts.push(this.#count)
    this.#pages.push(page)
    this.#count += count
    return page
  }

  /** Makes the pages of all pictures that there are; they are loaded when they are looked at. */
  #appendRest(next: string, total: number): void {
    const most = Math.min(total, MAX_PICTURES)
    let cursor: string | undefined = next
    while (this.#count < most) {
      this.#append(cursor, Math.min(PAGE_PICTURES, most - this.#count), undefined)
      cursor = undefined
    }
    this.#isAtEnd = true
  }

  #reload(page: Page): Promise<void> {
    const loading = this.#loading.get(page)
    if (loading !== undefined) return loading.page
    const ending = new AbortController()
    const number = this.#pages.indexOf(page)
    const start = this.#starts[number] ?? 0
    const { cursor } = page
    const place = cursor === undefined && start > 0 ? { offset: start } : { cursor }
    const signal = AbortSignal.any([ending.signal, this.#ending.signal])
    const loaded = this.#load(place, signal)
      .then(({ pictures, next }) => {
        // What came or left meanwhile moved the rest of the page: the places stay as many as they were.
        page.pictures = Array.from({ length: page.count }, (_, index) => pictures[index])
        const following = this.#pages[number + 1]
        if (following !== undefined && pictures.length === page.count) following.cursor ??= next
        this.#touch(page)
        this.#onPage(start, pictures.slice(0, page.count))
      })
      .finally(() => {
        if (this.#loading.get(page)?.ending === ending) this.#loading.delete(page)
      })
    this.#loading.set(page, { page: loaded, ending, isKept: false })
    return loaded
  }

  #touch(page: Page): void {
    this.#held.delete(page)
    this.#held.add(page)
    const [oldest] = this.#held
    if (this.#held.size > MAX_HELD_PAGES && oldest !== undefined) {
      oldest.pictures = undefined
      this.#held.delete(oldest)
    }
  }

  /** The pages that have pictures from `from` up to `to`, which is not among them. */
  #pagesOf(from: number, to: number): Page[] {
    const pages: Page[] = []
    for (let number = this.#pageOf(from); number < this.#pages.length; number += 1) {
      if ((this.#starts[number] ?? 0) >= to) break
      const page = this.#pages[number]
      if (page !== undefined) pages.push(page)
    }
    return pages
  }

  #pageOf(index: number): number {
    let low = 0
    let high = this.#pages.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#starts[middle] ?? 0) <= index) low = middle
      else high = middle - 1
    }
    return Math.max(0, low)
  }
}
