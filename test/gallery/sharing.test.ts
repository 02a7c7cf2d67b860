import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Picture, PicturePage } from '../../src/gallery/gallery-shapes.ts'
import type { Added, OwnPage, Privacy, PrivateFacts, Uploads } from '../../src/gallery/sharing-shapes.ts'
import {
  admittedCookie,
  askGallery,
  emptyPage,
  type GalleryAnswer,
  startGallery,
  startSharingPeer,
} from '../support/gallery.ts'
import { startIndexServer } from '../support/index-servers.ts'
import { md5 } from '../support/md5.ts'
import { picture } from '../support/pictures.ts'
import { privatePicture } from '../support/private-pictures.ts'
import { until } from '../support/until.ts'

async function start(t: TestContext) {
  const server = await startIndexServer(t, { host: '127.0.0.1' })
  const { peer, directory } = await startSharingPeer(t, server, async folder =>
    writeFile(join(folder, 'first.png'), await picture(1)),
  )
  const gallery = await startGallery(t, peer, await emptyPage(t))
  const cookie = await admittedCookie(gallery)
  const origin = `http://127.0.0.1:${gallery.port}`
  const headers = { cookie, origin, 'content-type': 'application/octet-stream' }
  return {
    ...{ server, peer, directory, gallery, headers },
    get: (path: string) => askGallery(gallery.port, { path, headers: { cookie } }),
    post: (path: string, body: unknown) =>
      askGallery(gallery.port, {
        ...{ method: 'POST', path, body: JSON.stringify(body) },
        headers: { ...headers, 'content-type': 'application/json' },
      }),
    add: (name: string, bytes: Buffer, given: Record<string, string | undefined> = headers, more = '') =>
      askGallery(gallery.port, {
        ...{ method: 'POST', path: `/api/files?name=${encodeURIComponent(name)}${more}`, body: bytes },
        headers: { 'content-length': bytes.length, ...given },
      }),
  }
}

function json<Shape>({ body, status }: GalleryAnswer): Shape {
  assert.equal(status, 200, body.toString())
  return JSON.parse(body.toString()) as Shape
}

test('pictures are added by the page', async t => {
  const { peer, directory, add, get, headers } = await start(t)

  await t.test('under a safe and free name, with their time, shared at once', async () => {
    const [second, third] = [await picture(2, 'jpeg', 200), await picture(3)]
    const modified = Date.UTC(2020, 1, 2)
    const added = json<Added>(await add('first.png', second, headers, `&modified=${modified}`))
    assert.deepEqual(added, { md5: md5(second), isNew: true, name: added.name })
    assert.notEqual(added.name, 'first.png')
    const path = join(directory, added.name ?? '')
    assert.deepEqual(await readFile(path), second)
    assert.equal((await stat(path)).mtimeMs, modified)
    assert.equal(peer.imageCount, 2)
    await until(async () =>
      json<PicturePage>(await get('/api/pictures')).pictures.some(one => one.md5 === md5(second)),
    )
    assert.equal(json<Added>(await add('run.exe', third)).name, 'run.exe.png')
    // The same picture once more, and twice at once, is one file.
    assert.deepEqual(json<Added>(await add('again.jpg', second)), { md5: md5(second), isNew: false })
    const fourth = await picture(4)
    const both = await Promise.all([add('one.png', fourth), add('two.png', fourth)])
    assert.deepEqual(both.map(answer => json<Added>(answer).isNew).sort(), [false, true])
    assert.equal((await readdir(directory)).length, 4)
  })

  await t.test('what is no picture, has a name of no file, or comes from elsewhere is refused', async () => {
    const before = (await readdir(directory)).sort()
    const bytes = await picture(9)
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    assert.equal((await add('drawing.png', svg)).status, 415)
    assert.equal((await add('large.png', Buffer.alloc(3_000_000, 'text '))).status, 415)
    assert.equal((await add('empty.png', Buffer.alloc(0))).status, 415)
    for (const name of ['../out.png', '..', 'a\0b.png', 'C:x.png', ' '])
      assert.equal((await add(name, bytes)).status, 400, JSON.stringify(name))
    const { cookie, origin } = headers
    const type = headers['content-type']
    for (const [wrong, status] of [
      [{ ...headers, origin: 'http://evil.example' }, 403],
      [{ cookie, 'content-type': type }, 403],
      [{ origin, 'content-type': type }, 401],
      [{ ...headers, host: 'evil.example' }, 403],
      [{ cookie, origin, 'content-type': 'multipart/form-data; boundary=x' }, 400],
      [{ cookie, origin, 'content-type': 'application/json' }, 400],
    ] as const)
      assert.equal((await add('x.png', bytes, wrong)).status, status, JSON.stringify(wrong))
    assert.equal((await add('x.png', bytes, headers, '&more=1')).status, 400)
    assert.deepEqual((await readdir(directory)).sort(), before)
  })

  await t.test('nothing stays of one that ends early', async () => {
    const before = (await readdir(directory)).sort()
    const bytes = await picture(10, 'png', 300)
    const leaving = new AbortController()
    const sending = fetch(`${headers.origin}/api/files?name=cut.png`, {
      ...{ method: 'POST', headers, duplex: 'half', signal: leaving.signal },
      body: new ReadableStream({
        start: stream => stream.enqueue(new Uint8Array(bytes.subarray(0, 50_000))),
      }),
    } as RequestInit)
    // Sent in chunks, so without a length.
    assert.equal((await sending).status, 411)
    leaving.abort()
    assert.deepEqual((await readdir(directory)).sort(), before)
  })
})

