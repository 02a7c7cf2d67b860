import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  foldsCopies,
  readAddress,
  tokenOf,
  type WallQuery,
  writeAddress,
} from '../../../src/gallery/web/address-state.ts'
import { likenessRefusalOf } from '../../../src/gallery/web/likeness/likeness-refusal.ts'
import { MAX_SELECTED, Selection } from '../../../src/gallery/web/selection.ts'
import { pageLanguages, sizeText, textsFor } from '../../../src/gallery/web/texts/texts.ts'
import { MAX_SCALE, moved, WHOLE, zoomed } from '../../../src/gallery/web/viewer/zoom.ts'
import { assertProperty } from '../../support/property.ts'

test('what is shown is kept in the address, and read from it the same', () => {
  const query: WallQuery = {
    ...{ search: 'praia & sol #1', format: 'jpeg,png', orientation: 'portrait', sort: 'name' },
    ...{ like: '8a3be2c06207fba7', likeOf: 'b'.repeat(32) },
    ...{ holding: 'missing', owner: '[2001:db8::1]:5001', minWidth: 1920, minBytes: 1000 },
  }
  const state = { query, picture: 'a'.repeat(32) }
  assert.deepEqual(readAddress(writeAddress(state)), state)
  const copies = { query: { copies: 'all' }, picture: undefined } as const
  assert.deepEqual(readAddress(writeAddress(copies)), copies)
  assert.deepEqual([foldsCopies({}), foldsCopies(copies.query), foldsCopies(query)], [true, false, false])
  assert.equal(writeAddress({ query: {}, picture: undefined }), '')
  assert.equal(tokenOf('#token=abc-_'), 'abc-_')
  assert.equal(tokenOf('#search=x'), undefined)
})

test('an address from anywhere is read as far as it makes sense', () => {
  for (const odd of [
    '#sort=worst&orientation=round&holding=yours',
    '#minWidth=-1&minBytes=1e9&format=<b>',
    '#picture=x&owner=x',
    `#like=${'0'.repeat(16)}&copies=best`,
    `#likeOf=${'b'.repeat(32)}`,
  ])
    assert.deepEqual(readAddress(odd), { query: {}, picture: undefined })
  assertProperty(
    fc.property(fc.string(), text => {
      const state = readAddress(`#${text}`)
      assert.deepEqual(readAddress(writeAddress(state)), state)
    }),
    300,
  )
})

test('a selection toggles, grows by ranges, and has a bound', () => {
  const chosen = new Selection().toggle('x').toggle('y')
  assert.equal(
    chosen.replaced(md5 => md5),
    chosen,
  )
  const better = chosen.replaced(md5 => (md5 === 'y' ? 'z' : md5))
  assert.deepEqual([better.digests(), better.anchor], [['x', 'z'], 'z'])
  const one = new Selection().toggle('a')
  assert.deepEqual([one.size, one.has('a'), one.anchor], [1, true, 'a'])
  const range = one.with(['b', 'c', 'a'], 'c')
  assert.deepEqual(range.digests(), ['a', 'b', 'c'])
  assert.deepEqual(range.toggle('b').digests(), ['a', 'c'])
  assert.equal(one.size, 1)
  assert.equal(
    new Selection(Array.from({ length: MAX_SELECTED + 5 }, (_, index) => `${index}`)).size,
    MAX_SELECTED,
  )
})

test('a picture is enlarged around a point, and never leaves the screen', () => {
  const screen = { width: 1000, height: 600 }
  const twice = zoomed(WHOLE, 2, { x: 100, y: -50 }, screen)
  assert.deepEqual(twice, { scale: 2, x: -100, y: 50 })
  assert.deepEqual(zoomed(twice, 0.1, { x: 0, y: 0 }, screen), WHOLE)
  assert.equal(zoomed(WHOLE, 1000, { x: 0, y: 0 }, screen).scale, MAX_SCALE)
  assert.deepEqual(moved(twice, { x: 9999, y: -9999 }, screen), { scale: 2, x: 500, y: -300 })
  assert.deepEqual(moved(WHOLE, { x: 50, y: 50 }, screen), WHOLE)
})

test('every language has every sentence, with the same facts', () => {
  const shapeOf = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
      : typeof value === 'function'
        ? value.length
        : Array.isArray(value)
  for (const texts of Object.values(pageLanguages)) {
    assert.deepEqual(shapeOf(texts), shapeOf(pageLanguages.en))
    assert.doesNotMatch(JSON.stringify(texts), /""| "|" |undefined/)
    assert.match(texts.inNetwork(1234), /1[.,\s]?234/)
  }
  for (const status of [400, 413, 415, 422, 503, undefined])
    assert.ok(pageLanguages.en.likeRefusals[likenessRefusalOf(status)].length > 10)
  assert.equal(likenessRefusalOf(415), 'notPicture')
  assert.equal(textsFor(['fr-FR', 'pt-BR', 'en']), pageLanguages.pt)
  assert.equal(textsFor(['ES']), pageLanguages.es)
  assert.equal(textsFor([]), pageLanguages.en)
  assert.equal(sizeText(1_500_000, pageLanguages.pt), '1,5 MB')
  assert.equal(sizeText(999, pageLanguages.en), '999 bytes')
})
