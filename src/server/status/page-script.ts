/** Milliseconds from one renewal of the page to the next. */
export const RENEWAL_MS = 5000

/**
 * What the status page runs in the browser: it asks for itself again and puts what changed into the parts that live, so
 * that the words, numbers and plots are written in one place, the server, with a script or without. What the reader
 * opened, selected or scrolled to stays. Nobody is asked for a page that nobody looks at.
 */
export const PAGE_SCRIPT = `
'use strict'
const silence = document.getElementById('silence')
async function renew() {
  try {
    const answer = await fetch(location.pathname, { cache: 'no-store', signal: AbortSignal.timeout(${2 * RENEWAL_MS}) })
    if (!answer.ok) throw new Error(answer.status)
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    for (const part of document.querySelectorAll('[data-live]')) {
      const next = fresh.getElementById(part.id)
      if (next !== null && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes)
    }
    silence.hidden = true
  } catch {
    silence.hidden = false
  }
  await new Promise(resolve => setTimeout(resolve, ${RENEWAL_MS}))
  if (document.hidden) document.addEventListener('visibilitychange', renew, { once: true })
  else renew()
}
setTimeout(renew, ${RENEWAL_MS})
`
