/** A picture of a live wall. */
export interface ProjectedPicture {
  readonly md5: string
}

/**
 * What stands in which cell of a live wall: what arrives comes into the first cell at once, the others change one by one.
 * It stands alone, for its source is also sent to browsers as it is.
 */
export class ProjectorCells<Picture extends ProjectedPicture> {
  /** By cell; none stands twice. */
  cells: readonly Picture[] = []
  /** Whoever hands them over bounds how many. */
  #pictures: readonly Picture[] = []
  /** Those that arrived and were not shown yet, the newest last; the 20 newest. */
  #fresh: readonly Picture[] = []
  #nextOld = 0
  #lastCell = 0

  /** Takes over what there is, the newest first, for so many cells. */
  renew(pictures: readonly Picture[], count: number): void {
    const known = new Set(this.#pictures.map(({ md5 }) => md5))
    const present = new Set(pictures.map(({ md5 }) => md5))
    const arrived = known.size === 0 ? [] : pictures.filter(({ md5 }) => !known.has(md5)).reverse()
    this.#fresh = [...this.#fresh.filter(({ md5 }) => present.has(md5)), ...arrived].slice(-20)
    if (arrived.length > 0) this.#nextOld = 0
    this.#pictures = pictures
    this.resize(count)
  }

  /** Fills so many cells, as far as there are pictures; what stands stays. */
  resize(count: number): void {
    const present = new Set(this.#pictures.map(({ md5 }) => md5))
    const kept = this.cells.map(picture => (present.has(picture.md5) ? picture : undefined))
    const standing = new Set(kept.map(picture => picture?.md5))
    const cells: Picture[] = []
    for (let cell = 0; cell < Math.min(count, this.#pictures.length); cell += 1) {
      const picture = kept[cell] ?? this.#next(standing)
      if (picture === undefined) break
      standing.add(picture.md5)
      cells.push(picture)
    }
    this.cells = cells
  }

  /** One step: of what arrived, or, unless it is paused, of what is there. `random` is from 0 up to 1. */
  turn(isPaused: boolean, random: number): void {
    const { cells } = this
    const [first] = cells
    if (first === undefined) return
    const others = Math.max(1, cells.length - 1)
    const arrived = this.#fresh.at(-1)
    this.#fresh = this.#fresh.slice(0, -1)
    if (arrived !== undefined) {
      // A new cell may have shown it already: the two change places.
      const standing = cells.findIndex(({ md5 }) => md5 === arrived.md5)
      if (standing === 0) return
      const other = standing > 0 ? standing : 1 + (this.#lastCell % others)
      this.#lastCell += 1
      this.cells = cells.map((picture, cell) => (cell === 0 ? arrived : cell === other ? first : picture))
      return
    }
    if (isPaused) return
    this.#lastCell += 1 + Math.floor(random * others)
    const next = this.#next(new Set(cells.map(({ md5 }) => md5)))
    const turned = this.#lastCell % cells.length
    if (next !== undefined) this.cells = cells.map((picture, cell) => (cell === turned ? next : picture))
  }

  /** A picture that cannot be shown comes no more, until it is new again. */
  drop(md5: string): void {
    this.#pictures = this.#pictures.filter(picture => picture.md5 !== md5)
  }

  /** The next picture that stands nowhere. */
  #next(standing: ReadonlySet<string | undefined>): Picture | undefined {
    for (let looks = 0; looks < this.#pictures.length; looks += 1) {
      const picture = this.#pictures[this.#nextOld % this.#pictures.length]
      this.#nextOld += 1
      if (picture !== undefined && !standing.has(picture.md5)) return picture
    }
    return undefined
  }
}
