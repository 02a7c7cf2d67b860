import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Language } from '../../../src/messages/messages.ts'
import { acceptedLanguage } from '../../../src/server/status/accept-language.ts'
import { assertProperty } from '../../support/property.ts'

const headers: [header: string | undefined, language: Language][] = [
  [undefined, 'en'],
  ['', 'en'],
  ['pt', 'pt'],
  ['PT-br', 'pt'],
  ['pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7', 'pt'],
  ['en-US,en;q=0.9,pt;q=0.8', 'en'],
  ['en;q=0.4, pt;q=0.5', 'pt'],
  ['pt ; q=0.4 , en', 'en'],
  ['de,fr;q=0.9,pt;q=0.1', 'pt'],
  ['de,fr;q=0.9', 'en'],
  ['*', 'en'],
  ['*;q=0.1,pt;q=0.2', 'pt'],
  ['pt;q=0', 'en'],
  ['pt;q=x', 'en'],
  ['ptx', 'en'],
  ['pt_BR', 'en'],
  [`${'de,'.repeat(100)}pt`, 'en'],
]
for (const [header, language] of headers) {
  test(`${JSON.stringify(header)?.slice(0, 40)} gets ${language}`, () =>
    assert.equal(acceptedLanguage(header), language))
}

test('whatever the header, there is a language', () => {
  assertProperty(
    fc.property(fc.string(), header => {
      assert.match(acceptedLanguage(header), /^(?:en|pt)$/)
    }),
  )
})
