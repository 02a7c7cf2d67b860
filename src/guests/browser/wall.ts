import type { ShowPlaceholder } from './placeholder.ts'

interface WallPicture {
  readonly md5: string
  readonly name: string
  readonly placeholder: string
}

/** The script of the wall. Its source is sent to the browser: it stands alone. */
export function wall(showPlaceholder: ShowPlaceholder): void {
  /** Milliseconds between two looks at what is there, and between two pictures that change. */
  const LOOK_MS = 3000
  const TURN_MS = 3500
  /** Milliseconds after the last movement until the controls go. */
  const STILL_MS = 4000
  /** Pixels, about, of a cell's side. */
  const CELL = 360

  const facts: { base: string; words: { pause: string; goOn: string } } = JSON.parse(
    document.getElementById('facts')?.textContent ?? '{}',
  )
  const main = document.getElementById('wall')
  const empty = document.getElementById('empty')
  if (main === null || empty === null) return

  let pictures: readonly WallPicture[] = []
  let known = new Set<string>()
  const cells: HTMLElement[] = []
  /** Those that arrived and were not shown yet, the newest last. */
  let fresh: WallPicture[] = []
  let nextOld = 0
  let lastCell = 0
  let isPaused = matchMedia('(prefers-reduced-motion: reduce)').matches

  /** The grid that shows most of so many pictures without a gap; one of more than four has its first cell four times as large. */
  function gridFor(count: number): { columns: number; rows: number; isBig: boolean; cells: number } {
    const fits = (size: number, most: number) => Math.min(most, Math.max(2, Math.round(size / CELL)))
    const [most, high] = [fits(innerWidth, 6), fits(innerHeight, 4)]
    let best = { columns: 1, rows: 1, isBig: false, cells: 1 }
    /** How far its cells are from square. */
    let bestSkew = Number.POSITIVE_INFINITY
    for (let columns = 1; columns <= most; columns += 1) {
      for (let rows = 1; rows <= high; rows += 1) {
        const isBig = columns >= 2 && rows >= 2 && columns * rows > 4
        const cells = isBig ? columns * rows - 3 : columns * rows
        const skew = Math.abs(Math.log((innerWidth * rows) / (innerHeight * columns)))
        if (cells > Math.max(1, count) || cells < best.cells) continue
        if (cells === best.cells && skew >= bestSkew) continue
        best = { columns, rows, isBig, cells }
        bestSkew = skew
      }
    }
    return best
  }

  function layOut(): void {
    if (main === null || empty === null) return
    const { columns, rows, isBig, ...grid } = gridFor(pictures.length)
    const wanted = Math.min(pictures.length, grid.cells)
    main.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`
    main.style.gridTemplateRows = `repeat(${rows}, minmax(0, 1fr))`
    while (cells.length > wanted) cells.pop()?.remove()
    while (cells.length < wanted) {
      const cell = document.createElement('div')
      cell.className = 'cell'
      main.append(cell)
      cells.push(cell)
    }
    cells[0]?.classList.toggle('big', isBig)
    empty.hidden = pictures.length > 0
    for (const cell of cells) if (!isShown(cell.dataset['md5'] ?? '')) fill(cell)
  }

  function isShown(md5: string): boolean {
    return pictures.some(each => each.md5 === md5)
  }

  /** The next picture that stands in no cell. */
  function nextPicture(): WallPicture | undefined {
    const standing = new Set(cells.map(cell => cell.dataset['md5']))
    for (let looks = 0; looks < pictures.length; looks += 1) {
      const each = pictures[nextOld % pictures.length]
      nextOld += 1
      if (each !== undefined && !standing.has(each.md5)) return each
    }
    return undefined
  }

  function fill(cell: HTMLElement): void {
    const next = nextPicture()
    if (next !== undefined) show(cell, next)
  }

  function show(cell: HTMLElement, { md5, name, placeholder }: WallPicture): void {
    cell.dataset['md5'] = md5
    const image = new Image()
    image.alt = name
    image.src = `${facts.base}preview/${md5}/${cell.clientWidth * devicePixelRatio > 900 ? 1280 : 640}`
    image
      .decode()
      .then(() => {
        if (cell.dataset['md5'] !== md5) return
        const before = [...cell.querySelectorAll('img')]
        cell.append(image)
        requestAnimationFrame(() => requestAnimationFrame(() => image.classList.add('there')))
        setTimeout(() => {
          for (const old of before) old.remove()
        }, 1600)
      })
      .catch(() => {
        // Of what cannot be shown, the next time around another one is tried.
        pictures = pictures.filter(each => each.md5 !== md5)
        if (cell.childElementCount > 0) return
        cell.dataset['placeholder'] = placeholder
        showPlaceholder(cell)
      })
  }

  function turn(): void {
    const big = cells[0]
    if (big === undefined) return
    const arrived = fresh.pop()
    if (arrived !== undefined) {
      const moved = pictures.find(each => each.md5 === big.dataset['md5'])
      if (moved?.md5 === arrived.md5) return
      // A new cell may have shown it already: the two change places.
      const standing = cells.find(cell => cell.dataset['md5'] === arrived.md5)
      const other = standing ?? cells[1 + (lastCell % Math.max(1, cells.length - 1))]
      lastCell += 1
      show(big, arrived)
      if (moved !== undefined && other !== undefined) show(other, moved)
      return
    }
    if (isPaused) return
    lastCell += 1 + Math.floor(Math.random() * Math.max(1, cells.length - 1))
    const cell = cells[lastCell % cells.length]
    if (cell !== undefined) fill(cell)
  }

  async function look(): Promise<void> {
    const answer = await fetch(`${facts.base}pictures.json?newest=120`)
    if (!answer.ok) return
    const list: { pictures: WallPicture[] } = await answer.json()
    const isFirst = known.size === 0
    if (!isFirst) fresh.push(...list.pictures.filter(({ md5 }) => !known.has(md5)).reverse())
    fresh = fresh.filter(({ md5 }) => list.pictures.some(each => each.md5 === md5)).slice(-20)
    known = new Set(list.pictures.map(({ md5 }) => md5))
    const isOther = list.pictures.map(({ md5 }) => md5).join() !== pictures.map(({ md5 }) => md5).join()
    if (!isOther && !isFirst) return
    pictures = list.pictures
    if (fresh.length > 0) nextOld = 0
    layOut()
  }

  const pause = document.getElementById('pause')
  const sayPause = () => {
    if (pause !== null) pause.textContent = isPaused ? facts.words.goOn : facts.words.pause
  }
  const togglePause = () => {
    isPaused = !isPaused
    sayPause()
  }
  pause?.addEventListener('click', togglePause)
  addEventListener('keydown', event => {
    if (event.key !== ' ' || event.target instanceof HTMLButtonElement) return
    event.preventDefault()
    togglePause()
  })
  sayPause()

  const full = document.getElementById('full')
  if (full !== null && document.fullscreenEnabled) {
    full.hidden = false
    full.addEventListener('click', () => {
      const change =
        document.fullscreenElement === null
          ? document.documentElement.requestFullscreen()
          : document.exitFullscreen()
      change.catch(() => {})
    })
  }

  let still: ReturnType<typeof setTimeout> | undefined
  const move = () => {
    document.body.classList.remove('still')
    clearTimeout(still)
    still = setTimeout(() => document.body.classList.add('still'), STILL_MS)
  }
  for (const name of ['pointermove', 'keydown', 'touchstart', 'focusin']) addEventListener(name, move)
  move()
  addEventListener('resize', layOut)
  void look().catch(() => {})
  setInterval(() => void look().catch(() => {}), LOOK_MS)
  setInterval(turn, TURN_MS)
}
