import { markup } from '../../base/markup.ts'
import type { GuestScripts } from '../guest-scripts.ts'
import { qrMarkup } from '../qr-code.ts'
import { type GuestPage, type PageContext, pageFrame } from './page-frame.ts'

/** The newest pictures all over a screen, and how to join. `address` is that of the guests' page. */
export function wallPage(context: PageContext, address: string, scripts: GuestScripts): GuestPage {
  const { texts, name, bringing } = context
  const body = markup`<header class="unseen"><h1>${texts.wallTitle(name)}</h1></header>
<main id="wall" aria-label="${texts.wallTitle(name)}"></main>
<p class="empty" id="empty" hidden>${texts.empty}</p>
<div class="controls"><button class="button" id="pause" type="button">${texts.pause}</button><button class="button" id="full" type="button" hidden>${texts.fullScreen}</button></div>
<aside class="join">${qrMarkup(address, texts.qrCode)}<p><strong>${bringing === undefined ? texts.scan : texts.scanBringing}</strong>${address.replace(/^http:\/\//, '')}</p></aside>
`
  return pageFrame(context, {
    ...{ title: texts.wallTitle(name), bodyClass: 'projector', body, script: 'wall', scripts },
    facts: { words: { pause: texts.pause, goOn: texts.goOn } },
  })
}
