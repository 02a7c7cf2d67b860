import { createHash } from 'node:crypto'
import { Markup, markup } from '../../base/markup.ts'
import { type Language, languages, type Messages } from '../../messages/messages.ts'
import { type NumberFormats, plots } from './page-plots.ts'
import { PAGE_SCRIPT, RENEWAL_MS } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'
import type { StatusDocument } from './status-document.ts'
import { RATE_COLUMNS } from './status-history.ts'

/** What the page shows beyond the document for programs. */
export interface PageFacts {
  readonly document: StatusDocument
  readonly heapUsedBytes: number
  /** Path of the API's own description, for people. */
  readonly documentationPath: string
}

/** What the page may load and run: its own style and script, known by their hashes, and nothing from anywhere else. */
export const PAGE_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(PAGE_STYLE)}'`,
  `script-src '${hashOf(PAGE_SCRIPT)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** Three dots in a ring, for the browser's tab. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cg fill='%230072b2'%3E%3Ccircle cx='8' cy='4' r='3'/%3E%3Ccircle cx='3.5' cy='12' r='3'/%3E%3Ccircle cx='12.5' cy='12' r='3'/%3E%3C/g%3E%3C/svg%3E"

/** Made when a page is first asked for in the language; a server starts without them. */
const formatsByLanguage = new Map<Language, NumberFormats>()

function formatsOf(language: Language): NumberFormats {
  const known = formatsByLanguage.get(language)
  if (known !== undefined) return known
  const made = makeFormats(languages[language].status.locale)
  formatsByLanguage.set(language, made)
  return made
}

function makeFormats(locale: string): NumberFormats {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const fine = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 })
  return {
    exact: value => (value < 100 ? fine : whole).format(value),
    short: value => compact.format(value),
  }
}

/** The status page: numbers, plots and tables that can be read as they are, and a script that renews them. */
export function statusPage(language: Language, facts: PageFacts): string {
  const messages = languages[language]
  const words = messages.status
  const formats = formatsOf(language)
  return markup`<!doctype html>
<html lang="${words.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SocketsImageP2P · ${words.title}</title>
<link rel="icon" href="${ICON}">
<style>${Markup.trusted(PAGE_STYLE)}</style>
<noscript><meta http-equiv="refresh" content="${(2 * RENEWAL_MS) / 1000}"></noscript>
</head>
<body>
${heading(facts.document, words)}<main>
<p class="card notice" id="silence" hidden>${words.silent}</p>
${trouble(facts.document, words)}${tiles(facts, messages, formats)}<div class="plots">
${plots(facts.document, words, formats)}${wordsTable(facts.document, words, formats)}</div>
</main>
<footer class="faint">
<span>${words.renewed(RENEWAL_MS / 1000)}</span>
<span>${words.forPrograms} <a href="/status.json">/status.json</a> · <a href="/metrics">/metrics</a> · <a href="/healthz">/healthz</a> · <a href="${facts.documentationPath}">${words.documentation}</a></span>
<span>SocketsImageP2P ${facts.document.version}</span>
</footer>
<script>${Markup.trusted(PAGE_SCRIPT)}</script>
</body>
</html>
`.text
}

function heading({ status, uptimeSeconds }: StatusDocument, words: Messages['status']): Markup {
  const minutes = Math.floor(uptimeSeconds / 60)
  const uptime = words.uptime(Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60)
  const isGood = status === 'ok'
  return markup`<header>
<h1>${words.title}</h1>
<p id="state" data-live><span class="state${isGood ? '' : ' troubled'}">${isGood ? words.running : words.troubled}</span> <span class="faint">${uptime}</span></p>
</header>
`
}

/** What is wrong, where something is. */
function trouble({ reasons = [] }: StatusDocument, words: Messages['status']): Markup {
  const notices = reasons.map(
    ({ detail }) => markup`<p class="card notice">${words.journalFailing(detail)}</p>`,
  )
  return markup`<div id="trouble" data-live>${notices}</div>
`
}

function tiles({ document, heapUsedBytes }: PageFacts, messages: Messages, { exact }: NumberFormats): Markup {
  const { registrations, absentRegistrations, images, holdings, watchers, residentBytes } = document
  const { status: words, counted } = messages
  const perSecond = RATE_COLUMNS.reduce((sum, name) => sum + document.requestsPerSecond[name], 0)
  return markup`<div class="tiles" id="numbers" data-live>
${tile(words.peers, exact(registrations), absentRegistrations > 0 ? words.peersAbsent(absentRegistrations) : '')}
${tile(words.images, exact(images), watchers > 0 ? words.watchers(watchers) : '')}
${tile(words.owners, exact(holdings), images > 0 ? words.ownersOfEach(exact(holdings / images)) : '')}
${tile(words.requests, exact(perSecond), words.perSecond)}
${tile(words.memory, counted.bytes(residentBytes), words.heap(counted.bytes(heapUsedBytes)))}
${journalTile(document.journal, messages)}
</div>
`
}

function tile(name: string, number: string, note: string): Markup {
  return markup`<section class="card"><h2 class="faint">${name}</h2><p class="number">${number}</p><p class="faint">${note}</p></section>`
}

function journalTile(
  { state, logBytes }: StatusDocument['journal'],
  { status: words, counted }: Messages,
): Markup {
  switch (state) {
    case 'durable':
      return tile(words.journal, words.yes, words.journalDurable(counted.bytes(logBytes)))
    case 'memory':
      return tile(words.journal, words.no, words.journalMemory)
    case 'failing':
      return tile(words.journal, words.no, words.notNow)
    default:
      return state satisfies never
  }
}

function wordsTable(document: StatusDocument, words: Messages['status'], { exact }: NumberFormats): Markup {
  const rows = RATE_COLUMNS.map(
    name => markup`<tr><th scope="row">${name === 'unknown' ? words.unknownWord : name}</th><td class="words">${words.meanings[name]}</td><td>${exact(document.requestsPerSecond[name])}</td><td>${exact(document.requestsTotal[name])}</td></tr>
`,
  )
  return markup`<section class="card">
<h2>${words.wordsTable}</h2>
<div class="scroll" id="words" data-live>
<table>
<thead><tr><th scope="col">${words.word}</th><th scope="col" class="words">${words.meaning}</th><th scope="col">${words.perSecond}</th><th scope="col">${words.sinceStart}</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
</div>
</section>
`
}
