import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { type Failure, type FailureCode, isFailure } from '../../src/base/failure.ts'
import { CatalogClient } from '../../src/peer/catalog-client.ts'
import { ServerLocator } from '../../src/peer/server-locator.ts'
import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import { DEFAULT_HTTP_LIMITS } from '../../src/transport/http-client.ts'
import { startCatalogServer } from '../support/catalog-server.ts'
import { md5 } from '../support/md5.ts'
import { closedPort, startOwner } from '../support/owners.ts'

const never = new AbortController().signal
const credentials = { password: 'pw-ç%/?', port: 5001 }

function clientOf(t: TestContext, port: number): CatalogClient {
  const locator = new ServerLocator({ host: '127.0.0.1', port })
  const client = new CatalogClient({ locator, limits: DEFAULT_HTTP_LIMITS })
  t.after(() => client.close())
  return client
}

/** A client of an HTTP server that answers everything the same way. */
async function clientOfAnswer(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<CatalogClient> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const bound = server.address()
  assert.ok(bound !== null && typeof bound !== 'string')
  return clientOf(t, bound.port)
}

function entry(index: number): ImageEntry {
  return { md5: md5(Buffer.from(String(index))), name: `picture ${index}.jpg` }
}

function* entries(from: number, to: number): Generator<ImageEntry> {
  for (let index = from; index < to; index += 1) yield entry(index)
}

async function failsWith<Code extends FailureCode>(
  promise: Promise<unknown>,
  code: Code,
): Promise<Failure<Code>> {
  let failure: unknown
  await assert.rejects(promise, error => {
    failure = error
    return true
  })
  assert.ok(isFailure(failure, code), String(failure))
  return failure
}

test('register, add, remove, renew and end, with a password of any characters', async t => {
  const server = await startCatalogServer(t, { reachable: false })
  const client = clientOf(t, server.port)
  const state = { leaseSeconds: 120, reachable: false }
  const put = await client.replaceImages(credentials, () => entries(0, 3), never)
  assert.deepEqual(put, { images: 3, ...state })
  assert.equal(server.registrations.get('127.0.0.1:5001')?.password, credentials.password)
  const added = await client.addImages(credentials, () => [{ ...entry(3), width: 640 }], never)
  assert.deepEqual(added, { images: 4, ...state })
  const digests = () => [md5(Buffer.from('0')), md5(Buffer.from('1'))]
  assert.deepEqual(await client.removeImages(credentials, digests, never), { images: 2, ...state })
  assert.deepEqual(await client.renew(credentials, never), { images: 2, ...state })
  assert.deepEqual(
    server.images().map(({ name, width }) => [name, width]),
    [
      ['picture 2.jpg', undefined],
      ['picture 3.jpg', 640],
    ],
  )
  assert.equal(await client.end(credentials, never), true)
  assert.equal(await client.end(credentials, never), false)
  assert.deepEqual(await client.counts(never), { images: 0, registrations: 0, holdings: 0 })
})

test('200,000 images leave as they are made, and come back page by page', async t => {
  const server = await startCatalogServer(t)
  const client = clientOf(t, server.port)
  const { images } = await client.replaceImages(credentials, () => entries(0, 200_000), never)
  assert.equal(images, 200_000)
  // The server sorts all of them for each page, so a part is read here.
  const seen = new Set<string>()
  for await (const page of client.pages({ limit: 1000, search: '99' }, never)) {
    assert.ok(page.images.length <= 1000)
    for (const image of page.images) {
      assert.ok(!seen.has(image.md5))
      seen.add(image.md5)
    }
  }
  const expected = [...entries(0, 200_000)].filter(({ name }) => name.includes('99'))
  assert.equal(seen.size, expected.length)
})

test('one image, or none', async t => {
  const server = await startCatalogServer(t)
  const client = clientOf(t, server.port)
  await client.replaceImages(credentials, () => [{ ...entry(1), bytes: 5 }], never)
  const image = { ...entry(1), bytes: 5, owners: ['127.0.0.1:5001'], ownerCount: 1 }
  assert.deepEqual(await client.image(md5(Buffer.from('1')), never), image)
  assert.equal(await client.image(md5(Buffer.from('2')), never), undefined)
})

test('a query goes out as it is', async t => {
  const server = await startCatalogServer(t)
  await clientOf(t, server.port).page(
    { search: 'a&b=ç %', format: 'jpeg,png', minBytes: 5, sort: 'size', limit: 7, cursor: 'x/+=' },
    never,
  )
  const [asked = ''] = server.asked
  const { pathname, searchParams } = new URL(asked.slice('GET '.length), 'http://server')
  assert.equal(pathname, '/v1/images')
  assert.deepEqual(Object.fromEntries(searchParams), {
    ...{ search: 'a&b=ç %', format: 'jpeg,png', minBytes: '5', sort: 'size', limit: '7', cursor: 'x/+=' },
  })
})

test('another password, and any problem, is said as what it is', async t => {
  const server = await startCatalogServer(t)
  const client = clientOf(t, server.port)
  await client.replaceImages(credentials, () => entries(0, 1), never)
  const other = { password: 'other', port: 5001 }
  const refused = await failsWith(
    client.replaceImages(other, () => entries(0, 100_000), never),
    'registeredWithOtherPassword',
  )
  assert.deepEqual(refused.details, { server: `127.0.0.1:${server.port}`, port: 5001 })
  await failsWith(client.renew(other, never), 'registeredWithOtherPassword')
  await failsWith(client.renew({ ...other, port: 5002 }, never), 'registeredWithOtherPassword')
  assert.equal(await client.end(other, never), false)

  const full = await clientOfAnswer(t, (request, response) => {
    request.resume()
    response.writeHead(507, { 'content-type': 'application/problem+json' })
    const about = { title: 'No room', status: 507, detail: 'Share fewer.' }
    response.end(JSON.stringify({ type: 'urn:imagep2p:problem:tooManyImages', ...about }))
  })
  const told = await failsWith(full.page({}, never), 'serverRefused')
  assert.equal(told.details.reason, 'No room (Share fewer.)')
  await failsWith(full.end(credentials, never), 'serverRefused')
  const replacing = full.replaceImages(credentials, () => entries(0, 10), never)
  await failsWith(replacing, 'serverRefused')
})

