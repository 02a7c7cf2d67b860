import type { Box } from './justified-rows.ts'

/** Pixels that a pressed mouse moves before it draws a rectangle instead of pressing what is under it. */
const BEGIN_PIXELS = 8

/** What drawing a rectangle does. */
interface DragListener {
  /** Where on the wall the mouse is. */
  toWall(event: PointerEvent): { readonly x: number; readonly y: number }
  onRectangle(box: Box): void
  onEnd(box: Box): void
}

/** Lets a person draw a rectangle with the mouse over an element; a finger scrolls instead. */
export function dragRectangle(listener: DragListener): (element: HTMLElement) => () => void {
  return element => {
    let start: { readonly x: number; readonly y: number } | undefined
    let drawn: Box | undefined

    const onDown = (event: PointerEvent) => {
      const isOnScrollbar = event.offsetX > element.clientWidth && event.target === element
      if (event.pointerType !== 'mouse' || event.button !== 0 || isOnScrollbar) return
      start = listener.toWall(event)
    }
    const onMove = (event: PointerEvent) => {
      if (start === undefined) return
      const { x, y } = listener.toWall(event)
      const isFar = Math.abs(x - start.x) + Math.abs(y - start.y) > BEGIN_PIXELS
      if (drawn === undefined && !isFar) return
      drawn = {
        left: Math.min(x, start.x),
        top: Math.min(y, start.y),
        width: Math.abs(x - start.x),
        height: Math.abs(y - start.y),
      }
      event.preventDefault()
      listener.onRectangle(drawn)
    }
    const onUp = () => {
      start = undefined
      if (drawn === undefined) return
      listener.onEnd(drawn)
      drawn = undefined
      // The press that follows was none.
      window.addEventListener('click', swallow, { capture: true, once: true })
      setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 0)
    }
    const swallow = (event: Event) => {
      event.stopPropagation()
      event.preventDefault()
    }
    element.addEventListener('pointerdown', onDown)
    window.addEventListener('pointermove', onMove)
    window.addEventListener('pointerup', onUp)
    return () => {
      element.removeEventListener('pointerdown', onDown)
      window.removeEventListener('pointermove', onMove)
      window.removeEventListener('pointerup', onUp)
    }
  }
}
