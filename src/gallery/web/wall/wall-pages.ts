import type { Picture, PicturePage } from '../../gallery-shapes.ts'

/** Pages whose pictures are held at once: some ten thousand, beyond what any screen shows. */
const MAX_HELD_PAGES = 24

/** Asks for one page of the wall. */
export type LoadPage = (cursor: string | undefined, signal: AbortSignal) => Promise<PicturePage>

interface Page {
  readonly cursor: string | undefined
  /** Absent while it is not held; it can be had again by its cursor. */
  pictures: (Picture | undefined)[] | undefined
  readonly count: number
}

/**
 * The wall's pictures by their place, in pages as they were loaded. Only those last looked at are held; of the others
 * a cursor and a number remain, so that a wall of a million takes no more than one of ten thousand and some.
 */
export class WallPages {
  readonly #load: LoadPage
  readonly #pages: Page[] = []
  /** Place of each page's first picture. */
  readonly #starts: number[] = []
  /** Pages held, that which was looked at last at the end. */
  readonly #held = new Set<Page>()
  readonly #loading = new Map<Page | 'next', Promise<void>>()
  readonly #ending = new AbortController()
  #next: string | undefined
  #isAtEnd = false
  #count = 0
  #notApplied: readonly string[] = []

  constructor(load: LoadPage) {
    this.#load = load
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
    return this.#loading.has('next')
  }

  /** The picture at a place; `undefined` where it is not held now, or left. */
  at(index: number): Picture | undefined {
    const number = this.#pageOf(index)
    const page = this.#pages[number]
    if (page?.pictures === undefined) return undefined
    this.#touch(page)
    return page.pictures[index - (this.#starts[number] ?? 0)]
  }

  /** Loads the page at the end; gives its pictures. Rejects as the loader does. */
  async loadNext(): Promise<readonly Picture[]> {
    if (this.#isAtEnd || this.#loading.has('next')) return []
    let pictures: readonly Picture[] = []
    const cursor = this.#next
    const loading = this.#load(cursor, this.#ending.signal).then(loaded => {
      pictures = loaded.pictures
      this.#notApplied = loaded.notApplied
      this.#next = loaded.next
      this.#isAtEnd = loaded.next === undefined
      this.#append(cursor, [...loaded.pictures])
    })
    this.#loading.set('next', loading)
    try {
      await loading
    } finally {
      this.#loading.delete('next')
    }
    return pictures
  }

  /** Loads again what is not held of some places; says whether anything came. Rejects as the loader does. */
  async hold(from: number, to: number): Promise<boolean> {
    const missing: Promise<void>[] = []
    for (let number = this.#pageOf(from); number < this.#pages.length; number += 1) {
      if ((this.#starts[number] ?? 0) >= to) break
      const page = this.#pages[number]
      if (page !== undefined && page.pictures === undefined) missing.push(this.#reload(page))
    }
    await Promise.all(missing)
    return missing.length > 0
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

  #append(cursor: string | undefined, pictures: Picture[]): void {
    const page: Page = { cursor, pictures, count: pictures.length }
    this.#starts.push(this.#count)
    this.#pages.push(page)
    this.#count += pictures.length
    this.#touch(page)
  }

  #reload(page: Page): Promise<void> {
    const loading =
      this.#loading.get(page) ??
      this.#load(page.cursor, this.#ending.signal)
        .then(({ pictures }) => {
          // What left meanwhile moved the rest of the page: the places stay as many as they were.
          page.pictures = Array.from({ length: page.count }, (_, index) => pictures[index])
          this.#touch(page)
        })
        .finally(() => this.#loading.delete(page))
    this.#loading.set(page, loading)
    return loading
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
