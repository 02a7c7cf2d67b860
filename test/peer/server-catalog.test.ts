import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Failure } from '../../src/base/failure.ts'
import { type CatalogImage, imageFromCatalog } from '../../src/peer/catalog-image.ts'
import { findImages } from '../../src/peer/find-images.ts'
import { type CatalogPage, ServerCatalog } from '../../src/peer/server-catalog.ts'
import { ServerConnection, type ServerLimit } from '../../src/peer/server-connection.ts'
import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import { DEFAULT_HTTP_LIMITS } from '../../src/transport/http-client.ts'
import { type CatalogServer, startCatalogServer } from '../support/catalog-server.ts'
import { md5 } from '../support/md5.ts'
import { startOwner } from '../support/owners.ts'

const never = new AbortController().signal
const plan = { attempts: 3, firstDelayMs: 60, growth: 1, maxDelayMs: 60, refusalsBelieved: 2 }

function connect(t: TestContext, port: number) {
  const limits: ServerLimit[] = []
  const connection = new ServerConnection({
    server: { host: '127.0.0.1', port },
    plan,
    limits: DEFAULT_HTTP_LIMITS,
    onRetry: () => {},
    onLimit: limit => limits.push(limit),
  })
  t.after(() => connection.close())
  return { connection, catalog: new ServerCatalog(connection), limits }
}

function digestOf(index: number) {
  return md5(Buffer.from(String(index)))
}

function entry(index: number, name = `picture ${index}.jpg`): ImageEntry {
  return { md5: digestOf(index), name }
}

/** Puts images onto the server's list, as if the peer on `port` had registered them. */
function list(server: CatalogServer, entries: readonly ImageEntry[], port = 5001): void {
  const images = new Map(entries.map(one => [one.md5, one]))
  server.registrations.set(`127.0.0.1:${port}`, { password: 'pw', images })
}

function names({ images }: { images: readonly CatalogImage[] }): string[] {
  return images.map(({ name }) => name)
}

test('what fits on one page stands in the order in which it came, else the newest first', async t => {
  const server = await startCatalogServer(t)
  const { catalog } = connect(t, server.port)
  list(server, [entry(1), entry(2), entry(3)])
  assert.deepEqual(names(await catalog.page({}, never)), ['picture 1.jpg', 'picture 2.jpg', 'picture 3.jpg'])
  assert.deepEqual(names(await catalog.page({ sort: 'newest' }, never)), [
    ...['picture 3.jpg', 'picture 2.jpg', 'picture 1.jpg'],
  ])
  const first = await catalog.page({ limit: 2 }, never)
  assert.deepEqual(names(first), ['picture 3.jpg', 'picture 2.jpg'])
  assert.ok(first.next !== undefined)
  const second = await catalog.page({ limit: 2, cursor: first.next }, never)
  assert.deepEqual([names(second), second.next], [['picture 1.jpg'], undefined])
  assert.equal(await catalog.imageCount(never), 3)
})

test('an image comes with its details and all its owners', async t => {
  const server = await startCatalogServer(t)
  const { catalog } = connect(t, server.port)
  list(server, [{ ...entry(1), width: 640, format: 'png' }])
  list(server, [entry(1)], 5002)
  const expected: CatalogImage = {
    digest: digestOf(1),
    name: 'picture 1.jpg',
    owners: [5001, 5002].map(port => ({ address: '127.0.0.1', port })),
    ownerCount: 2,
    details: { width: 640, format: 'png' },
    disputed: false,
  }
  assert.deepEqual((await catalog.page({}, never)).images, [expected])
  assert.deepEqual(await catalog.image(digestOf(1), never), expected)
  assert.equal(await catalog.image(digestOf(2), never), undefined)
})

test('every page is read, each when it is wanted', async t => {
  const server = await startCatalogServer(t)
  const { catalog } = connect(t, server.port)
  const entries = Array.from({ length: 25 }, (_, index) => entry(index))
  list(server, entries)
  const seen: string[] = []
  for await (const page of catalog.pages({ limit: 10, sort: 'name' }, never)) {
    seen.push(...names(page))
    assert.equal(server.asked.length, Math.ceil(seen.length / 10))
  }
  assert.deepEqual(seen, entries.map(({ name }) => name).sort())
})

test('an old server is asked by LST, searched and sorted here, and told once to be one', async t => {
  const server = await startCatalogServer(t, { hasApi: false, leaseSeconds: 0 })
  const { catalog, limits } = connect(t, server.port)
  list(server, [entry(1), entry(2, 'beach.png'), entry(3)])
  const whole = await catalog.page({ limit: 1 }, never)
  assert.deepEqual(names(whole), ['picture 1.jpg', 'beach.png', 'picture 3.jpg'])
  const { next, mayBeCut, notApplied } = whole
  assert.deepEqual({ next, mayBeCut, notApplied }, { next: undefined, mayBeCut: false, notApplied: [] })
  const searched = await catalog.page({ search: 'PICTURE', sort: 'newest', minBytes: 5 }, never)
  assert.deepEqual([names(searched), searched.notApplied], [['picture 3.jpg', 'picture 1.jpg'], ['minBytes']])
  assert.equal((await catalog.image(digestOf(2), never))?.name, 'beach.png')
  assert.equal(await catalog.image(digestOf(9), never), undefined)
  assert.equal(await catalog.imageCount(never), undefined)
  const pages: CatalogPage[] = []
  for await (const page of catalog.pages({}, never)) pages.push(page)
  assert.equal(pages.length, 1)
  assert.deepEqual(limits, [{ kind: 'noCatalog', reason: 'ECONNREFUSED' }])
})

