/** What `thumbhash` gives for a hash. */
export type DecodePlaceholder = (hash: Uint8Array) => { w: number; h: number; rgba: Uint8Array<ArrayBuffer> }

/** Shows a blurred picture as the ground of `element`, until the picture itself is there. */
export function showPlaceholder(element: HTMLElement, decode: DecodePlaceholder): void {
  try {
    const text = element.dataset['placeholder'] ?? ''
    if (text === '') return
    const { w, h, rgba } = decode(Uint8Array.from(atob(text), character => character.charCodeAt(0)))
    const canvas = document.createElement('canvas')
    canvas.width = w
    canvas.height = h
    canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0)
    element.style.backgroundImage = `url(${canvas.toDataURL()})`
  } catch {
    // It is no more than a decoration, and a stranger's bytes.
  }
}
export type ShowPlaceholder = (element: HTMLElement) => void
