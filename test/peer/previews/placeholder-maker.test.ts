import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { PlaceholderMaker } from '../../../src/peer/previews/placeholder-maker.ts'
import { MAX_PLACEHOLDER_BYTES } from '../../../src/protocol/image-details.ts'
import { LIKENESS_PATTERN } from '../../../src/protocol/likeness.ts'
import { picture } from '../../support/pictures.ts'
import { until } from '../../support/until.ts'
import { previewsOf } from './previews-under-test.ts'

test('each image gets its placeholder and likeness once, what cannot be decoded none, and it is told', async t => {
  const tall = await sharp({ create: { width: 30, height: 300, channels: 4, background: '#ff000080' } })
    .png()
    .toBuffer()
  const files = {
    'a.jpg': await picture(1, 'jpeg', 300),
    'b.png': tall,
    'broken.jpg': (await picture(2, 'jpeg', 300)).subarray(0, 20_000),
    'c.ppm': Buffer.concat([Buffer.from('P6\n2 2\n255\n'), Buffer.alloc(12)]),
  }
  const { library, store, previews } = await previewsOf(t, files)
  let told = 0
  const asked: string[] = []
  const maker = new PlaceholderMaker({
    store,
    whenQuiet: async () => {},
    previews: {
      appearance: (digest, signal) => {
        asked.push(digest)
        return previews.appearance(digest, signal)
      },
    },
    onNews: () => {
      told += 1
    },
  })
  t.after(() => maker.stop())
  maker.wake()
  await until(() => told > 0)
  const placeholders = library.entries().map(({ name, details }) => [name, details?.placeholder])
  assert.deepEqual(
    placeholders.map(([name, placeholder]) => [name, placeholder !== undefined]),
    [
      ['a.jpg', true],
      ['b.png', true],
      ['broken.jpg', false],
      ['c.ppm', false],
    ],
  )
  const likenesses = library.entries().map(({ details }) => details?.likeness)
  assert.match(likenesses[0] ?? '', new RegExp(LIKENESS_PATTERN))
  assert.deepEqual(likenesses.slice(1), [undefined, undefined, undefined], 'on b.png there is nothing to see')
  for (const [name, placeholder] of placeholders) {
    const bytes = Buffer.from(placeholder ?? '', 'base64')
    assert.ok(bytes.length <= MAX_PLACEHOLDER_BYTES, name)
  }
  assert.equal(asked.length, 4)
  maker.wake()
  await maker.stop()
  assert.equal(asked.length, 4, 'none is tried twice')
  assert.equal(told, 1)
  assert.deepEqual(store.imagesWithoutAppearance('', 10), [])
})

test('without a decoder nothing is kept as tried', async t => {
  const { store, previews } = await previewsOf(t, { 'a.png': await picture(1), 'b.png': await picture(2) })
  await previews.stop()
  const maker = new PlaceholderMaker({
    ...{ store, previews, whenQuiet: async () => {} },
    onNews: () => assert.fail('there is no news'),
  })
  maker.wake()
  await maker.stop()
  assert.deepEqual(
    store.imagesWithoutAppearance('', 10).map(({ path }) => path),
    ['a.png', 'b.png'],
  )
})

test('while somebody is sent something large nothing is made, and then it is', async t => {
  const { store, previews } = await previewsOf(t, { 'a.png': await picture(1) })
  const quiet = Promise.withResolvers<void>()
  const told = Promise.withResolvers<void>()
  const maker = new PlaceholderMaker({
    ...{ store, previews, whenQuiet: () => quiet.promise },
    onNews: () => told.resolve(),
  })
  t.after(() => maker.stop())
  maker.wake()
  await new Promise(resolve => setImmediate(resolve))
  assert.equal(store.imagesWithoutAppearance('', 10).length, 1)
  quiet.resolve()
  await told.promise
  assert.equal(store.imagesWithoutAppearance('', 10).length, 0)
})
