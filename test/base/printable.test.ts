import assert from 'node:assert/strict'
import test from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { printable } from '../../src/base/printable.ts'
import { assertProperty } from '../support/property.ts'
import { anyText } from '../support/wire-arbitraries.ts'

const escaped: Record<string, [text: string, expected: string]> = {
  'a colour': ['\u001b[31mred\u001b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
  'a window title': ['\u001b]0;owned\u0007', '\\u{1b}]0;owned\\u{7}'],
  'the one-byte form of an escape sequence': ['\u009b31m', '\\u{9b}31m'],
  'every other C1 control character': ['\u0080\u0085\u009f', '\\u{80}\\u{85}\\u{9f}'],
  'line breaks and tabs': ['a\r\nb\tc', 'a\\u{d}\\u{a}b\\u{9}c'],
  'line and paragraph separators': ['a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
  'NUL and delete': ['a\0b\u007fc', 'a\\u{0}b\\u{7f}c'],
  'a backspace': ['good\b\b\b\bevil', 'good\\u{8}\\u{8}\\u{8}\\u{8}evil'],
  'a direction override': ['photo\u202egnp.exe', 'photo\\u{202e}gnp.exe'],
  'direction isolates and marks': [
    '\u2066a\u2069\u200e\u200f\u061c',
    '\\u{2066}a\\u{2069}\\u{200e}\\u{200f}\\u{61c}',
  ],
  'invisible characters': ['a\u200bb\u2060c\ufeffd\u00ade', 'a\\u{200b}b\\u{2060}c\\u{feff}d\\u{ad}e'],
  tags: ['a\u{e0041}\u{e007f}', 'a\\u{e0041}\\u{e007f}'],
  'a high surrogate alone': ['a\ud83d', 'a\\u{d83d}'],
  'a low surrogate alone': ['\ude00a', '\\u{de00}a'],
  'surrogates in the wrong order': ['\ude00\ud83d', '\\u{de00}\\u{d83d}'],
}
for (const [what, [text, expected]] of Object.entries(escaped)) {
  test(`escapes ${what}`, () => assert.equal(printable(text), expected))
}

const whole: Record<string, string> = {
  ASCII: ' !"#$%&\'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~',
  'letters of other alphabets': 'praça Ünïcode Ελλάδα Привет 写真 사진 صورة תמונה',
  'combining marks': 'e\u0301 n\u0303',
  'emoji with a variation selector': '☀\ufe0f ❤\ufe0f',
  'emoji with zero-width joiners': '👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈',
  'emoji with a skin tone': '👍🏽',
  'flags of two letters': '🇧🇷🇵🇹',
  nothing: '',
}
for (const [what, text] of Object.entries(whole)) {
  test(`leaves ${what} as it is`, () => assert.equal(printable(text), text))
}

test('nothing is left that a terminal acts on, that breaks a line, or that cannot be encoded', () => {
  assertProperty(
    fc.property(
      fc.oneof(anyText, fc.string({ unit: 'binary' })),
      fc.integer({ min: 1, max: 40 }),
      (text, length) => {
        for (const shown of [printable(text), printable(text, length)]) {
          assert.ok(shown.isWellFormed())
          assert.doesNotMatch(shown, /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?!\u200d)\p{Cf}/u)
          assert.equal(stripVTControlCharacters(shown), shown)
        }
      },
    ),
    3000,
  )
})

test('text of as many characters as are wanted is whole, and one more is cut with an ellipsis', () => {
  assert.equal(printable('abcde', 5), 'abcde')
  assert.equal(printable('abcdef', 5), 'abcd…')
  assert.equal(printable('😀😀😀😀😀', 5), '😀😀😀😀😀')
  assert.equal(printable('😀😀😀😀😀😀', 5), '😀😀😀😀…')
  assert.equal(printable('abc', 1), '…')
  assert.equal(printable('a', 1), 'a')
  assert.equal(printable('', 1), '')
})

test('what is cut is cut between characters, and is the beginning of the text', () => {
  const character = fc.constantFrom('a', 'é', '写', '😀', '👍', '0')
  assertProperty(
    fc.property(
      fc.array(character, { maxLength: 60 }),
      fc.integer({ min: 1, max: 30 }),
      (characters, length) => {
        const shown = [...printable(characters.join(''), length)]
        const expected = characters.length > length ? [...characters.slice(0, length - 1), '…'] : characters
        assert.deepEqual(shown, expected)
      },
    ),
  )
})

test('is cut before it is escaped, so that no escape is cut', () => {
  assert.equal(printable('\u001b'.repeat(10), 3), '\\u{1b}\\u{1b}…')
})

test('without a length it is cut to 300 characters', () => {
  assert.equal(printable('a'.repeat(300)).length, 300)
  assert.equal(printable('a'.repeat(100_000)), `${'a'.repeat(299)}…`)
})
