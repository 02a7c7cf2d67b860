import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { PictureDetails, PicturePage, Summary, Takings } from '../../src/gallery/gallery-shapes.ts'
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
import { picture, writePicture } from '../support/pictures.ts'
import { until } from '../support/until.ts'

/** Two peers, each with a picture that the other has not, and the gallery of one. */
async function startTwo(t: TestContext) {
  const server = await startIndexServer(t, { host: '127.0.0.1' })
  const mine = await picture(1)
  const theirs = await picture(2, 'jpeg')
  const { peer: other } = await startSharingPeer(t, server, folder =>
    writeFile(join(folder, '<img src=x onerror=alert(1)>.jpg'), theirs),
  )
  const { peer, directory } = await startSharingPeer(t, server, folder =>
    writeFile(join(folder, 'mine.png'), mine),
  )
  const gallery = await startGallery(t, peer, await emptyPage(t))
  // Details follow a registration.
  await until(async () => {
    const { images } = await peer.page({}, t.signal)
    return images.length === 2 && images.every(({ details }) => details.bytes !== undefined)
  })
  const cookie = await admittedCookie(gallery)
  const origin = `http://127.0.0.1:${gallery.port}`
  return {
    ...{ server, other, peer, directory, gallery, cookie, origin, mine, theirs },
    get: (path: string, headers = {}) => askGallery(gallery.port, { path, headers: { cookie, ...headers } }),
    post: (path: string, body: unknown, headers = {}) =>
      askGallery(gallery.port, {
        ...{ method: 'POST', path, body: JSON.stringify(body) },
        headers: { cookie, origin, 'content-type': 'application/json', ...headers },
      }),
  }
}

function json<Shape>({ body, status }: GalleryAnswer): Shape {
  assert.equal(status, 200, body.toString())
  return JSON.parse(body.toString()) as Shape
}

