import type { ProjectorCells } from '../../projector/projector-cells.ts'
import type { ProjectorGrid, projectorGrid } from '../../projector/projector-grid.ts'
import type { ShowPlaceholder } from './placeholder.ts'

interface WallPicture {
  readonly md5: string
  readonly name: string
  readonly placeholder: string
}

/** The script of the wall. Its source is sent to the browser: it stands alone. */
export function wall(
  showPlaceholder: ShowPlaceholder,
  gridFor: typeof projectorGrid,
  Cells: new () => ProjectorCells<WallPicture>,
): void {
  /** Milliseconds between two looks at what is there, and between two pictures that change. */
  const LOOK_MS = 3000
  const TURN_MS = 3500
  /** Milliseconds after the last movement until the controls go. */
  const STILL_MS = 4000

  const facts: { base: string; words: { pause: string; goOn: string } } = JSON.parse(
    document.getElementById('facts')?.textContent ?? '{}',
  )
  const main = document.getElementById('wall')
  const empty = document.getElementById('empty')
  if (main === null || empty === null) return

  const wall = new Cells()
  const elements: HTMLElement[] = []
  let isPaused = matchMedia('(prefers-reduced-motion: reduce)').matches
  let count = 0

  function gridNow(): ProjectorGrid {
    return gridFor(count, innerWidth, innerHeight)
  }

  function draw(): void {
    if (main === null || empty === null) return
    const { columns, rows, isBig } = gridNow()
    main.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`
    main.style.gridTemplateRows = `repeat(${rows}, minmax(0, 1fr))`
    while (elements.length > wall.cells.length) elements.pop()?.remove()
    while (elements.length < wall.cells.length) {
      const element = document.createElement('div')
      element.className = 'cell'
      main.append(element)
      elements.push(element)
    }
    elements[0]?.classList.toggle('big', isBig)
    empty.hidden = count > 0
    for (const [cell, element] of elements.entries()) {
      const picture = wall.cells[cell]
      if (picture !== undefined && picture.md5 !== element.dataset['md5']) show(element, picture)
    }
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
        wall.drop(md5)
        if (cell.childElementCount > 0) return
        cell.dataset['placeholder'] = placeholder
        showPlaceholder(cell)
      })
  }

  function turn(): void {
    wall.turn(isPaused, Math.random())
    draw()
  }

  async function look(): Promise<void> {
    const answer = await fetch(`${facts.base}pictures.json?newest=120`)
    if (!answer.ok) return
    const { pictures }: { pictures: WallPicture[] } = await answer.json()
    count = pictures.length
    wall.renew(pictures, gridNow().cells)
    draw()
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
  addEventListener('resize', () => {
    wall.resize(gridNow().cells)
    draw()
  })
  void look().catch(() => {})
  setInterval(() => void look().catch(() => {}), LOOK_MS)
  setInterval(turn, TURN_MS)
}