test('a server with too much to do is asked again, some times', async t => {
  for (const status of [429, 503]) {
    let asked = 0
    const client = await clientOfAnswer(t, (request, response) => {
      asked += 1
      request.resume()
      const isOver = asked === 3
      const head = { 'content-type': `application/${isOver ? 'json' : 'problem+json'}`, 'retry-after': '0' }
      response.writeHead(isOver ? 200 : status, head)
      const problem = { type: 'urn:imagep2p:problem:busy', title: 'Busy', status }
      response.end(JSON.stringify(isOver ? { images: 2, leaseSeconds: 120 } : problem))
    })
    const { images } = await client.replaceImages(credentials, () => entries(0, 2), never)
    assert.deepEqual([images, asked], [2, 3])
    await failsWith(client.renew(credentials, never), 'serverRefused')
    assert.equal(asked, 7)
  }
  const cancelling = new AbortController()
  const later = await clientOfAnswer(t, (_, response) => {
    response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '5' })
    response.end('{"type":"urn:imagep2p:problem:busy","title":"","status":503}', () => cancelling.abort())
  })
  await failsWith(later.counts(cancelling.signal), 'cancelled')
})

test('where there is no catalog API it is said so, whatever else is there', async t => {
  await failsWith(clientOf(t, (await closedPort()).port).counts(never), 'catalogUnavailable')
  const noHttp = await startOwner(t, socket => socket.end('ERR INVALID_MESSAGE_FORMAT'))
  await failsWith(clientOf(t, noHttp.port).counts(never), 'catalogUnavailable')
  const others: [number, string, string][] = [
    [404, 'text/html', '<h1>Not found</h1>'],
    [200, 'text/html', '<h1>Welcome</h1>'],
    [404, 'application/json', '{"message":"Route GET:/v1/counts not found"}'],
    [404, 'application/problem+json', '{"type":"about:blank","title":"Not Found","status":404}'],
    [302, 'text/plain', ''],
    [502, 'text/html', 'x'.repeat(100_000)],
  ]
  for (const [status, type, body] of others) {
    const client = await clientOfAnswer(t, (_, response) => {
      response.writeHead(status, { 'content-type': type, location: '/elsewhere' })
      response.end(body)
    })
    await failsWith(client.counts(never), 'catalogUnavailable')
    await failsWith(client.image(md5(Buffer.from('1')), never), 'catalogUnavailable')
    await failsWith(client.end(credentials, never), 'catalogUnavailable')
  }
})

test('an answer that is not of the API’s shape is a failure, never an image', async t => {
  const image = { ...entry(1), owners: ['127.0.0.1:5001'], ownerCount: 1 }
  const wrong: unknown[] = [
    ...[null, 5, 'x', [], {}, { images: 5 }, { images: [null] }, { images: [image], next: 5 }],
    ...[{ md5: 'x' }, { md5: image.md5.toUpperCase() }, { name: 5 }, { owners: [5] }, { ownerCount: 0 }].map(
      change => ({ images: [image, { ...image, ...change }] }),
    ),
    ...[
      { width: -1 },
      { bytes: 1.5 },
      { format: 'JPEG!' },
      { sha256: 'x' },
      { placeholder: '<img>' },
      { likeness: '0'.repeat(16) },
    ].map(change => ({ images: [{ ...image, ...change }] })),
  ]
  for (const body of [...wrong.map(value => JSON.stringify(value)), '', '{"images":[', '\0']) {
    const client = await clientOfAnswer(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(body)
    })
    await failsWith(client.page({}, never), 'serverUnreadable')
    await failsWith(client.counts(never), 'serverUnreadable')
  }
})

test('a listing that leads in circles, and an answer without end, are given up', async t => {
  const circling = await clientOfAnswer(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"images":[],"next":"again"}')
  })
  const readAll = async (client: CatalogClient) => {
    for await (const page of client.pages({}, never)) assert.deepEqual(page.images, [])
  }
  await failsWith(readAll(circling), 'serverUnreadable')
  const endless = await clientOfAnswer(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = () => {
      while (!response.destroyed && response.write('{"images":['.repeat(1000)));
    }
    response.on('drain', more)
    response.on('error', () => {})
    more()
  })
  await failsWith(endless.page({}, never), 'catalogUnavailable')
})

test('a cancelled call says so', async t => {
  const silent = await startOwner(t, () => {})
  const client = clientOf(t, silent.port)
  const cancelling = new AbortController()
  const waiting = client.counts(cancelling.signal)
  cancelling.abort()
  await failsWith(waiting, 'cancelled')
  await failsWith(client.counts(cancelling.signal), 'cancelled')
})

test('a server that was restarted is asked on a new connection', async t => {
  const server = await startCatalogServer(t)
  const client = clientOf(t, server.port)
  await client.counts(never)
  await server.closeApi()
  await failsWith(client.counts(never), 'catalogUnavailable')
  await server.openApi()
  assert.equal((await client.counts(never)).images, 0)
})
