import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  LIKENESS_PATTERN,
  likenessDistance,
  likenessOfWords,
  likenessWord,
  setBits,
} from '../../src/protocol/likeness.ts'

const likeness = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(bits => bits.toString(16).padStart(16, '0'))

test('the distance of two likenesses is the number of bits that differ', () => {
  fc.assert(
    fc.property(likeness, likeness, (one, other) => {
      const differing = (BigInt(`0x${one}`) ^ BigInt(`0x${other}`)).toString(2).replaceAll('0', '')
      assert.equal(likenessDistance(one, other), differing.length)
    }),
  )
  assert.equal(likenessDistance('ffffffffffffffff', '0000000000000001'), 63)
  assert.equal(setBits(0xffff_ffff, -1), 64)
})

test('the words of a likeness give it back', () => {
  fc.assert(
    fc.property(likeness, text => likenessOfWords(likenessWord(text, 0), likenessWord(text, 1)) === text),
  )
  assert.equal(likenessOfWords(0, 0), undefined)
})

test('a likeness is 16 lower-case hexadecimal digits that are not all zeros', () => {
  const pattern = new RegExp(LIKENESS_PATTERN)
  fc.assert(fc.property(likeness, text => pattern.test(text)))
  for (const text of [
    '',
    '0'.repeat(16),
    'C0FFEE0123456789',
    '0123456789abcde',
    '0123456789abcdef0',
    '0123456789abcdeg',
  ])
    assert.ok(!pattern.test(text), text)
})
