import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { parseDigest } from '../../src/protocol/digest.ts'
import { assertProperty } from '../support/property.ts'
import { digestText } from '../support/wire-arbitraries.ts'

test('takes what MD5 gives', () => {
  const hex = createHash('md5').update('a').digest('hex')
  assert.equal(hex, '0cc175b9c0f1b6a831c399e269772661')
  assert.equal(parseDigest(hex), hex)
})

test('reads either case as lower case', () => {
  assert.equal(parseDigest('0CC175B9c0f1b6a831c399e269772661'), '0cc175b9c0f1b6a831c399e269772661')
  assertProperty(fc.property(digestText, text => assert.equal(parseDigest(text), text.toLowerCase())))
})

const good = '0cc175b9c0f1b6a831c399e269772661'
const refused: Record<string, string> = {
  nothing: '',
  '31 digits': good.slice(1),
  '33 digits': `${good}0`,
  'a letter behind f': `${good.slice(1)}g`,
  'a line end': `${good}\n`,
  'white space in front': ` ${good}`,
  'white space in place of a digit': `${good.slice(1)} `,
  'two lines': `${good}\n${good}`,
  'a full-width digit': `${good.slice(1)}０`,
  'a capital that lower-cases into ASCII': `${good.slice(1)}\u212a`,
  'a prefix': `0x${good.slice(2)}`,
}
for (const [what, text] of Object.entries(refused)) {
  test(`refuses ${what}`, () => assert.equal(parseDigest(text), undefined))
}
