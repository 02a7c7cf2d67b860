/** Pixels of each row of the drawer (drawer.css). */
export const ROW_HEIGHT = 60

/** Rows drawn beyond the edges of what is seen, so that scrolling by keyboard has a next one. */
const MARGIN_ROWS = 6

/** Rows asked for at once; the API gives no more (gallery-shapes.ts). */
const MAX_ROWS = 200

/** A stretch of rows. */
export interface RowRange {
  readonly start: number
  readonly limit: number
}

/** The rows to draw of `total`, where `height` pixels are seen from `scrollTop` on. */
export function visibleRows(total: number, scrollTop: number, height: number): RowRange {
  const first = Math.floor(Math.max(0, scrollTop) / ROW_HEIGHT) - MARGIN_ROWS
  const start = Math.max(0, Math.min(first, total - 1))
  const end = Math.ceil((Math.max(0, scrollTop) + height) / ROW_HEIGHT) + MARGIN_ROWS
  return { start, limit: Math.max(1, Math.min(MAX_ROWS, total - start, end - start)) }
}

/** The scroll position that shows row `index` whole, as near to `scrollTop` as can be. */
export function scrollTo(index: number, scrollTop: number, height: number): number {
  const top = index * ROW_HEIGHT
  return Math.max(top + ROW_HEIGHT - height, Math.min(top, scrollTop))
}

/** Before which row something is dropped that is let go `y` pixels below the first row's upper edge. */
export function dropPlace(y: number, total: number): number {
  return Math.max(0, Math.min(total, Math.round(y / ROW_HEIGHT)))
}
