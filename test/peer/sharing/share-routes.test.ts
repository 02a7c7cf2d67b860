import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { methodNotAllowed } from '../../../src/peer/sharing/share-problems.ts'
import { imageSamples } from '../../support/image-samples.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { routesOf } from './routes-under-test.ts'

test('a shared image is given whole, in part and not at all, under its digest in either case', async t => {
  const bytes = await picture(1, 'jpeg')
  const { ask, openFiles } = await routesOf(t, { 'á.png': bytes })
  const path = `/images/${md5(bytes)}`
  const whole = await ask(path)
  assert.equal(whole.status, 200)
  assert.deepEqual(whole.bytes, bytes)
  assert.equal(whole.headers['Content-Type'], 'image/jpeg', 'what it holds, not what its name says')
  const sha256 = createHash('sha256').update(bytes).digest('base64')
  assert.equal(whole.headers['Repr-Digest'], `sha-256=:${sha256}:`)
  assert.deepEqual((await ask(path.toUpperCase().replace('IMAGES', 'images'))).bytes, bytes)
  assert.deepEqual((await ask(`${path}?download=1`)).bytes, bytes)
  const part = await ask(path, { headers: { range: 'bytes=10-19' } })
  assert.equal(part.status, 206)
  assert.deepEqual(part.bytes, bytes.subarray(10, 20))
  const headers = { 'if-none-match': whole.headers['ETag'] ?? '' }
  assert.equal((await ask(path, { headers })).status, 304)
  const since = { 'if-modified-since': whole.headers['Last-Modified'] ?? '' }
  assert.equal((await ask(path, { headers: since })).status, 304)
  assert.equal((await ask(path, { headers: { 'if-match': '"x"' } })).status, 412)
  assert.equal((await ask(path, { headers: { range: `bytes=${bytes.length}-` } })).status, 416)
  assert.equal(openFiles(), 0)
})

test('each recognised format has its own content type', async t => {
  const samples = imageSamples().filter(
    ({ bytes }, at, all) => all.findIndex(other => other.bytes.equals(bytes)) === at,
  )
  const files = Object.fromEntries(samples.map(({ bytes }, at) => [`${at}.bin`, bytes]))
  const { ask, library } = await routesOf(t, files)
  assert.ok(library.imageCount > 20)
  for (const { digest } of library.page(undefined, 1000)) {
    assert.match((await ask(`/images/${digest}`)).headers['Content-Type'] ?? '', /^image\/[a-z0-9.-]+$/)
  }
})

test('nothing else is at any other address', async t => {
  const bytes = await picture(1)
  const { ask } = await routesOf(t, { 'a.png': bytes })
  const digest = md5(bytes)
  for (const path of [
    '/',
    '',
    '*',
    '/images/',
    '/images/a.png',
    `/images/${digest}/`,
    `/images/${digest}0`,
    `/images/${digest.slice(1)}`,
    `/images/../images/${digest}`,
    `/images/${digest}/preview/`,
    `//images/${digest}`,
    `/images/%2e%2e/${digest}`,
    '/images/%00',
    '/favicon.ico',
    `/images/${'f'.repeat(32)}`,
    `/images/${'f'.repeat(32)}/preview`,
  ]) {
    const answer = await ask(path)
    assert.equal(answer.status, 404, path)
    assert.equal(answer.headers['Content-Type'], 'application/problem+json')
    assert.equal(answer.headers['Cache-Control'], 'no-store')
    assert.equal(answer.json()['status'], 404)
    assert.match(String(answer.json()['type']), /^urn:imagep2p:problem:(notFound|imageNotShared)$/)
  }
})

test('other methods than GET and HEAD are told which there are', () => {
  const { status, headers } = methodNotAllowed()
  assert.deepEqual([status, headers['Allow']], [405, 'GET, HEAD'])
})