test('what a person shares', async t => {
  const { server, peer, directory, get, post } = await start(t)
  const large = await picture(20, 'png', 700)
  await writeFile(join(directory, 'large.png'), large)
  await until(() => peer.imageCount === 2)
  const own = async (query = '') => json<OwnPage>(await get(`/api/own?${query}`))

  await t.test('is listed page by page, the newest file first', async () => {
    assert.deepEqual(
      (await own()).pictures.map(({ name, isShared, width }) => ({ name, isShared, width })),
      [
        { name: 'large.png', isShared: true, width: 700 },
        { name: 'first.png', isShared: true, width: 48 },
      ],
    )
    const first = await own('limit=1')
    const second = await own(`limit=1&cursor=${first.next}`)
    assert.deepEqual([first.pictures[0]?.name, second.pictures[0]?.name], ['large.png', 'first.png'])
    assert.equal(second.next, undefined)
    for (const wrong of ['limit=0', 'limit=501', 'more=1'])
      assert.equal((await get(`/api/own?${wrong}`)).status, 400, wrong)
  })

  await t.test(
    'one that is not shared any more stays, and is neither listed nor served nor half sent',
    async () => {
      const { peer: other } = await startSharingPeer(t, server)
      const address = `127.0.0.1:${peer.endpoint.port}`
      const listed = async () => (await other.page({}, t.signal)).images.map(({ digest }) => digest)
      await until(async () => (await listed()).length === 2)

      // It is on its way when its sharing is stopped.
      peer.transfers.setLimits({ upload: 200_000 })
      const image = `http://${address}/images/${md5(large)}`
      const asked = await fetch(image)
      const arriving = asked.arrayBuffer()
      await until(async () => json<Uploads>(await get('/api/uploads')).uploads.some(({ sent }) => sent > 0))
      const [upload] = json<Uploads>(await get('/api/uploads')).uploads
      assert.deepEqual(
        { md5: upload?.md5, name: upload?.name, to: upload?.to, size: upload?.size },
        { md5: md5(large), name: 'large.png', to: '127.0.0.1', size: large.length },
      )
      assert.equal((await post(`/api/own/${md5(large)}/sharing`, { isShared: false })).status, 204)
      await assert.rejects(arriving)
      assert.deepEqual(json<Uploads>(await get('/api/uploads')).uploads, [])

      assert.equal((await fetch(image)).status, 404)
      assert.equal((await fetch(`${image}/preview`)).status, 404)
      const { images } = (await (await fetch(`http://${address}/images`)).json()) as { images: Picture[] }
      assert.equal(images.length, 1)
      await until(async () => (await listed()).length === 1)
      assert.deepEqual(await readFile(join(directory, 'large.png')), large)
      assert.deepEqual(
        (await own('isShared=false')).pictures.map(({ name }) => name),
        ['large.png'],
      )
      // Its owner still sees it.
      assert.equal((await get(`/api/pictures/${md5(large)}/preview?size=160`)).status, 200)

      assert.equal((await post(`/api/own/${md5(large)}/sharing`, { isShared: true })).status, 204)
      await until(async () => (await listed()).length === 2)
      assert.equal((await fetch(image, { method: 'HEAD' })).status, 200)
      assert.equal((await post(`/api/own/${'0'.repeat(32)}/sharing`, { isShared: false })).status, 404)
      for (const body of [{}, { isShared: 'no' }, { isShared: false, more: 1 }])
        assert.equal((await post(`/api/own/${md5(large)}/sharing`, body)).status, 400, JSON.stringify(body))
    },
  )
})

