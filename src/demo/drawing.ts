import type { Canvas } from './canvas.ts'

/**
 * Draws at a size in pixels, the same each time: light on a canvas, or an SVG document, which must hold no text because
 * fonts differ between machines. Rejects with the reason of `signal` once that is aborted.
 */
export type Drawing = (width: number, height: number, signal?: AbortSignal) => Promise<Canvas> | string
