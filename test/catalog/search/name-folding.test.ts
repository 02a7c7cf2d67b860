import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import {
  foldedWords,
  foldName,
  foldText,
  holdsWord,
  MAX_FOLDED_BYTES,
} from '../../../src/catalog/search/name-folding.ts'
import { assertProperty } from '../../support/property.ts'

function foldedName(name: string, at = 0): string {
  const bytes = Buffer.from(name)
  const into = Buffer.alloc(at + MAX_FOLDED_BYTES)
  return into.toString('utf8', at, foldName(bytes, bytes.length, into, at))
}

suite('folding', () => {
  test('takes off case and accents, in every script', () => {
    for (const [name, folded] of [
      ['Praça', 'praca'],
      ['SÃO JOÃO_0012.JPG', 'sao joao_0012.jpg'],
      ['Straße', 'strasse'],
      ['Łódź', 'lodz'],
      ['œuvre ﬁn', 'oeuvre fin'],
      ['Ёлка', 'елка'],
      ['ΟΔΟΣ', 'οδοσ'],
      ['οδος', 'οδοσ'],
      ['写真', '写真'],
      ['😀 a', '😀 a'],
      ['e\u0301t\u0301e', 'ete'],
    ] as const) {
      assert.equal(foldText(name), folded)
      assert.equal(foldedName(name), folded)
    }
    // Hangul comes apart into its letters on both sides.
    assert.equal(foldedName('서울'), foldText('서울'))
  })

  test('is the same for every character, whether as text or as the bytes of a name', () => {
    const different: string[] = []
    for (let code = 0; code <= 0x10ffff; code += code < 0x3_0000 ? 1 : 997) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const character = String.fromCodePoint(code)
      if (foldedName(character) !== foldText(character)) different.push(code.toString(16))
    }
    assert.deepEqual(different, [])
  })

  test('is the same for every text, wherever it is written', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    assertProperty(
      fc.property(text, text, fc.nat({ max: 5 }), (one, other, at) => {
        assert.equal(foldedName(one + other, at), foldText(one) + foldText(other))
      }),
    )
  })

  test('cuts what becomes too long at a whole character', () => {
    // The one character that becomes eighteen bytes, as often as a name may hold it.
    const name = '\ufdfa'.repeat(341)
    const folded = foldedName(name)
    assert.ok(foldText(name).startsWith(folded))
    assert.ok(Buffer.byteLength(folded) > MAX_FOLDED_BYTES - Buffer.byteLength(foldText('\ufdfa')))
  })

  test('finds a word where it stands and nowhere beyond', () => {
    const text = Buffer.from('..aabab..')
    const word = Buffer.from('abab')
    assert.ok(holdsWord(text, 2, 7, word))
    assert.ok(holdsWord(text, 3, 7, word))
    assert.ok(!holdsWord(text, 4, 7, word))
    assert.ok(!holdsWord(text, 2, 6, word))
  })

  test('makes words of a search, each once', () => {
    assert.deepEqual(
      foldedWords('  Été été\tPRAIA ').map(word => Buffer.from(word).toString()),
      ['ete', 'praia'],
    )
    assert.deepEqual(foldedWords(' \u0301 '), [])
  })
})
