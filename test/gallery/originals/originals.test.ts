import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import sharp from 'sharp'
import { OriginalCache } from '../../../src/gallery/originals/original-cache.ts'
import { Originals } from '../../../src/gallery/originals/originals.ts'
import { parseDigest } from '../../../src/protocol/digest.ts'
import type { Endpoint } from '../../../src/protocol/endpoint.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** An owner that gives what is in `images`, whatever its name says. */
async function startOwner(t: TestContext, images: ReadonlyMap<string, Buffer>) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const bytes = images.get(request.url?.slice('/images/'.length) ?? '')
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
    if (bytes === undefined) return response.writeHead(404).end()
    if (from === '') return response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
    const part = bytes.subarray(Number(from), to === '' ? undefined : Number(to) + 1)
    const end = Number(from) + part.length - 1
    response.writeHead(206, {
      ...{ 'content-length': part.length, etag: `"${md5(bytes)}"` },
      'content-range': `bytes ${from}-${end}/${bytes.length}`,
    })
    return response.end(part)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has a port')
  return { endpoint: { address: '127.0.0.1', port: bound.port } satisfies Endpoint, asked }
}

async function startOriginals(t: TestContext, images: ReadonlyMap<string, Buffer>, maxBytes?: number) {
  const owner = await startOwner(t, images)
  const folder = join(await temporaryFolder(t), 'originals')
  const open = () => {
    const originals = new Originals({
      own: () => undefined,
      cache: new OriginalCache(folder, maxBytes),
      find: async digest => ({
        ...{ digest, name: 'a.jpg', owners: [owner.endpoint], ownerCount: 1, disputed: false },
        details: { format: 'jpeg', bytes: images.get(digest)?.length ?? 1 },
      }),
      downloadLimit: () => 0,
    })
    t.after(() => originals.stop())
    return {
      originals,
      ask: async (sum: string) => {
        const found = await originals.open(parseDigest(sum) ?? assert.fail(), t.signal)
        if (found === undefined) return undefined
        const bytes = await buffer(found.content)
        assert.equal(bytes.length, found.size)
        return { mediaType: found.mediaType, bytes }
      },
    }
  }
  return { ...open(), open, asked: owner.asked, folder }
}

const digestOf = (bytes: Buffer) => parseDigest(md5(bytes)) ?? assert.fail()
const pairs = (...all: Buffer[]) => new Map(all.map(bytes => [md5(bytes), bytes]))

test('an original is fetched once, checked, and given from the disk from then on', async t => {
  const jpeg = await picture(1, 'jpeg')
  const { ask, open, asked } = await startOriginals(t, pairs(jpeg))
  const shown = { mediaType: 'image/jpeg', bytes: jpeg }
  assert.deepEqual(await Promise.all([ask(md5(jpeg)), ask(md5(jpeg))]), [shown, shown])
  const count = asked.length
  assert.deepEqual(await ask(md5(jpeg)), shown)
  assert.deepEqual(await open().ask(md5(jpeg)), shown)
  assert.equal(asked.length, count)
})

test('nothing that is not what its digest says is shown or kept, nor what browsers do not merely draw', async t => {
  const right = await picture(1, 'jpeg')
  const wrong = await picture(2, 'jpeg')
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  const cut = await picture(3, 'jpeg')
  const images = new Map([
    [md5(right), wrong],
    [md5(svg), svg],
    [md5(cut), cut.subarray(0, 100)],
  ])
  const { ask, folder } = await startOriginals(t, images)
  for (const sum of images.keys()) assert.equal(await ask(sum), undefined)
  assert.equal(await ask('0'.repeat(32)), undefined)
  const kept = await readdir(folder)
  assert.deepEqual(
    kept.filter(name => !name.startsWith(`original-${md5(svg)}`)),
    [],
  )
})

test('what was looked at longest ago goes first, and what a run did not finish goes at the next', async t => {
  const all = await Promise.all([1, 2, 3].map(seed => picture(seed, 'jpeg')))
  const [one, two, three] = all as [Buffer, Buffer, Buffer]
  const { ask, open, folder } = await startOriginals(t, pairs(one, two, three), one.length + two.length + 50)
  for (const bytes of [one, two, one, three]) await ask(md5(bytes))
  const names = () => readdir(folder).then(found => found.sort())
  const expected = [one, three].map(bytes => `original-${md5(bytes)}.jpg`).sort()
  assert.deepEqual(
    (await names()).map(name => name.replace('.jpeg', '.jpg')),
    expected,
  )
  await writeFile(join(folder, `.imagep2p-${md5(two)}.part`), 'half')
  await open().ask(md5(one))
  assert.deepEqual(
    (await names()).map(name => name.replace('.jpeg', '.jpg')),
    expected,
  )
})

test('the camera is read in the begin of a picture, without what is no plain text', async t => {
  const of = (make: string, model: string) =>
    sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
      .jpeg()
      .withExif({ IFD0: { Make: make, Model: model } })
      .toBuffer()
  const canon = await of('Canon', 'Canon EOS 5D')
  const lg = await of('LG', 'G6\u001b[31m')
  const none = await picture(1, 'jpeg')
  const { originals, asked } = await startOriginals(t, pairs(canon, lg, none))
  assert.equal(await originals.camera(digestOf(canon), t.signal), 'Canon EOS 5D')
  assert.equal(await originals.camera(digestOf(lg), t.signal), 'LG G6[31m')
  assert.equal(await originals.camera(digestOf(none), t.signal), undefined)
  assert.equal(asked.length, 3)
})
