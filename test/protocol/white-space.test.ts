import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import test from 'node:test'
import fc from 'fast-check'
import { dropWhiteSpace, skipWhiteSpace } from '../../src/protocol/white-space.ts'
import { assertProperty } from '../support/property.ts'
import { PYTHON_SPACES, stripEnd, stripStart } from '../support/reference-request.ts'
import { anyText } from '../support/wire-arbitraries.ts'

test('takes each character that Python strips, and no other character there is', () => {
  const strips = new Set(PYTHON_SPACES)
  const bytes = Buffer.alloc(4)
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const character = String.fromCodePoint(code)
    const length = bytes.write(character)
    const isSpace = strips.has(character)
    const start = skipWhiteSpace(bytes, 0, length)
    const end = dropWhiteSpace(bytes, 0, length)
    if (start !== (isSpace ? length : 0) || end !== (isSpace ? 0 : length)) {
      assert.fail(`U+${code.toString(16)}: skipped to ${start} and dropped to ${end} of ${length}`)
    }
  }
})

const spaces = fc.string({ unit: fc.constantFrom(...PYTHON_SPACES), maxLength: 8 })
/** Characters whose UTF-8 shares bytes with that of a space, and text. */
const nearSpaces = fc.string({
  unit: fc.constantFrom(
    '\u0080',
    '\u2010',
    '\u200b',
    '\u202e',
    '\u3001',
    '\u1681',
    'Å',
    'à',
    '😀',
    '\ufeff',
    '\0',
    'a',
  ),
  maxLength: 8,
})
const text = fc
  .tuple(spaces, fc.oneof(nearSpaces, anyText), spaces, fc.oneof(nearSpaces, anyText), spaces)
  .map(parts => parts.join('').toWellFormed())

test('agrees with a regular expression over the text, wherever the bytes stand', () => {
  assertProperty(
    fc.property(spaces, text, spaces, (before, inside, after) => {
      const bytes = Buffer.from(before + inside + after)
      const from = Buffer.byteLength(before)
      const to = from + Buffer.byteLength(inside)
      const skipped = skipWhiteSpace(bytes, from, to)
      const dropped = dropWhiteSpace(bytes, from, to)
      assert.equal(bytes.toString('utf8', skipped, to), stripStart(inside))
      assert.equal(bytes.toString('utf8', from, dropped), stripEnd(inside))
    }),
    5000,
  )
})

test('never splits a character', () => {
  assertProperty(
    fc.property(text, value => {
      const bytes = Buffer.from(value)
      const from = skipWhiteSpace(bytes, 0, bytes.length)
      const to = dropWhiteSpace(bytes, from, bytes.length)
      assert.ok(from <= to)
      for (const [start, end] of [[0, from] as const, [from, to] as const, [to, bytes.length] as const]) {
        assert.ok(isUtf8(bytes.subarray(start, end)))
      }
    }),
    5000,
  )
})

test('stops at the bounds it is given', () => {
  const bytes = Buffer.from('\u3000 \u3000')
  assert.equal(skipWhiteSpace(bytes, 3, 4), 4)
  assert.equal(dropWhiteSpace(bytes, 3, 4), 3)
  // U+1680 in three bytes, of which the last two are a letter of their own.
  const letter = Buffer.from([0xe1, 0xda, 0x80])
  assert.equal(dropWhiteSpace(letter, 1, 3), 3)
  assert.equal(skipWhiteSpace(bytes, 0, 0), 0)
  assert.equal(dropWhiteSpace(bytes, bytes.length, bytes.length), bytes.length)
})
