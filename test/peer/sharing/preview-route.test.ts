import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import type { PreviewResult, PreviewSource } from '../../../src/peer/previews/preview-source.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { routesOf } from './routes-under-test.ts'

const bytes = await picture(1, 'png', 200)
const path = `/images/${md5(bytes)}/preview`
const giving = (result: PreviewResult): PreviewSource => ({ preview: async () => result })

test('a preview of a real picture, in the next larger step, told apart by its tag', async t => {
  const { ask } = await routesOf(t, { 'a.png': bytes })
  const small = await ask(`${path}?size=50`)
  assert.equal(small.status, 200)
  assert.equal(small.headers['Content-Type'], 'image/webp')
  assert.equal(small.headers['Cache-Control'], 'public, max-age=31536000, immutable')
  assert.equal(small.headers['X-Content-Type-Options'], 'nosniff')
  const { format, width } = await sharp(small.bytes).metadata()
  assert.deepEqual([format, width], ['webp', 64])
  assert.equal((await ask(`${path}?size=64`)).headers['ETag'], small.headers['ETag'])
  const larger = await ask(path)
  assert.notEqual(larger.headers['ETag'], small.headers['ETag'])
  assert.equal((await sharp(larger.bytes).metadata()).width, 200, 'never larger than the picture')
})

test('who has a preview already costs no decoding', async t => {
  const { ask } = await routesOf(t, { 'a.png': bytes })
  const previews: PreviewSource = { preview: () => assert.fail('nothing is made') }
  const tag = `W/"${md5(bytes)}-320"`
  const status = async (headers: Record<string, string>, target = path) =>
    (await ask(target, { headers, previews })).status
  assert.equal(await status({ 'if-none-match': tag }), 304)
  assert.equal(await status({ 'if-none-match': `"x", ${tag.slice(2)}` }), 304)
  assert.equal(await status({ 'if-match': tag }), 412, 'a weak tag never matches')
  assert.equal(await status({ 'if-none-match': tag }, path.replace(md5(bytes), 'f'.repeat(32))), 404)
  const other = await ask(`${path}?size=64`, { headers: { 'if-none-match': tag } })
  assert.equal(other.status, 200)
})

test('a size that is none, twice, or beyond every screen is refused', async t => {
  const { ask } = await routesOf(t, { 'a.png': bytes })
  const previews: PreviewSource = { preview: () => assert.fail('nothing is made') }
  for (const query of [
    'size=',
    'size=0',
    'size=-1',
    'size=1.5',
    'size=1e2',
    'size=0x40',
    'size=65536',
    'size=1&size=1',
  ]) {
    const answer = await ask(`${path}?${query}`, { previews })
    assert.equal(answer.status, 400, query)
    assert.equal(answer.json()['type'], 'urn:imagep2p:problem:badQuery')
  }
})

test('what cannot be made is told apart from what may work later', async t => {
  const { ask } = await routesOf(t, { 'a.png': bytes, 'cut.png': bytes.subarray(0, 2000) })
  const cut = await ask(`/images/${md5(bytes.subarray(0, 2000))}/preview`)
  assert.deepEqual([cut.status, cut.headers['Retry-After']], [422, undefined])
  for (const [result, status, retryAfter] of [
    [{ kind: 'none' }, 404, undefined],
    [{ kind: 'refused', reason: 'noDecoder' }, 422, undefined],
    [{ kind: 'refused', reason: 'busy' }, 503, '5'],
    [{ kind: 'refused', reason: 'stopped' }, 503, '300'],
    [{ kind: 'refused', reason: 'decoderMissing' }, 503, '300'],
  ] as const) {
    const answer = await ask(path, { previews: giving(result) })
    assert.deepEqual([answer.status, answer.headers['Retry-After']], [status, retryAfter])
    assert.equal(answer.headers['ETag'], undefined)
  }
})

test('an asker who leaves ends the wait', async t => {
  const { ask } = await routesOf(t, { 'a.png': bytes })
  const leaving = new AbortController()
  const answer = ask(path, { signal: leaving.signal })
  leaving.abort(new Error('left'))
  await assert.rejects(answer, /^Error: left$/)
})
