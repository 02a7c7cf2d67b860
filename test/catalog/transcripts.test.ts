import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { CatalogDriver } from '../support/catalog-driver.ts'

interface Scenario {
  readonly scenario: string
  readonly steps: readonly { readonly send: string; readonly reply: string }[]
}

const file = new URL('../vectors/wire/transcripts.json', import.meta.url)
const scenarios: readonly Scenario[] = JSON.parse(readFileSync(file, 'utf8'))

suite('the recorded conversations', () => {
  for (const { scenario, steps } of scenarios) {
    test(scenario, () => {
      const driver = new CatalogDriver()
      for (const { send, reply } of steps) assert.equal(driver.answer(send), reply, send)
    })
  }

  test('are all there', () => {
    assert.equal(scenarios.length, 14)
  })
})
