import type { Machine } from '../system/machine.ts'
import type { Settled } from './page-probe.ts'

/** What one opening of the gallery showed. */
export interface WallRound {
  /** From the start of the navigation until a picture can be chosen: the first screen is full of tiles. */
  readonly usableMs: number
  /** Until all tiles of the first screen show their thumbnails too. */
  readonly thumbnailsMs: number
  /** Pictures that were scrolled by, down to the end of the wall. */
  readonly scrolled: number
  /** Longest time for which nothing of the screen was a tile while it was scrolled. */
  readonly blankMs: number
  /** Screens at which the scrolling stopped, until each showed all of its thumbnails. */
  readonly stops: readonly Settled[]
  /** Longest task of the page's main thread while it was scrolled, as the browser's tracing has it. */
  readonly longestTaskMs: number
  /** JavaScript heap after a collection, at first and after all was scrolled by. */
  readonly heapBytes: readonly [first: number, last: number]
  /** Nodes of the document, and most of them at any moment, that are shown or still held by somebody. */
  readonly nodes: { readonly first: number; readonly most: number; readonly last: number }
}

/** What one run found: what wall.json holds. */
export interface WallResults {
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly browser: string
  /** One-minute load of the machine before it began. */
  readonly loadBefore: number
  /** Pictures of the network. */
  readonly pictures: number
  readonly rounds: readonly WallRound[]
}
