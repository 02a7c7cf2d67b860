import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TILE_RATIOS, tileClass, tileRatio } from '../../src/guests/pages/tile-ratio.ts'
import { guestLanguages, guestTexts } from '../../src/messages/guest-texts.ts'
import { checkHtml } from '../server/status/html-checker.ts'
import { ask, hostGuests } from '../support/guests.ts'
import { md5 } from '../support/md5.ts'
import { picture, writePicture } from '../support/pictures.ts'

test('every page is sound markup in every language, with every picture named', async t => {
  const host = await hostGuests(
    t,
    async folder => {
      await writePicture(folder, `"&'<a>.png`, 1)
      await writePicture(folder, 'b.png', 2)
    },
    { uploads: { isShared: true } },
  )
  for (const language of Object.keys(guestLanguages)) {
    for (const path of ['', `picture/${md5(await picture(1))}`, 'wall']) {
      const { text } = await ask(host, `${host.base}${path}?lang=${language}`)
      const elements = checkHtml(text.replaceAll(/<(\/?)noscript>/g, '<$1div>'))
      assert.equal(elements.find(({ name }) => name === 'html')?.attributes.get('lang'), language)
      assert.equal(elements.filter(({ name }) => name === 'h1').length, 1, path)
      for (const { name, attributes } of elements)
        if (name === 'img') assert.notEqual(attributes.get('alt') ?? '', '')
    }
  }
})

test('an empty folder says so', async t => {
  const host = await hostGuests(t, async () => {})
  assert.match((await ask(host, host.base)).text, /There are no pictures here yet\./)
  assert.equal((await ask(host, `${host.base}pictures.zip`)).status, 404)
})

test('every text is there in every language, and no two languages say the same', () => {
  const { en, pt, es } = guestTexts
  const leaves = (value: object): [string, unknown][] =>
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] =>
      typeof inner === 'object' && inner !== null ? leaves(inner) : [[key, inner]],
    )
  assert.deepEqual(
    leaves(pt).map(([key]) => key),
    leaves(en).map(([key]) => key),
  )
  assert.deepEqual(
    leaves(es).map(([key]) => key),
    leaves(en).map(([key]) => key),
  )
  const translated = new Map(leaves(pt))
  for (const [key, text] of leaves(en))
    if (typeof text === 'string') assert.notEqual(text, translated.get(key), key)
})

test('a tile has the proportion of its picture, as near as its classes tell, within bounds', () => {
  assert.equal(tileRatio(300, 200), 1.5)
  assert.equal(tileRatio(undefined, undefined), 1)
  assert.equal(tileRatio(10_000, 100), 2.5)
  assert.equal(tileRatio(1, 100), 0.5)
  assert.equal(new Set(TILE_RATIOS.map(tileClass)).size, TILE_RATIOS.length)
})
