/**
 * Pixels of the longer side, the steps that previews are made in: few, so that a stranger who asks for every number costs
 * a handful of decodings. From an icon over a grid's tile, on a sharp screen too, to a whole screen.
 */
const PREVIEW_SIZES = [64, 160, 320, 640, 1280, 2048] as const

export type PreviewSize = (typeof PREVIEW_SIZES)[number]

/** The smallest step that is no smaller than what was asked for, or the largest there is. */
export function previewSizeFor(asked: number): PreviewSize {
  return PREVIEW_SIZES.find(size => size >= asked) ?? 2048
}
