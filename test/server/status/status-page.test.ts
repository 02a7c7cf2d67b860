import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type Language, languages } from '../../../src/messages/messages.ts'
import { HttpMetrics } from '../../../src/server/status/http-metrics.ts'
import { RequestKind, RequestMetrics, RequestOutcome } from '../../../src/server/status/request-metrics.ts'
import { statusDocument } from '../../../src/server/status/status-document.ts'
import { StatusHistory } from '../../../src/server/status/status-history.ts'
import { PAGE_SECURITY_POLICY, type PageFacts, statusPage } from '../../../src/server/status/status-page.ts'
import type { StatusReading } from '../../../src/server/status/status-source.ts'
import { FixedSource, QUIET_READING } from './fixed-source.ts'
import { checkHtml } from './html-checker.ts'

/** The facts of a server that has run for `samples` of ten seconds. */
function facts(samples: number, changes: Partial<StatusReading> = {}): PageFacts {
  const source = new FixedSource(changes)
  const requests = new RequestMetrics()
  let nowMs = 0
  const history = new StatusHistory({ source, requests, http: new HttpMetrics(), nowMs: () => nowMs })
  for (let sample = 0; sample < samples; sample += 1) {
    requests.count(RequestKind.list, RequestOutcome.done, requests.begin())
    nowMs += 10_000
    history.sample()
  }
  const document = statusDocument({ source, history, version: '1.2.3' })
  return { document, heapUsedBytes: 5_000_000, documentationPath: '/docs' }
}

const FAILING = { ...QUIET_READING.journal, state: 'failing', reason: 'ENOSPC' } as const

for (const language of Object.keys(languages) as Language[]) {
  const words = languages[language].status
  for (const samples of [0, 1, 2, 360, 800]) {
    test(`${language}: after ${samples} samples the page is whole, and all of its own`, () => {
      const page = statusPage(language, facts(samples))
      const elements = checkHtml(page)
      assert.doesNotMatch(page, /NaN|undefined|Infinity|\[object/)
      for (const { name, attributes } of elements) {
        for (const attribute of attributes.keys()) assert.doesNotMatch(attribute, /^on|^style$/, name)
        assert.equal(attributes.has('src'), false)
        assert.match(attributes.get('href') ?? '/', /^(?:\/|data:image\/svg)/)
      }
      assert.equal(elements.filter(({ name }) => name === 'h1').length, 1)
      assert.equal(elements[0]?.attributes.get('lang'), words.locale)
      const plots = elements.filter(({ attributes }) => attributes.get('role') === 'img')
      assert.equal(plots.length, 3)
      assert.equal(elements.filter(({ name }) => name === 'details').length, 3)
      assert.equal(elements.filter(({ name }) => name === 'table').length, 4)
    })
  }

  test(`${language}: the numbers are there without a script`, () => {
    const page = statusPage(
      language,
      facts(3, { registrations: 12_345, images: 7_654_321, holdings: 9_999_999 }),
    )
    for (const number of [12_345, 7_654_321, 9_999_999]) {
      assert.ok(page.includes(`<p class="number">${number.toLocaleString(words.locale)}</p>`), String(number))
    }
    assert.ok(page.includes(words.running) && !page.includes(words.troubled))
  })

  test(`${language}: every state of the journal is said in words`, () => {
    const sizes = languages[language].counted.bytes(31)
    assert.ok(statusPage(language, facts(1)).includes(words.journalDurable(sizes)))
    const memory = facts(1, { journal: { ...QUIET_READING.journal, state: 'memory' } })
    assert.ok(statusPage(language, memory).includes(words.journalMemory))
    const failing = statusPage(language, facts(1, { journal: FAILING }))
    assert.ok(failing.includes(words.journalFailing('ENOSPC')))
    assert.ok(failing.includes(words.troubled))
  })
}

test('no text from elsewhere becomes markup', () => {
  const hostile = '</p><script>alert(1)</script>" onload="x'
  const plain = facts(1)
  const page = statusPage('en', {
    ...plain,
    document: {
      ...plain.document,
      version: hostile,
      reasons: [{ code: 'journalFailing', detail: hostile }],
    },
    documentationPath: hostile,
  })
  const elements = checkHtml(page.replace(/href="[^"]*"/g, ''))
  assert.equal(elements.filter(({ name }) => name === 'script').length, 1)
  assert.ok(!page.includes('alert(1)</script>'))
})

test('the policy lets run and load what the page has, and nothing else', () => {
  const page = statusPage('en', facts(1))
  for (const [element, directive] of [
    ['style', 'style-src'],
    ['script', 'script-src'],
  ] as const) {
    const inline = [...page.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))].map(
      match => match[1] ?? '',
    )
    assert.equal(inline.length, 1)
    const hash = createHash('sha256')
      .update(inline[0] ?? '')
      .digest('base64')
    assert.ok(PAGE_SECURITY_POLICY.includes(`${directive} 'sha256-${hash}'`), element)
  }
  assert.match(PAGE_SECURITY_POLICY, /^default-src 'none';/)
  assert.doesNotMatch(PAGE_SECURITY_POLICY, /unsafe|\*|http/)
})

test('what lives in the page has an id, and is the same part in every page', () => {
  const ids = (page: string) =>
    checkHtml(page).flatMap(({ attributes }) => (attributes.has('data-live') ? attributes.get('id') : []))
  const quiet = ids(statusPage('en', facts(0)))
  assert.deepEqual(ids(statusPage('pt', facts(500, { journal: FAILING }))), quiet)
  assert.equal(quiet.length, 10)
  assert.ok(!quiet.includes(undefined))
})

test('a plot is told in words and in numbers', () => {
  const page = statusPage('en', facts(300))
  assert.match(
    page,
    /<desc id="peers-plot-description">The last 60 minutes\. listed: between 2 and 2, now 2\./,
  )
  const table = /<div class="scroll" id="requests-table" data-live>(.*?)<\/div>/s.exec(page)?.[1] ?? ''
  const rows = [...table.matchAll(/<tr><th scope="row">([^<]*)<\/th><td>([^<]*)<\/td>/g)]
  assert.ok(rows.length >= 10 && rows.length <= 13, String(rows.length))
  assert.deepEqual(rows[0]?.slice(1), ['now', '0.1'])
})

test('the time since the start is in the units that suit it', () => {
  const { document, ...rest } = facts(0)
  const uptime = (uptimeSeconds: number) => {
    const page = statusPage('en', { document: { ...document, uptimeSeconds }, ...rest })
    return /<span class="faint">for ([^<]*)<\/span>/.exec(page)?.[1]
  }
  assert.deepEqual([59, 60, 3600, 86_399, 86_400, 180_061].map(uptime), [
    '0 min',
    '1 min',
    '1 h 0 min',
    '23 h 59 min',
    '1 day, 0 h 0 min',
    '2 days, 2 h 1 min',
  ])
})
