/** A place on the stage, told from its middle, in pixels. */
interface Point {
  readonly x: number
  readonly y: number
}

/** What fingers and the mouse do to a picture. */
interface GestureListener {
  onZoom(factor: number, point: Point): void
  onMove(by: Point): void
  /** -1 to the picture before, 1 to the one after. */
  onSwipe(step: -1 | 1): void
  onDouble(point: Point): void
}

/** Pixels that a finger goes sideways for another picture. */
const SWIPE_PIXELS = 60

/** Milliseconds between two taps that are one. */
const DOUBLE_MS = 300

/** Reads pinching, dragging, swiping, double taps and the wheel off an element. */
export function gestures(listener: GestureListener): (element: HTMLElement) => () => void {
  return element => {
    const fingers = new Map<number, PointerEvent>()
    let startX = 0
    let startY = 0
    let wasPinched = false
    let tappedAtMs = 0

    const pointOf = ({ clientX, clientY }: { clientX: number; clientY: number }): Point => {
      const { left, top, width, height } = element.getBoundingClientRect()
      return { x: clientX - left - width / 2, y: clientY - top - height / 2 }
    }
    const isButton = ({ target }: Event) => target instanceof Element && target.closest('button') !== null
    const spread = () => {
      const [one, other] = [...fingers.values()]
      if (one === undefined || other === undefined) return undefined
      const point = { clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 }
      return { distance: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY), point }
    }

    const onDown = (event: PointerEvent) => {
      if (isButton(event)) return
      element.setPointerCapture(event.pointerId)
      fingers.set(event.pointerId, event)
      if (fingers.size === 1) {
        startX = event.clientX
        startY = event.clientY
        wasPinched = false
      } else wasPinched = true
    }
    const onMove = (event: PointerEvent) => {
      const last = fingers.get(event.pointerId)
      if (last === undefined) return
      const before = spread()
      fingers.set(event.pointerId, event)
      const after = spread()
      if (before !== undefined && after !== undefined && before.distance > 0)
        listener.onZoom(after.distance / before.distance, pointOf(after.point))
      else listener.onMove({ x: event.clientX - last.clientX, y: event.clientY - last.clientY })
    }
    const onUp = (event: PointerEvent) => {
      if (!fingers.delete(event.pointerId) || fingers.size > 0 || wasPinched) return
      const across = event.clientX - startX
      const isStill = Math.abs(across) + Math.abs(event.clientY - startY) < 10
      const isSwipe = event.pointerType === 'touch' && Math.abs(across) > SWIPE_PIXELS
      if (isSwipe && Math.abs(across) > 2 * Math.abs(event.clientY - startY))
        listener.onSwipe(across < 0 ? 1 : -1)
      if (isStill && event.timeStamp - tappedAtMs < DOUBLE_MS) listener.onDouble(pointOf(event))
      tappedAtMs = isStill ? event.timeStamp : 0
    }
    const onCancel = (event: PointerEvent) => fingers.delete(event.pointerId)
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      listener.onZoom(Math.exp(-event.deltaY / 400), pointOf(event))
    }
    element.addEventListener('pointerdown', onDown)
    element.addEventListener('pointermove', onMove)
    element.addEventListener('pointerup', onUp)
    element.addEventListener('pointercancel', onCancel)
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => {
      element.removeEventListener('pointerdown', onDown)
      element.removeEventListener('pointermove', onMove)
      element.removeEventListener('pointerup', onUp)
      element.removeEventListener('pointercancel', onCancel)
      element.removeEventListener('wheel', onWheel)
    }
  }
}