test('a gallery between two peers', async t => {
  const two = await startTwo(t)

  await t.test('the pictures of all peers are listed, told apart, filtered and described', async () => {
    const { get, mine, theirs, other } = two
    const { pictures } = json<PicturePage>(await get('/api/pictures'))
    assert.deepEqual(
      pictures.map(({ md5, isMine, format, width }) => ({ md5, isMine, format, width })),
      [
        { md5: md5(mine), isMine: true, format: 'png', width: 48 },
        { md5: md5(theirs), isMine: false, format: 'jpeg', width: 48 },
      ],
    )
    const listed = async (query: string) =>
      json<PicturePage>(await get(`/api/pictures?${query}`)).pictures.map(one => one.md5)
    assert.deepEqual(await listed('holding=mine'), [md5(mine)])
    assert.deepEqual(await listed('holding=missing'), [md5(theirs)])
    assert.deepEqual(await listed(`owner=127.0.0.1:${other.endpoint.port}`), [md5(theirs)])
    assert.deepEqual(await listed('search=MINE&sort=name'), [md5(mine)])
    const first = json<PicturePage>(await get('/api/pictures?limit=1'))
    assert.equal(first.pictures.length, 1)
    assert.deepEqual(await listed(`limit=1&cursor=${first.next}`), [md5(theirs)])

    const details = json<PictureDetails>(await get(`/api/pictures/${md5(theirs)}`))
    assert.deepEqual(details.owners, [`127.0.0.1:${other.endpoint.port}`])
    assert.equal(details.bytes, theirs.length)
    assert.equal((await get(`/api/pictures/${'0'.repeat(32)}`)).status, 404)
    const summary = json<Summary>(await get('/api/summary'))
    assert.deepEqual({ pictures: summary.pictures, shared: summary.shared }, { pictures: 2, shared: 1 })
    const { paths } = json<{ paths: object }>(await get('/api/openapi.json'))
    assert.deepEqual(Object.keys(paths).sort(), [
      '/api/events',
      '/api/files',
      '/api/likeness',
      '/api/own',
      '/api/own/{md5}/private',
      '/api/own/{md5}/sharing',
      '/api/pictures',
      '/api/pictures/{md5}',
      '/api/pictures/{md5}/camera',
      '/api/pictures/{md5}/original',
      '/api/pictures/{md5}/preview',
      '/api/privacy',
      '/api/session',
      '/api/summary',
      '/api/takings',
      '/api/takings/limits',
      '/api/takings/matching',
      '/api/takings/rates',
      '/api/takings/rows',
      '/api/takings/wishes',
      '/api/uploads',
    ])
    for (const wrong of ['sort=worst', 'limit=0', 'limit=many', 'unknown=1', `search=${'a'.repeat(201)}`])
      assert.equal((await get(`/api/pictures?${wrong}`)).status, 400, wrong)
  })

  await t.test(
    'previews are shown of own pictures and of others, always as a raster image in a sandbox',
    async () => {
      const { get, mine, theirs } = two
      for (const [bytes, type] of [
        [mine, /^image\/webp$/],
        [theirs, /^image\/(webp|jpeg)$/],
      ] as const) {
        const { status, headers, body } = await get(`/api/pictures/${md5(bytes)}/preview?size=160`)
        assert.equal(status, 200)
        assert.match(String(headers['content-type']), type)
        assert.equal(headers['x-content-type-options'], 'nosniff')
        assert.match(String(headers['content-security-policy']), /default-src 'none'.*sandbox/)
        assert.ok(body.length > 0)
      }
      assert.equal((await get(`/api/pictures/${'0'.repeat(32)}/preview`)).status, 404)
      for (const [bytes, type] of [
        [mine, 'image/png'],
        [theirs, 'image/jpeg'],
      ] as const) {
        const { status, headers, body } = await get(`/api/pictures/${md5(bytes)}/original`)
        assert.equal(status, 200)
        assert.deepEqual(body, bytes)
        assert.equal(headers['content-type'], type)
        assert.equal(headers['x-content-type-options'], 'nosniff')
        assert.match(String(headers['content-security-policy']), /default-src 'none'.*sandbox/)
      }
      assert.equal((await get(`/api/pictures/${'0'.repeat(32)}/original`)).status, 404)
      assert.deepEqual(json(await get(`/api/pictures/${md5(theirs)}/camera`)), {})
    },
  )

  await t.test('nobody but the page of this computer gets in', async () => {
    const { gallery, cookie, origin, get, post, theirs } = two
    const { port } = gallery
    const refused = async (asked: Parameters<typeof askGallery>[1], status: number, why: string) => {
      const answer = await askGallery(port, asked)
      assert.equal(answer.status, status, `${why}: ${answer.body}`)
      assert.equal(answer.headers['set-cookie'], undefined, why)
      return answer
    }
    const path = '/api/pictures'
    await refused({ path }, 401, 'no cookie')
    await refused({ path, headers: { cookie: `${cookie}x` } }, 401, 'a wrong cookie')
    for (const host of [`evil.example:${port}`, `localhost:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`])
      await refused({ path, headers: { cookie, host } }, 403, `Host: ${host}`)
    await refused({ path: '/', headers: { host: 'evil.example' } }, 403, 'the page under another name')
    for (const foreign of [
      'http://evil.example',
      'null',
      `http://localhost:${port}`,
      `https://127.0.0.1:${port}`,
    ])
      await refused({ path, headers: { cookie, origin: foreign } }, 403, `Origin: ${foreign}`)
    const crossSite = {
      cookie,
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'image',
    }
    const preview = `/api/pictures/${md5(theirs)}/preview`
    await refused({ path: preview, headers: crossSite }, 403, 'an image in another page')

    const original = `/api/pictures/${md5(theirs)}/original`
    await refused({ path: original }, 401, 'an original without a cookie')
    await refused({ path: original, headers: crossSite }, 403, 'an original in another page')

    const body = JSON.stringify({ md5s: [md5(theirs)] })
    const type = { 'content-type': 'application/json' }
    const change = { method: 'POST', path: '/api/takings', body }
    await refused({ ...change, headers: { ...type, cookie } }, 403, 'a change without Origin')
    await refused(
      { ...change, headers: { ...type, cookie, origin: 'http://evil.example' } },
      403,
      'a foreign one',
    )
    await refused({ ...change, headers: { ...type, origin } }, 401, 'without a cookie')
    const form = { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' }
    await refused({ ...change, headers: form }, 400, 'a form')
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      await refused({ method, path, headers: { cookie, origin } }, 404, method)
    const takings = json<Takings>(await get('/api/takings'))
    assert.equal(takings.waiting + takings.running + takings.done, 0)

    const token = new URL(gallery.address).hash.slice('#token='.length)
    for (const url of [`/?token=${token}`, `/api/summary?token=${token}`, `/${token}`])
      await refused({ path: url, headers: { cookie } }, 403, 'the token in a URL')
    for (const wrong of ['', 'x', `${token}x`, token.slice(1)])
      assert.equal((await post('/api/session', { token: wrong })).status, 401)
    const admitted = await post('/api/session', { token })
    assert.match(admitted.headers['set-cookie']?.[0] ?? '', /; HttpOnly; SameSite=Strict; Path=\/$/)
  })

  await t.test('no path leads out of the page’s files', async () => {
    const { gallery, get } = two
    const page = await askGallery(gallery.port, { path: '/' })
    assert.equal(page.status, 200)
    const policy = String(page.headers['content-security-policy'])
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/)
    assert.doesNotMatch(policy, /unsafe|\*|data:/)
    assert.equal((await askGallery(gallery.port, { path: '/assets/script.js' })).status, 200)
    for (const path of [
      '/../package.json',
      '/assets/../../package.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/..%2f..%2fetc%2fpasswd',
      '/assets/%00script.js',
      '/index.html%00.js',
      '/assets/script.js%00',
      '/%',
      '//etc/passwd',
      '/assets/',
      '/assets\\script.js',
      '/api/pictures/..%2f..%2fpreview',
      `/api/pictures/${'0'.repeat(31)}%00/preview`,
    ]) {
      const { status, body } = await get(path)
      assert.ok(status === 404 || status === 400, `${path}: ${status}`)
      assert.doesNotMatch(body.toString(), /root:|dependencies/)
    }
  })

  await t.test('what is wanted is fetched into the folder, whole', async () => {
    const { get, post, theirs, peer } = two
    const wanted = [md5(theirs), '0'.repeat(32)]
    assert.equal((await post('/api/takings', { md5s: wanted })).status, 200)
    await until(async () => json<Takings>(await get('/api/takings')).done === 1)
    const { takings } = json<Takings>(await get('/api/takings'))
    assert.deepEqual(
      takings.map(taking => ({ md5: taking.md5, received: taking.received })),
      [{ md5: md5(theirs), received: theirs.length }],
    )
    await until(() => peer.imageCount === 2)
    const { pictures } = json<PicturePage>(await get('/api/pictures?holding=mine'))
    assert.equal(pictures.length, 2)
    for (const body of [{}, { md5s: [] }, { md5s: ['x'] }, { md5s: 'x' }, { md5s: wanted, more: 1 }])
      assert.equal((await post('/api/takings', body)).status, 400, JSON.stringify(body))
  })

  await t.test('a page that watches is told what comes and goes', async () => {
    const { gallery, cookie, server } = two
    const events = new AbortController()
    t.after(() => events.abort())
    const response = await fetch(`http://127.0.0.1:${gallery.port}/api/events`, {
      headers: { cookie },
      signal: events.signal,
    })
    let told = ''
    const reading = (async () => {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) told += chunk
    })()
    reading.catch(() => {})
    await until(() => told.includes('event:takings'))
    // The network is watched from some moment on.
    await until(async () => (await watchersOf(server.endpoint.port)) > 0)
    const { peer } = await startSharingPeer(t, server, folder => writePicture(folder, 'new.png', 3))
    await until(() => /event:catalog\ndata:\{"came":[1-9]/.test(told))
    await peer.end(t.signal)
    await until(() => /"gone":\["[0-9a-f]{32}"\]/.test(told))
  })
})

/** Who watches an index server, as it says itself. */
async function watchersOf(port: number): Promise<number> {
  const status = (await (await fetch(`http://127.0.0.1:${port}/status.json`)).json()) as { watchers: number }
  return status.watchers
}
