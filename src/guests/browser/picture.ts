import type { ShowPlaceholder } from './placeholder.ts'

/** The script of the page with one picture. Its source is sent to the browser: it stands alone. */
export function picture(showPlaceholder: ShowPlaceholder): void {
  /** Pixels that a finger moves before it turns the page. */
  const SWIPE = 60

  const image = document.getElementById('picture')
  const none = document.getElementById('none')
  if (image instanceof HTMLImageElement && none !== null) {
    const refuse = () => {
      image.hidden = true
      none.hidden = false
    }
    image.addEventListener('error', refuse)
    if (!image.complete) showPlaceholder(image)
    // Where the picture is transparent, its ground is seen.
    image.addEventListener('load', () => image.style.removeProperty('background-image'))
    if (image.complete && image.naturalWidth === 0 && image.currentSrc !== '') refuse()
  }

  const go = (id: string) => {
    const to = document.getElementById(id)
    if (to instanceof HTMLAnchorElement) location.replace(to.href)
  }
  // Turning pages leaves one step back to the gallery.
  for (const id of ['previous', 'next']) {
    document.getElementById(id)?.addEventListener('click', event => {
      if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey)) return
      event.preventDefault()
      go(id)
    })
  }
  addEventListener('keydown', event => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === 'ArrowLeft') go('previous')
    if (event.key === 'ArrowRight') go('next')
    if (event.key === 'Escape') document.getElementById('back')?.click()
  })

  let from: Touch | undefined
  addEventListener('touchstart', event => {
    from = event.touches.length === 1 ? event.touches[0] : undefined
  })
  addEventListener('touchend', event => {
    const to = event.changedTouches[0]
    // A picture that was enlarged is moved about, not turned.
    if (from === undefined || to === undefined || (visualViewport?.scale ?? 1) > 1.05) return
    const across = to.clientX - from.clientX
    if (Math.abs(across) < SWIPE || Math.abs(across) < 2 * Math.abs(to.clientY - from.clientY)) return
    go(across < 0 ? 'next' : 'previous')
  })
}
