/** Pixels that an element may be high in every browser: Firefox gives up beyond some 17 million. */
const MAX_ELEMENT_HEIGHT = 12_000_000

/** Pixels by which the window moves on when a scrollbar comes near its end. */
const STEP = 4_000_000

/** Which part of a wall, that may be higher than an element can be, the scrollbar stands for. */
export interface ScrollWindow {
  /** Pixels of the wall above the element. */
  readonly origin: number
  /** Height of the element. */
  readonly height: number
  /** Where the scrollbar stands. */
  readonly scrollTop: number
}

/** Pixels that nobody scrolls at once but who draws the scrollbar. */
const FAR = 100_000

/**
 * The window for a wall of `total` pixels that shows a screen of `viewport` pixels from `scrollTop` on in a window of
 * `origin`, and was scrolled by `movedBy` pixels to get there. Whoever goes far means a part of the whole wall.
 */
export function scrollWindow(
  total: number,
  viewport: number,
  origin: number,
  scrollTop: number,
  movedBy = 0,
): ScrollWindow {
  if (total <= MAX_ELEMENT_HEIGHT) return { origin: 0, height: total, scrollTop: origin + scrollTop }
  if (Math.abs(movedBy) > FAR) {
    const part = Math.min(1, scrollTop / (MAX_ELEMENT_HEIGHT - viewport))
    return { origin: Math.round(part * (total - MAX_ELEMENT_HEIGHT)), height: MAX_ELEMENT_HEIGHT, scrollTop }
  }
  const at = origin + scrollTop
  const margin = Math.max(4 * viewport, 100_000)
  const isNearTop = scrollTop < margin && origin > 0
  const isNearBottom =
    scrollTop + viewport > MAX_ELEMENT_HEIGHT - margin && origin + MAX_ELEMENT_HEIGHT < total
  const wanted = isNearTop ? origin - STEP : isNearBottom ? origin + STEP : origin
  const moved = Math.min(Math.max(0, wanted), total - MAX_ELEMENT_HEIGHT)
  return { origin: moved, height: MAX_ELEMENT_HEIGHT, scrollTop: at - moved }
}