/** An old server, with somebody else's service on its port: a port that both could have. */
async function startBesideService(t: TestContext, answer: (socket: Socket) => void) {
  for (;;) {
    const server = await startCatalogServer(t, { hasApi: false })
    const other = createServer(answer)
    other.listen(server.port, '127.0.0.1')
    try {
      await once(other, 'listening')
      return { server, other }
    } catch {
      // Another process has it for a connection of its own at the moment.
    }
  }
}

test('somebody else’s service on the port is no catalog, whatever it speaks', async t => {
  let answer = ''
  let requests = 0
  const { server, other } = await startBesideService(t, socket => {
    socket.on('error', () => {})
    socket.once('data', () => {
      requests += 1
      socket.end(answer)
    })
  })
  t.after(() => other.close())
  list(server, [entry(1)])
  for (answer of [
    'ERR INVALID_MESSAGE_FORMAT',
    '',
    'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi',
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
    'HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
  ]) {
    requests = 0
    const { catalog, limits } = connect(t, server.port)
    assert.deepEqual(names(await catalog.page({}, never)), ['picture 1.jpg'], answer)
    assert.deepEqual(names(await catalog.page({}, never)), ['picture 1.jpg'], answer)
    assert.equal(requests, 1, 'it is not asked again at once')
    assert.equal(limits.length, 1)
  }
})

test('a catalog that fails for a moment is replaced by LST for that moment, and never in the middle of its pages', async t => {
  const server = await startCatalogServer(t)
  const { connection, catalog, limits } = connect(t, server.port)
  list(server, [entry(1), entry(2)])
  const { next } = await catalog.page({ limit: 1 }, never)
  assert.ok(next !== undefined)
  await server.closeApi()
  await assert.rejects(
    catalog.page({ limit: 1, cursor: next }, never),
    error => error instanceof Failure && error.code === 'catalogUnavailable',
  )
  assert.deepEqual(names(await catalog.page({}, never)), ['picture 1.jpg', 'picture 2.jpg'])
  assert.deepEqual([limits, connection.catalogApi.wasThere], [[], true])
})

test('an answer of the API itself is an answer, also where it is a refusal', async t => {
  const owner = await startOwner(t, socket =>
    socket.end(
      'HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\nconnection: close\r\n\r\n{"type":"urn:imagep2p:problem:badCursor","title":"No","status":400}',
    ),
  )
  const { connection, catalog, limits } = connect(t, owner.port)
  await assert.rejects(
    catalog.page({}, never),
    error => error instanceof Failure && error.code === 'serverRefused',
  )
  assert.deepEqual([connection.catalogApi.isThere, limits], [true, []])
})

test('what the API says of an image is taken as far as it can be used', () => {
  const image = {
    md5: digestOf(1),
    name: 'a',
    owners: ['1.2.3.4:5', '[::1]:6', 'nonsense', '1.2.3.4:0'],
    ownerCount: 1,
  }
  const taken = imageFromCatalog({
    ...image,
    disputed: true,
    taken: -5,
    sha256: 'f'.repeat(64),
    placeholder: 'aaaa',
    likeness: 'c0ffee0123456789',
  })
  assert.deepEqual(taken, {
    digest: digestOf(1),
    name: 'a',
    owners: [
      { address: '1.2.3.4', port: 5 },
      { address: '::1', port: 6 },
    ],
    ownerCount: 2,
    details: { taken: -5, sha256: 'f'.repeat(64), placeholder: 'aaaa', likeness: 'c0ffee0123456789' },
    disputed: true,
  })
  assert.equal(imageFromCatalog({ ...image, owners: ['nonsense'] }), undefined)
  assert.equal(imageFromCatalog({ ...image, md5: 'nonsense' }), undefined)
})

for (const hasApi of [true, false]) {
  test(`a picture is found by MD5 or by exactly its name, ${hasApi ? 'through the API' : 'in a LST'}`, async t => {
    const server = await startCatalogServer(t, { hasApi })
    const { catalog } = connect(t, server.port)
    list(server, [
      entry(1, 'a.png'),
      entry(2, 'banana.png'),
      entry(3, 'A.PNG'),
      entry(4, 'a.png '),
      entry(5, 'é.png'),
      entry(6, digestOf(2)),
      entry(7, 'twice.png'),
      entry(8, 'twice.png'),
    ])
    const find = async (text: string) =>
      (await findImages(catalog, text, never)).images.map(({ digest }) => digest).sort()
    assert.deepEqual(await find('a.png'), [digestOf(1)])
    assert.deepEqual(await find(digestOf(1).toUpperCase()), [digestOf(1)])
    assert.deepEqual(await find('e\u0301.png'), [digestOf(5)])
    assert.deepEqual(await find(digestOf(2)), [digestOf(2)])
    assert.deepEqual(await find('twice.png'), [digestOf(7), digestOf(8)].sort())
    assert.deepEqual(await find('ana'), [])
    assert.deepEqual(await find(digestOf(99)), [])
    assert.deepEqual(await find(''), [])
  })
}

test('a long name is found, and of many namesakes some are told', async t => {
  const server = await startCatalogServer(t)
  const { catalog } = connect(t, server.port)
  const long = `${'long '.repeat(60)}.png`
  list(server, [entry(1, long), ...Array.from({ length: 100 }, (_, index) => entry(index + 10, 'same.png'))])
  assert.deepEqual(names(await findImages(catalog, long, never)), [long])
  assert.equal((await findImages(catalog, 'same.png', never)).images.length, 20)
})
