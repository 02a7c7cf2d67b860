import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type EntityTag,
  formatEntityTag,
  matchesStrongly,
  matchesWeakly,
  parseEntityTag,
  parseEntityTags,
} from '../../src/protocol/entity-tag.ts'
import { assertProperty } from '../support/property.ts'

const character = fc.constantFrom('!', '#', ',', 'W', '/', '*', '~', '\x80', '\xff', 'a')
const tag: fc.Arbitrary<EntityTag> = fc
  .tuple(fc.boolean(), fc.array(character, { maxLength: 6 }))
  .map(([weak, characters]) => ({ weak, opaque: characters.join('') }))

test('tags that are written are read again, alone and in a list', () => {
  const separator = fc.constantFrom(',', ', ', ' ,', '\t,,  ,')
  assertProperty(
    fc.property(fc.array(tag, { minLength: 1, maxLength: 5 }), separator, (tags, separator) => {
      assert.deepEqual(parseEntityTags(tags.map(formatEntityTag).join(separator)), tags)
      const [first] = tags
      assert.deepEqual(first && parseEntityTag(formatEntityTag(first)), first)
    }),
  )
})

test('any text is read to its end, in time that grows with it', () => {
  assertProperty(
    fc.property(fc.array(fc.oneof(character, fc.constantFrom('"', ' ', '\n', '\u0100'))), characters => {
      const text = characters.join('')
      const tags = parseEntityTags(text)
      assert.ok(tags === '*' || tags.length <= text.length)
    }),
  )
  assert.deepEqual(parseEntityTags(','.repeat(100_000)), [])
  assert.deepEqual(parseEntityTags(`"${' '.repeat(100_000)}`), [])
})

test('the comparisons of RFC 9110 section 8.8.3.2', () => {
  const weak1 = { weak: true, opaque: '1' }
  const weak2 = { weak: true, opaque: '2' }
  const strong1 = { weak: false, opaque: '1' }
  for (const [one, other, strongly, weakly] of [
    [weak1, weak1, false, true],
    [weak1, weak2, false, false],
    [weak1, strong1, false, true],
    [strong1, strong1, true, true],
  ] as const) {
    assert.equal(matchesStrongly(one, other), strongly)
    assert.equal(matchesWeakly(one, other), weakly)
  }
})
