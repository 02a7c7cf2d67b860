import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Counts, Image, ImagePage, type ImageQuery } from '../../../src/protocol/catalog-api.ts'
import { checkOf } from '../../../src/protocol/shape.ts'
import type { Viewpoint } from '../../../src/server/index-state.ts'
import { InMemoryIndexState } from '../../support/in-memory-index-state.ts'
import { until } from '../../support/until.ts'
import { assertProblem, listHeaders, ndjson, type Serving, serve } from './serving.ts'

const a = '0cc175b9c0f1b6a831c399e269772661'

async function register({ ask }: Serving, entries: readonly object[], port = 5001): Promise<void> {
  const init = { method: 'PUT', headers: listHeaders(), body: ndjson(entries) }
  const response = await ask(`/v1/registrations/${port}/images`, init)
  assert.equal(response.status, 200, await response.text())
}

function digestOf(number: number): string {
  return number.toString(16).padStart(32, '0')
}

function entries(count: number): { md5: string; name: string; bytes: number }[] {
  return Array.from({ length: count }, (_, number) => ({
    md5: digestOf(number),
    name: `Ürlaub ${number}.jpg`,
    bytes: 1 + ((number * 7919) % 1000),
  }))
}

async function pageOf({ ask }: Serving, query: string): Promise<ImagePage> {
  const response = await ask(`/v1/images?${query}`)
  assert.equal(response.status, 200)
  const page: unknown = await response.json()
  assert.ok(checkOf(ImagePage).accepts(page))
  return page
}

test('an image is told with its owners, and who asks for none of ours is told so', async t => {
  const serving = await serve(t)
  await register(serving, [{ md5: a, name: 'a.png', width: 10 }])
  await register(serving, [{ md5: a, name: 'other.png', height: 20 }], 5002)
  const response = await serving.ask(`/v1/images/${a}`)
  const image: unknown = await response.json()
  assert.ok(checkOf(Image).accepts(image))
  assert.deepEqual(image, {
    md5: a,
    name: 'a.png',
    owners: ['127.0.0.1:5001', '127.0.0.1:5002'],
    ownerCount: 2,
    width: 10,
    height: 20,
  })
  await assertProblem(await serving.ask(`/v1/images/${digestOf(1)}`), 'noSuchImage')
  for (const md5 of [a.toUpperCase(), a.slice(1), 'x']) {
    await assertProblem(await serving.ask(`/v1/images/${md5}`), 'badParameter')
  }
})

