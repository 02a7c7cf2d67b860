import { thumbHashToRGBA } from 'thumbhash'

/** Draws the picture that a ThumbHash stands for; whatever else it says is nothing to be seen, and no error. */
export function drawPlaceholder(canvas: HTMLCanvasElement, placeholder: string | undefined): void {
  if (placeholder === undefined) return
  try {
    const bytes = Uint8Array.from(atob(placeholder), character => character.charCodeAt(0))
    const { w, h, rgba } = thumbHashToRGBA(bytes)
    canvas.width = w
    canvas.height = h
    canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0)
  } catch {
    // A stranger's placeholder that is none: the tile keeps its plain ground.
  }
}
