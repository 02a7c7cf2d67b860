import { type Markup, markup } from '../../base/markup.ts'
import type { DatedImage } from '../../peer/library/image-file.ts'
import type { GuestScripts } from '../guest-scripts.ts'
import { type GuestPage, link, type PageContext, pageFrame } from './page-frame.ts'

/** Pixels of the preview that fills the screen. */
const LARGE = [1280, 2048] as const

/** One picture, and its neighbours in the order of the gallery. */
export interface PictureFacts {
  readonly picture: DatedImage
  readonly newer: DatedImage | undefined
  readonly older: DatedImage | undefined
  /** The gallery's page on which it stands. */
  readonly page: number
  readonly scripts: GuestScripts
}

/** A picture as large as the screen, and what is known of it. */
export function picturePage(context: PageContext, facts: PictureFacts): GuestPage {
  const { texts } = context
  const { picture, newer, older, page, scripts } = facts
  const { digest, name, details = {} } = picture
  const { width, height, bytes = 0, placeholder = '' } = details
  const shape =
    width === undefined || height === undefined ? markup`` : markup` width="${width}" height="${height}"`
  const sources = LARGE.map(
    size =>
      `${link(context, `preview/${digest}/${size}`)} ${Math.round(size * Math.min(1, (width ?? 1) / (height ?? 1)))}w`,
  ).join(', ')
  const back = page > 1 ? link(context, '', { page }) : link(context, '')
  const body = markup`<nav aria-label="${texts.pages}"><a class="button" id="back" href="${back}">← ${texts.back}</a><span class="turns">${turn(context, newer, 'previous')}${turn(context, older, 'next')}</span></nav>
<main>
<img id="picture" data-placeholder="${placeholder}" src="${link(context, `preview/${digest}/1280`)}" srcset="${sources}" sizes="100vw" alt="${name}"${shape}>
<p class="none" id="none" hidden>${texts.noPreview}</p>
</main>
<footer>
<div class="words"><h1>${name}</h1>
<dl aria-label="${texts.facts}">
${width === undefined || height === undefined ? '' : fact(texts.dimensions, texts.pixels(width, height))}${fact(texts.size, texts.bytes(bytes))}${details.format === undefined ? '' : fact(texts.format, details.format.toUpperCase())}${details.taken === undefined ? '' : fact(texts.taken, takenText(details.taken, texts.locale))}</dl></div>
<a class="button main" id="take" href="${link(context, `original/${digest}`)}" download>${texts.takeOriginal} · ${texts.bytes(bytes)}</a>
</footer>
`
  return pageFrame(context, { title: name, bodyClass: 'one', body, script: 'picture', scripts, facts: {} })
}

function turn(context: PageContext, to: DatedImage | undefined, which: 'previous' | 'next'): Markup {
  if (to === undefined) return markup``
  const sign = which === 'previous' ? '‹' : '›'
  return markup`<a class="button turn" id="${which}" rel="${which === 'previous' ? 'prev' : 'next'}" href="${link(context, `picture/${to.digest}`)}" aria-label="${context.texts[which]}">${sign}</a>`
}

function fact(name: string, value: string): Markup {
  return markup`<div><dt>${name}</dt><dd>${value}</dd></div>
`
}

/** By the camera's own clock, whose time zone is seldom known: shown as it stood there. */
function takenText(seconds: number, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
  return format.format(new Date(seconds * 1000))
}