test('pages hold every image once, in each order', async t => {
  const serving = await serve(t)
  await register(serving, entries(25))
  for (const sort of ['newest', 'name', 'size', 'owners', 'taken']) {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await pageOf(
        serving,
        `sort=${sort}&limit=7${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      )
      seen.push(...page.images.map(({ md5 }) => md5))
      cursor = page.next
    } while (cursor !== undefined)
    assert.deepEqual(
      seen.toSorted(),
      entries(25)
        .map(({ md5 }) => md5)
        .toSorted(),
      sort,
    )
  }
})

test('a page may begin further on, and tells how many there are where it is asked', async t => {
  const serving = await serve(t)
  await register(serving, entries(25))
  const all = await pageOf(serving, 'sort=name&limit=25')
  const page = await pageOf(serving, 'sort=name&limit=5&offset=18&count=all')
  assert.deepEqual(page.images, all.images.slice(18, 23))
  assert.equal(page.total, 25)
  const next = await pageOf(serving, `sort=name&limit=5&offset=1&count=all&cursor=${page.next}`)
  assert.deepEqual(next.images, all.images.slice(24))
  assert.equal(next.total, undefined)
  await assertProblem(await serving.ask('/v1/images?offset=10001'), 'badParameter')
})

test('what is asked for reaches the state, as it was asked', async t => {
  const asked: ImageQuery[] = []
  class Recording extends InMemoryIndexState {
    override page(...given: Parameters<InMemoryIndexState['page']>) {
      asked.push(given[0])
      return super.page(...given)
    }
  }
  const serving = await serve(t, { state: new Recording() })
  await pageOf(serving, '')
  await pageOf(
    serving,
    'search=%C3%BCrlaub%2012&format=jpeg,png&minBytes=0&maxBytes=10&minWidth=1&minHeight=2&orientation=square&owner=1.2.3.4:5001&like=c0ffee0123456789&sort=size&limit=1000',
  )
  assert.deepEqual(asked, [
    {},
    {
      search: 'ürlaub 12',
      format: 'jpeg,png',
      minBytes: 0,
      maxBytes: 10,
      minWidth: 1,
      minHeight: 2,
      orientation: 'square',
      owner: '1.2.3.4:5001',
      like: 'c0ffee0123456789',
      sort: 'size',
      limit: 1000,
    },
  ])
})

const badQueries: Record<string, RegExp> = {
  'limit=0': /“limit” must be >= 1/,
  'limit=1001': /“limit” must be <= 1000/,
  'limit=ten': /“limit” must be integer/,
  'limit=1.5': /“limit” must be integer/,
  'limit=1e1': /“limit” must be integer/,
  'limit=': /“limit” must be integer/,
  'limit=1&limit=2': /“limit” must be integer/,
  'minBytes=-1': /“minBytes” must be integer/,
  'sort=oldest': /“sort” must be one of newest, name, size, owners, taken/,
  'format=JPEG': /“format”/,
  'like=C0FFEE0123456789': /“like”/,
  'like=0000000000000000': /“like”/,
  'colour=red': /There is no “colour”/,
  [`search=${'x'.repeat(201)}`]: /“search”/,
  [`cursor=${'x'.repeat(401)}`]: /“cursor”/,
}
for (const [query, detail] of Object.entries(badQueries)) {
  test(`a query is refused with what is wrong with it: ${query.slice(0, 40)}`, async t => {
    const { ask } = await serve(t)
    assert.match((await assertProblem(await ask(`/v1/images?${query}`), 'badParameter')).detail, detail)
  })
}

test('a cursor that is none of this listing is refused', async t => {
  const serving = await serve(t)
  await register(serving, entries(3))
  const { next } = await pageOf(serving, 'limit=1')
  await assertProblem(await serving.ask('/v1/images?cursor=nonsense'), 'badCursor')
  await assertProblem(await serving.ask(`/v1/images?sort=name&cursor=${next}`), 'badCursor')
})

test('counts are told', async t => {
  const serving = await serve(t)
  await register(serving, entries(3))
  await register(serving, entries(2), 5002)
  const counts: unknown = await (await serving.ask('/v1/counts')).json()
  assert.ok(checkOf(Counts).accepts(counts))
  assert.deepEqual(counts, { images: 3, registrations: 2, holdings: 5 })
})

test('owners are named by addresses that work from where it is asked', async t => {
  const asked: string[] = []
  const viewpointOf = (remote: Uint8Array, local: Uint8Array): Viewpoint => {
    asked.push(`${Buffer.from(remote).toString('hex')} ${Buffer.from(local).toString('hex')}`)
    return { loopbackAs: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 7) }
  }
  const serving = await serve(t, { viewpointOf })
  await register(serving, [{ md5: a, name: 'a.png' }])
  const mapped = '00000000000000000000ffff7f000001'
  const { images } = await pageOf(serving, '')
  assert.deepEqual(images[0]?.owners, ['10.0.0.7:5001'])
  assert.deepEqual(((await (await serving.ask(`/v1/images/${a}`)).json()) as Image).owners, ['10.0.0.7:5001'])
  assert.deepEqual(new Set(asked), new Set([`${mapped} ${mapped}`]))
})

for (const path of ['/v1/images', `/v1/images/${a}`, '/v1/counts', '/openapi.json']) {
  test(`who has the answer already is not sent it again: ${path}`, async t => {
    const serving = await serve(t)
    await register(serving, [{ md5: a, name: 'a.png' }])
    const first = await serving.ask(path)
    const tag = first.headers.get('etag') ?? ''
    assert.match(tag, /^W\/"[^"]+"$/)
    await first.text()
    for (const ifNoneMatch of [tag, tag.slice(2), `"x", ${tag}`, '*']) {
      const again = await serving.ask(path, { headers: { 'if-none-match': ifNoneMatch } })
      assert.deepEqual([again.status, await again.text()], [304, ''], ifNoneMatch)
      assert.equal(again.headers.get('etag'), tag)
      assert.equal(again.headers.get('content-type'), null)
      assert.equal(again.headers.get('content-length'), null)
    }
    const other = await serving.ask(path, { headers: { 'if-none-match': 'W/"x"' } })
    assert.equal(other.status, 200)
    await other.text()
    const head = await serving.ask(path, { method: 'HEAD' })
    assert.deepEqual([head.status, head.headers.get('etag'), await head.text()], [200, tag, ''])
  })
}

test('an answer that changed is sent anew', async t => {
  const serving = await serve(t)
  const tag = (await serving.ask('/v1/counts')).headers.get('etag') ?? ''
  await register(serving, entries(1))
  const again = await serving.ask('/v1/counts', { headers: { 'if-none-match': tag } })
  assert.equal(again.status, 200)
  assert.notEqual(again.headers.get('etag'), tag)
})

test('a problem is a problem also for who has an ETag', async t => {
  const { ask } = await serve(t)
  const response = await ask(`/v1/images/${a}`, { headers: { 'if-none-match': '*' } })
  assert.equal(response.headers.get('etag'), null)
  await assertProblem(response, 'noSuchImage')
})

test('an answer is compressed as asked from some size on, and the same in every form', async t => {
  const serving = await serve(t)
  await register(serving, entries(500))
  const plain = await fetchRaw(serving.port, '/v1/images?limit=500', 'identity')
  assert.deepEqual([plain.encoding, plain.body.length > 10_000], [undefined, true])
  const gzip = await fetchRaw(serving.port, '/v1/images?limit=500', 'gzip')
  assert.equal(gzip.encoding, 'gzip')
  const brotli = await fetchRaw(serving.port, '/v1/images?limit=500', 'gzip, br')
  assert.equal(brotli.encoding, 'br')
  assert.deepEqual(gunzipSync(gzip.body), plain.body)
  assert.deepEqual(brotliDecompressSync(brotli.body), plain.body)
  assert.ok(gzip.body.length < plain.body.length / 3)
  assert.equal(gzip.vary, 'accept-encoding')
  const small = await fetchRaw(serving.port, '/v1/counts', 'gzip, br')
  assert.equal(small.encoding, undefined)
})

async function fetchRaw(port: number, path: string, acceptEncoding: string) {
  const request = httpRequest({ port, path, headers: { 'accept-encoding': acceptEncoding }, agent: false })
  request.end()
  const [response] = await once(request, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return {
    encoding: response.headers['content-encoding'],
    vary: response.headers['vary'],
    body: Buffer.concat(chunks),
  }
}

test('nobody keeps an answer for others, nor takes it for something else', async t => {
  const { ask } = await serve(t)
  for (const path of ['/v1/images', '/v1/counts', '/nowhere', '/docs', '/openapi.json']) {
    const { headers } = await ask(path)
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/)
    assert.equal(headers.get('x-powered-by'), null)
    assert.equal(headers.get('server'), null)
    assert.equal(headers.get('access-control-allow-origin'), null)
  }
  assert.equal((await ask('/v1/images')).headers.get('cache-control'), 'private, no-cache')
})

test('a search stops when whoever asked is gone', async t => {
  let signal: AbortSignal | undefined
  class Endless extends InMemoryIndexState {
    override page(...given: Parameters<InMemoryIndexState['page']>) {
      signal = given[2]
      return new Promise<never>((_, reject) => {
        given[2].addEventListener('abort', () => reject(given[2].reason))
      })
    }
  }
  const serving = await serve(t, { state: new Endless() })
  const connection = await serving.open()
  connection.write('GET /v1/images HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(() => signal !== undefined)
  assert.equal(signal?.aborted, false)
  connection.socket.destroy()
  await until(() => signal?.aborted === true)
  assert.equal((await serving.ask('/v1/counts')).status, 200)
})
