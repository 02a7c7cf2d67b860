import { createHash } from 'node:crypto'
import { Markup, markup } from '../../base/markup.ts'
import { type GuestLanguage, type GuestTexts, guestLanguages } from '../../messages/guest-texts.ts'
import type { GuestScripts } from '../guest-scripts.ts'
import { GUEST_STYLE } from './page-style.ts'

/** What every page is made with. */
export interface PageContext {
  /** The path below which everything lies, `/<token>/`. */
  readonly base: string
  readonly language: GuestLanguage
  /** Whether the guest chose it: then links keep it. */
  readonly isChosen: boolean
  readonly texts: GuestTexts
  /** What the pictures are called as a whole: the name of the folder. */
  readonly name: string
  /** What guests may bring; `undefined` where they may not. */
  readonly bringing: { readonly fileBytes: number; readonly isShared: boolean } | undefined
}

/** A page, and what it may load and run. */
export interface GuestPage {
  readonly text: string
  readonly securityPolicy: string
}

/** Three pictures in a row, for the browser's tab. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b5f56'/%3E%3Cpath d='M3 12l3.5-5 2.5 3 1.5-2L13 12z' fill='%23fff'/%3E%3Ccircle cx='11' cy='5' r='1.4' fill='%23fff'/%3E%3C/svg%3E"

const STYLE_HASH = hashOf(GUEST_STYLE)

/** A link below the guests' address, in the language that was chosen. */
export function link(
  { base, language, isChosen }: PageContext,
  path: string,
  query: Readonly<Record<string, string | number>> = {},
): string {
  const parameters = new URLSearchParams(isChosen ? { lang: language } : {})
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value))
  return `${base}${path}${parameters.size > 0 ? `?${parameters}` : ''}`
}

/** A whole page around `body`. `words` are what its script says. */
export function pageFrame(
  context: PageContext,
  parts: {
    readonly title: string
    readonly bodyClass: string
    readonly body: Markup
    readonly script: keyof GuestScripts
    readonly scripts: GuestScripts
    readonly facts: Readonly<Record<string, unknown>>
  },
): GuestPage {
  const script = parts.scripts[parts.script]
  // In this element nothing but its end tag means anything to a browser.
  const facts = Markup.trusted(
    JSON.stringify({ base: context.base, ...parts.facts }).replaceAll('<', '\\u003c'),
  )
  const { text } = markup`<!doctype html>
<html lang="${context.texts.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex, nofollow">
<title>${parts.title}</title>
<link rel="icon" href="${ICON}">
<style>${Markup.trusted(GUEST_STYLE)}</style>
</head>
<body class="${parts.bodyClass}">
${parts.body}
<script type="application/json" id="facts">${facts}</script>
<script>${Markup.trusted(script)}</script>
</body>
</html>
`
  return { text, securityPolicy: policyFor(hashOf(script)) }
}

/** Its own style and script, known by their hashes, pictures and answers of this server, and nothing from anywhere else. */
function policyFor(scriptHash: string): string {
  return [
    "default-src 'none'",
    `style-src '${STYLE_HASH}'`,
    `script-src '${scriptHash}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** The languages, as links to the same page. */
export function languageSwitch(
  context: PageContext,
  path: string,
  query: Readonly<Record<string, number>> = {},
): Markup {
  const items = Object.entries(guestLanguages).map(([language, name]) => {
    const href = link(context, path, { ...query, lang: language })
    const isThis = language === context.language
    return isThis
      ? markup`<li><a href="${href}" lang="${language}" title="${name}" aria-current="true">${language.toUpperCase()}<span class="unseen"> ${name}</span></a></li>`
      : markup`<li><a href="${href}" lang="${language}" hreflang="${language}" title="${name}">${language.toUpperCase()}<span class="unseen"> ${name}</span></a></li>`
  })
  return markup`<nav class="languages" aria-label="${context.texts.languages}"><ul>${items}</ul></nav>`
}
