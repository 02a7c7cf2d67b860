import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepts } from '../../../src/server/api/media-types.ts'
import { passwordFrom } from '../../../src/server/api/password.ts'
import { isProblem } from './serving.ts'

const acceptHeaders: readonly (readonly [accept: string | undefined, isAccepted: boolean])[] = [
  [undefined, true],
  ['', true],
  ['*/*', true],
  ['application/*', true],
  ['application/json', true],
  ['APPLICATION/JSON ; q=0.1', true],
  ['text/html, application/json;q=0.5', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
  ['application/json;charset=utf-8', true],
  ['text/html', false],
  ['text/*', false],
  ['application/json;q=0', false],
  ['application/json;q=0.000, */*', false],
  ['application/*;q=0, */*', false],
  ['application/json;q=0.001, */*;q=0', true],
  ['application/problem+json', false],
  [';;;,,,', false],
]
for (const [accept, isAccepted] of acceptHeaders) {
  test(`Accept: ${accept} ${isAccepted ? 'allows' : 'does not allow'} application/json`, () => {
    assert.equal(accepts(accept, 'application/json'), isAccepted)
  })
}

test('a password is what stands behind the scheme, decoded', () => {
  for (const [authorization, password] of [
    ['Bearer pw', 'pw'],
    ['bearer   pw', 'pw'],
    ['BEARER %70w', 'pw'],
    ['Bearer a+b/c==', 'a+b/c=='],
    ['Bearer %C3%A9', 'é'],
    [`Bearer ${'%F0%9F%94%91'.repeat(64)}`, '🔑'.repeat(64)],
  ] as const) {
    assert.equal(passwordFrom(authorization), password)
  }
})

test('what is no password is refused', () => {
  assert.throws(() => passwordFrom(undefined), isProblem('missingPassword'))
  for (const authorization of [
    '',
    'pw',
    'Bearer',
    'Bearerpw',
    'Bearer ',
    'Basic pw',
    'Bearer p w',
    'Bearer p%09w',
    'Bearer %C2%A0',
    'Bearer %E2%80%A9',
    'Bearer %1C',
    'Bearer é',
    'Bearer %C3',
    'Bearer %',
    `Bearer ${'%C3%A9'.repeat(129)}`,
  ]) {
    assert.throws(() => passwordFrom(authorization), isProblem('malformedPassword'), authorization)
  }
})