test('what pictures tell beyond themselves is shown, and taken out of what others get', async t => {
  const { peer, directory, get, post } = await start(t)
  const telling = await privatePicture('jpeg')
  const cut = (await picture(30)).subarray(0, -20)
  await writeFile(join(directory, 'photo.jpg'), telling)
  await writeFile(join(directory, 'cut.png'), cut)
  await until(() => peer.privacy.cleanedCount === 1 && peer.privacy.withheld.length === 1)
  const own = async () => json<OwnPage>(await get('/api/own')).pictures
  const served = async () => (await own()).filter(({ isShared }) => isShared).map(one => one.md5)
  const privacy = async () => json<Privacy>(await get('/api/privacy'))

  assert.deepEqual(await privacy(), { isCleaned: true, cleaned: 1, withheld: 1 })
  const [photo, broken] = ['photo.jpg', 'cut.png'].map(
    name => async () => (await own()).find(one => one.name === name) ?? assert.fail(name),
  )
  assert.equal((await broken?.())?.withheld, 'cutShort')
  assert.equal((await broken?.())?.md5, md5(cut))
  const cleaned = (await photo?.())?.md5
  assert.notEqual(cleaned, md5(telling))
  const facts = json<PrivateFacts>(await get(`/api/own/${cleaned}/private`))
  const kinds = new Set(facts.found.map(({ kind }) => kind))
  for (const kind of ['position', 'serialNumber', 'owner', 'makerNote'] as const)
    assert.ok(kinds.has(kind), kind)
  assert.ok(facts.found.some(({ name, value }) => name === 'BodySerialNumber' && value === 'BODY-4711'))
  const of = (digest: string) => get(`/api/own/${digest}/private`)
  assert.equal(json<PrivateFacts>(await of(md5(cut))).withheld, 'cutShort')
  assert.deepEqual(json<PrivateFacts>(await of(md5(await picture(1)))), { found: [] })
  assert.equal((await of('0'.repeat(32))).status, 404)

  assert.equal((await post('/api/privacy', { isCleaned: 'no' })).status, 400)
  assert.deepEqual(json<Privacy>(await post('/api/privacy', { isCleaned: false })), {
    ...{ isCleaned: false, cleaned: 0, withheld: 0 },
  })
  assert.ok((await served()).includes(md5(telling)))
  assert.ok((await served()).includes(md5(cut)))
  const image = `http://127.0.0.1:${peer.endpoint.port}/images/${md5(telling)}`
  assert.equal((await fetch(image)).status, 200)
  assert.deepEqual(json<Privacy>(await post('/api/privacy', { isCleaned: true })), {
    ...{ isCleaned: true, cleaned: 1, withheld: 1 },
  })
  assert.equal((await fetch(image)).status, 404)
  assert.deepEqual(await readFile(join(directory, 'photo.jpg')), telling)
})
