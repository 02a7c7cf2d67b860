import assert from 'node:assert/strict'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import sharp from 'sharp'
import type { Likeness, MatchingAmount, Picture, PicturePage } from '../../src/gallery/gallery-shapes.ts'
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
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const jpegOf = (bytes: Buffer, edge: number) =>
  sharp(bytes).resize(edge, edge).jpeg({ quality: 70 }).toBuffer()

/** An owner of a picture, a copy of it and another one; and the gallery of a peer that has a small copy. */
async function start(t: TestContext) {
  const server = await startIndexServer(t, { host: '127.0.0.1' })
  const wanted = await picture(1, 'png', 320)
  const copy = await jpegOf(wanted, 240)
  await startSharingPeer(t, server, async folder => {
    await writeFile(join(folder, 'wanted.png'), wanted)
    await writeFile(join(folder, 'copy.jpg'), copy)
    await writeFile(join(folder, 'another.png'), await picture(2, 'png', 320))
  })
  const { peer } = await startSharingPeer(t, server, async folder =>
    writeFile(join(folder, 'held.jpg'), await jpegOf(wanted, 160)),
  )
  const gallery = await startGallery(t, peer, await emptyPage(t))
  await until(async () => {
    const { images } = await peer.page({}, t.signal)
    return images.length === 4 && images.every(({ details }) => details.likeness !== undefined)
  })
  const cookie = await admittedCookie(gallery)
  const origin = `http://127.0.0.1:${gallery.port}`
  const headers = { cookie, origin, 'content-type': 'application/octet-stream' }
  return {
    ...{ gallery, headers, wanted, copy },
    get: (path: string) => askGallery(gallery.port, { path, headers: { cookie } }),
    look: (bytes: Buffer, given: Record<string, string | number> = headers) =>
      askGallery(gallery.port, {
        ...{ method: 'POST', path: '/api/likeness', body: bytes },
        headers: { 'content-length': bytes.length, ...given },
      }),
  }
}

function json<Shape>({ body, status }: GalleryAnswer): Shape {
  assert.equal(status, 200, body.toString())
  return JSON.parse(body.toString()) as Shape
}

function told({ pictures }: PicturePage): [string, Picture['copyHeld'], boolean][] {
  return pictures.map(({ name, copyHeld, isMine }) => [name, copyHeld, isMine])
}

test('a picture is found by another copy of it', async t => {
  const { gallery, headers, wanted, copy, get, look } = await start(t)
  const kept = join(await temporaryFolder(t), 'kept')
  await mkdir(kept)
  const { TMPDIR } = process.env
  process.env['TMPDIR'] = kept
  t.after(() => {
    if (TMPDIR === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = TMPDIR
  })

  await t.test(
    'best copies first, the very same one before them, each beside what the folder holds',
    async () => {
      const small = await jpegOf(wanted, 120)
      const { likeness, md5: digest } = json<Likeness>(await look(small))
      assert.equal(digest, md5(small))
      const like = `/api/pictures?like=${likeness}`
      const best = [
        ['wanted.png', 'smaller', false],
        ['copy.jpg', 'smaller', false],
        ['held.jpg', undefined, true],
      ]
      assert.deepEqual(told(json<PicturePage>(await get(like))), best)
      const same = json<PicturePage>(await get(`${like}&likeOf=${md5(copy)}`))
      assert.deepEqual(told(same), [best[1], best[0], best[2]])
      assert.equal(same.pictures[0]?.likeness?.length, 16)
      // Together with another filter, and in another order.
      assert.deepEqual(told(json<PicturePage>(await get(`${like}&format=jpeg&sort=name`))), [
        best[1],
        best[2],
      ])
      assert.equal((await get('/api/pictures?like=0')).status, 400)
      const details = json<Picture>(await get(`/api/pictures/${md5(wanted)}`))
      assert.deepEqual([details.copyHeld, details.likeness?.length], ['smaller', 16])
    },
  )

  await t.test('of near copies the best alone is taken where that is asked for', async () => {
    const count = async (query: string) =>
      json<MatchingAmount>(await get(`/api/takings/matching${query}`)).count
    assert.equal(await count(''), 3)
    assert.equal(await count('?copies=best'), 2)
    assert.equal(await count('?copies=best&format=jpeg'), 1)
    assert.equal((await get('/api/takings/matching?copies=worst')).status, 400)
    assert.equal((await get('/api/pictures?copies=best')).status, 400)
  })

  await t.test(
    'what cannot be looked at, or comes from elsewhere, is refused, and nothing is kept',
    async () => {
      const blank = sharp({ create: { width: 64, height: 64, channels: 3, background: '#357' } })
      assert.equal((await look(await blank.png().toBuffer())).status, 422)
      const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
      for (const none of [svg, '', 'x'.repeat(1_000_000)])
        assert.equal((await look(Buffer.from(none))).status, 415)
      assert.equal((await look(wanted.subarray(0, 5000))).status, 415)
      const { cookie, origin } = headers
      const type = headers['content-type']
      for (const [wrong, status] of [
        [{ ...headers, origin: 'http://evil.example' }, 403],
        [{ ...headers, host: 'evil.example' }, 403],
        [{ cookie, 'content-type': type }, 403],
        [{ origin, 'content-type': type }, 401],
        [{ cookie, origin, 'content-type': 'application/json' }, 400],
        [{ ...headers, 'content-length': 129 * 1024 * 1024 }, 413],
      ] as const)
        assert.equal((await look(wanted, wrong)).status, status, JSON.stringify(wrong))
      assert.deepEqual(await readdir(kept), [])
    },
  )

  await t.test('only some are looked at at once', async () => {
    const leaving = new AbortController()
    const held = [1, 2].map(() =>
      fetch(`http://127.0.0.1:${gallery.port}/api/likeness`, {
        ...{ method: 'POST', duplex: 'half', signal: leaving.signal },
        headers: { ...headers, 'content-length': '5000' },
        body: new ReadableStream({ start: stream => stream.enqueue(new Uint8Array(10)) }),
      } as RequestInit).catch(() => 'gone'),
    )
    await until(async () => (await readdir(kept)).length === 2)
    assert.equal((await look(wanted)).status, 503)
    leaving.abort()
    assert.deepEqual(await Promise.all(held), ['gone', 'gone'])
    await until(async () => (await readdir(kept)).length === 0)
    assert.equal((await look(wanted)).status, 200)
  })
})
