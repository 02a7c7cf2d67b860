/**
 * What is run in the page, as text: the page's own policy lets nothing else in. It looks at each frame whether any of 25
 * points of the screen is on a tile, and keeps the longest time without.
 */
export const START_PROBE = `(() => {
  const probe = { longestMs: 0, since: performance.now(), nodes: 0, isOn: true }
  window.wallProbe = probe
  performance.setResourceTimingBufferSize(100000)
  const { left, top, width, height } = document.querySelector('.wall').getBoundingClientRect()
  const look = now => {
    if (!probe.isOn) return
    const points = Array.from({ length: 25 }, (_, index) => [(index % 5 + 0.5) / 5, (Math.floor(index / 5) + 0.5) / 5])
    if (points.some(([x, y]) => document.elementFromPoint(left + width * x, top + height * y)?.closest('.tile'))) probe.since = now
    probe.longestMs = Math.max(probe.longestMs, now - probe.since)
    probe.nodes = Math.max(probe.nodes, document.getElementsByTagName('*').length)
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})()`

/** What {@link END_PROBE} gives. */
export interface Probed {
  readonly longestMs: number
  readonly nodes: number
}

/** Ends it, and gives what it saw. */
export const END_PROBE = `(() => {
  window.wallProbe.isOn = false
  return window.wallProbe
})()`

/** A screen at which the scrolling stopped. */
export interface Settled {
  /** Milliseconds until all tiles in view showed their thumbnails. */
  readonly ms: number
  /** Milliseconds that the slowest of them took from being asked for, of those that were not there at once. */
  readonly slowestMs: number
}

/** Waits until all tiles in view show their thumbnails. */
export const SETTLE = `new Promise(resolve => {
  performance.clearResourceTimings()
  const begun = performance.now()
  const { top, bottom } = document.querySelector('.wall').getBoundingClientRect()
  const look = now => {
    const shown = [...document.querySelectorAll('.tile')].filter(tile => {
      const box = tile.getBoundingClientRect()
      return box.bottom > top && box.top < bottom
    })
    if (shown.length === 0 || shown.some(tile => tile.querySelector('img.there') === null)) return requestAnimationFrame(look)
    const sources = new Set(shown.map(tile => tile.querySelector('img.there').src))
    const asked = performance.getEntriesByType('resource').filter(({ name }) => sources.has(name))
    resolve({ ms: now - begun, slowestMs: Math.max(0, ...asked.map(({ duration }) => duration)) })
  }
  requestAnimationFrame(look)
})`

/** When the first screen was full of tiles, and when of thumbnails: milliseconds after the navigation began. */
export const FIRST_SCREEN = `new Promise(resolve => {
  let usableMs
  const look = () => {
    const wall = document.querySelector('.wall')
    const bottom = wall?.getBoundingClientRect().bottom ?? 0
    const tiles = [...document.querySelectorAll('.tile')]
    const boxes = tiles.map(tile => tile.getBoundingClientRect())
    if (usableMs === undefined && boxes.some(box => box.bottom >= bottom)) usableMs = performance.now()
    const shown = tiles.filter((_, index) => boxes[index].top < bottom)
    if (usableMs !== undefined && shown.every(tile => tile.querySelector('img.there') !== null))
      resolve({ usableMs, thumbnailsMs: performance.now() })
    else requestAnimationFrame(look)
  }
  look()
})`

/** Scrolls by \`pixels\`, and gives how many pictures the wall has by now and whether its end is reached. */
export function scrollBy(pixels: number): string {
  return `(() => {
    const wall = document.querySelector('.wall')
    wall.scrollTop += ${pixels}
    const tiles = document.querySelectorAll('.tile')
    const last = tiles[tiles.length - 1]
    return { count: Number(last?.ariaSetSize ?? last?.getAttribute('aria-setsize') ?? 0), place: Number(last?.getAttribute('aria-posinset') ?? 0) }
  })()`
}
