import { type Markup, markup } from '../../base/markup.ts'
import type { DatedImage } from '../../peer/library/image-file.ts'
import type { GuestScripts } from '../guest-scripts.ts'
import { type GuestPage, languageSwitch, link, type PageContext, pageFrame } from './page-frame.ts'
import { tileClass, tileRatio } from './tile-ratio.ts'

/** Pictures of one page: some screens of a phone; their previews come as they are scrolled to. */
export const PICTURES_PER_PAGE = 120

/** Pixels of the previews that a tile chooses from. */
const TILE_SIZES = [320, 640] as const

/** What is shown. */
export interface GalleryFacts {
  readonly pictures: readonly DatedImage[]
  /** From 1; a number that there is no page for shows the last. */
  readonly page: number
  /** Pictures that one archive may hold. */
  readonly archive: number
  readonly selection: number
  readonly revision: number
  readonly scripts: GuestScripts
}

/** All pictures, newest first, a page at a time. */
export function galleryPage(context: PageContext, facts: GalleryFacts): GuestPage {
  const { texts, name, bringing } = context
  const { pictures, scripts, revision, selection } = facts
  const pageCount = Math.max(1, Math.ceil(pictures.length / PICTURES_PER_PAGE))
  const page = Math.min(Math.max(1, facts.page), pageCount)
  const shown = pictures.slice((page - 1) * PICTURES_PER_PAGE, page * PICTURES_PER_PAGE)
  const body = markup`<a class="skip unseen" href="#pictures">${texts.toPictures}</a>
<div class="page">
<header class="top">
<h1>${texts.title(name)}</h1>
<p class="faint">${texts.pictures(pictures.length)}</p>
${languageSwitch(context, '', { page })}
</header>
<main>
${actions(context, facts)}<p class="card notice" id="arrived" role="status" hidden><span>${texts.arrived}</span> <a class="button" href="${link(context, '')}">${texts.showThem}</a></p>
<div id="pictures" tabindex="-1">${shown.length === 0 ? markup`<p class="empty">${bringing === undefined ? texts.empty : texts.emptyBringing}</p>` : wall(context, shown)}</div>
${pageCount > 1 ? turning(context, page, pageCount) : ''}
</main>
<footer class="foot"><a href="${link(context, 'wall')}">${texts.wall}</a></footer>
</div>
`
  const { problems, waiting, sending, brought, broughtBefore, retry, selected } = texts
  const words = {
    waiting,
    sending: sending('{}'),
    brought,
    broughtBefore,
    retry,
    selected: selected('{}'),
    problems,
  }
  return pageFrame(context, {
    ...{ title: texts.title(name), bodyClass: '', body, script: 'gallery', scripts },
    facts: { words, revision, selection, fileBytes: bringing?.fileBytes ?? 0 },
  })
}

function actions(context: PageContext, { pictures, archive }: GalleryFacts): Markup {
  const { texts, bringing } = context
  const bytes = pictures.reduce((sum, { details }) => sum + (details?.bytes ?? 0), 0)
  const hasArchive = pictures.length > 0 && pictures.length <= archive
  return markup`<div class="actions">${bringing === undefined ? '' : choosing(context)}${hasArchive ? markup`<a class="button" href="${link(context, 'pictures.zip')}" download>${texts.takeAllOf(texts.bytes(bytes))}</a>` : ''}</div>
${bringing === undefined ? '' : brought(context, bringing)}`
}

function choosing({ texts }: PageContext): Markup {
  return markup`<noscript><p class="faint">${texts.needsScript}</p></noscript><div id="choosing" hidden><input class="unseen" id="files" type="file" multiple accept="image/*,.heic,.heif,.dng,.cr2,.cr3,.nef,.arw,.raf,.orf,.rw2" aria-describedby="bring-hint"><label class="button main" for="files">${texts.bring}</label></div>`
}

function brought(
  { texts }: PageContext,
  { fileBytes, isShared }: NonNullable<PageContext['bringing']>,
): Markup {
  return markup`<p class="faint hint" id="bring-hint">${texts.bringHint(texts.bytes(fileBytes))}${isShared ? ` ${texts.bringShared}` : ''}</p>
<ul class="card brought" id="brought" aria-label="${texts.bring}" hidden></ul>
<p class="unseen" id="told" role="status"></p>
<p class="drop" id="drop" hidden>${texts.dropHere}</p>
`
}

function wall(context: PageContext, shown: readonly DatedImage[]): Markup {
  const { texts } = context
  return markup`<form method="get" action="${link(context, 'pictures.zip')}">
<ul class="wall">
${shown.map(picture => tile(context, picture))}</ul>
<div class="bar"><output id="selected"></output><button class="button main">${texts.takeSelection}</button><button class="button" type="reset">${texts.clear}</button><span class="faint">${texts.zipHint}</span></div>
</form>`
}

function tile(context: PageContext, { digest, name, details = {} }: DatedImage): Markup {
  const { width, height, placeholder = '' } = details
  const ratio = tileRatio(width, height)
  const sources = TILE_SIZES.map(
    size => `${link(context, `preview/${digest}/${size}`)} ${Math.round(size * Math.min(1, ratio))}w`,
  ).join(', ')
  return markup`<li class="tile ${tileClass(ratio)}" data-placeholder="${placeholder}"><a href="${link(context, `picture/${digest}`)}"><img src="${link(context, `preview/${digest}/320`)}" srcset="${sources}" sizes="(max-width: 34rem) ${Math.round(Math.min(90, 36 * ratio))}vw, ${Math.round(240 * ratio)}px" alt="${name}" loading="lazy" decoding="async"></a><label class="pick"><input type="checkbox" name="p" value="${digest}" aria-label="${context.texts.select(name)}"></label></li>
`
}

function turning(context: PageContext, page: number, of: number): Markup {
  const { texts } = context
  const newer =
    page > 1
      ? markup`<a class="button" rel="prev" href="${link(context, '', { page: page - 1 })}">${texts.newer}</a>`
      : ''
  const older =
    page < of
      ? markup`<a class="button" rel="next" href="${link(context, '', { page: page + 1 })}">${texts.older}</a>`
      : ''
  return markup`<nav class="pages" aria-label="${texts.pages}">${newer}<span class="faint">${texts.page(page, of)}</span>${older}</nav>`
}
