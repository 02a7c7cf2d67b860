/** How a picture is seen: its middle is moved by `x` and `y` pixels, and it is drawn `scale` times as large as it fits. */
export interface View {
  readonly scale: number
  readonly x: number
  readonly y: number
}

/** The whole picture. */
export const WHOLE: View = { scale: 1, x: 0, y: 0 }

/** Times that a picture is enlarged beyond the size in which it fits, at most. */
export const MAX_SCALE = 8

/** The view that is `factor` times as large around a point, which is told from the middle of the screen. */
export function zoomed(
  view: View,
  factor: number,
  point: { readonly x: number; readonly y: number },
  screen: { readonly width: number; readonly height: number },
): View {
  const scale = Math.min(MAX_SCALE, Math.max(1, view.scale * factor))
  const real = scale / view.scale
  return bounded(
    { scale, x: point.x - (point.x - view.x) * real, y: point.y - (point.y - view.y) * real },
    screen,
  )
}

/** The view moved by some pixels. */
export function moved(
  view: View,
  by: { readonly x: number; readonly y: number },
  screen: { readonly width: number; readonly height: number },
): View {
  return bounded({ scale: view.scale, x: view.x + by.x, y: view.y + by.y }, screen)
}

/** A picture never leaves the screen: its edges stop at the screen's. */
function bounded({ scale, x, y }: View, { width, height }: { width: number; height: number }): View {
  if (scale === 1) return WHOLE
  const most = { x: (width * (scale - 1)) / 2, y: (height * (scale - 1)) / 2 }
  return {
    scale,
    x: Math.min(most.x, Math.max(-most.x, x)),
    y: Math.min(most.y, Math.max(-most.y, y)),
  }
}

/** Pixels of the longer side of the largest preview. */
export const PREVIEW_PIXELS = 2048

/** Whether a picture is drawn larger than its preview shows it: `fits` are pixels of the screen's, where it is drawn whole. */
export function isBeyondPreview(
  { scale }: View,
  fits: { readonly width: number; readonly height: number },
  picture: { readonly width?: number | undefined; readonly height?: number | undefined } | undefined,
): boolean {
  const { width = 1, height = 1 } = picture ?? {}
  const longer = Math.max(width, height)
  const drawn = longer * Math.min(fits.width / width, fits.height / height) * scale
  return longer > PREVIEW_PIXELS && drawn > PREVIEW_PIXELS
}
