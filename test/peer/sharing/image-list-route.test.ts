import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { answerImageList } from '../../../src/peer/sharing/image-list-route.ts'
import type { ShareRequest } from '../../../src/peer/sharing/share-message.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { type RoutesUnderTest, routesOf } from './routes-under-test.ts'

interface Listed {
  readonly md5: string
  readonly name: string
}

const pictures = await Promise.all(Array.from({ length: 24 }, (_, seed) => picture(seed, 'png', 8)))
const digests = pictures.map(md5).sort()
const files = (list: readonly Buffer[]) => Object.fromEntries(list.map((bytes, at) => [`${at}.png`, bytes]))

/** All pages, with `between` done after each. */
async function listAll(
  { ask }: RoutesUnderTest,
  limit: number,
  between = async (_page: number, _last: Listed | undefined) => {},
) {
  const listed: Listed[] = []
  for (let cursor: unknown = '', page = 1; cursor !== undefined; page += 1) {
    const answer = await ask(`/images?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`)
    assert.equal(answer.status, 200)
    const { images, next } = answer.json() as { images: Listed[]; next?: string }
    assert.ok(images.length <= limit && (next === undefined || images.length === limit))
    listed.push(...images)
    cursor = next
    await between(page, images[images.length - 1])
  }
  return listed
}

test('pages of any size hold each image once', async t => {
  const routes = await routesOf(t, { ...files(pictures), 'copy.png': pictures[0] ?? assert.fail() })
  for (const limit of [1, 5, 12, 23, 24, 25, 1000]) {
    assert.deepEqual(
      (await listAll(routes, limit)).map(image => image.md5),
      digests,
      `${limit}`,
    )
  }
})

test('an image is told with its details, in names that a list can carry', async t => {
  const bytes = await picture(1, 'jpeg', 40)
  const { ask } = await routesOf(t, { 'a;b\u0007é.jpg': bytes })
  const { headers, json } = await ask('/images')
  assert.equal(headers['Content-Type'], 'application/json')
  assert.equal(headers['Cache-Control'], 'no-cache')
  const { images, next } = json() as { images: Record<string, unknown>[]; next?: string }
  assert.equal(next, undefined)
  assert.deepEqual(
    images.map(({ sha256, ...image }) => ({ ...image, isSha256: /^[0-9a-f]{64}$/.test(String(sha256)) })),
    [
      {
        ...{ md5: md5(bytes), name: 'a_b_é.jpg', bytes: bytes.length, format: 'jpeg' },
        ...{ width: 40, height: 40, isSha256: true },
      },
    ],
  )
})

test('an empty folder is one page without an image', async t => {
  const { ask } = await routesOf(t, {})
  assert.deepEqual((await ask('/images')).json(), { images: [] })
})

test('while images come and go, those that stay are told once, also behind one that was shown last and went', async t => {
  const routes = await routesOf(t, files(pictures.slice(0, 16)))
  const { folder, library } = routes
  const stay = pictures.slice(6, 16).map(md5)
  let gone = 0
  const listed = await listAll(routes, 2, async (page, last) => {
    const nameOfLast = `${pictures.findIndex(bytes => md5(bytes) === last?.md5)}.png`
    if (last !== undefined && !stay.some(digest => digest === last.md5)) {
      await rm(join(folder, nameOfLast), { force: true })
      gone += 1
    }
    const coming = pictures[15 + page]
    if (coming !== undefined) await writeFile(join(folder, `${15 + page}.png`), coming)
    await library.refresh()
  })
  assert.ok(gone > 0)
  const counts = stay.map(digest => listed.filter(image => image.md5 === digest).length)
  assert.deepEqual(
    counts,
    stay.map(() => 1),
  )
  assert.equal(new Set(listed.map(image => image.md5)).size, listed.length)
})

test('a long page is read in pieces, each from where the one before ended, and not for one who left', async t => {
  const entries = Array.from({ length: 450 }, (_, number) => ({
    digest: md5(Buffer.from(`${number}`)),
    name: `${number}.png`,
  })).sort((one, other) => (one.digest < other.digest ? -1 : 1))
  let reads = 0
  const library = {
    page: (after: string | undefined, limit: number) => {
      reads += 1
      assert.ok(limit <= 100)
      return entries.filter(({ digest }) => after === undefined || digest > after).slice(0, limit)
    },
  }
  const request: ShareRequest = {
    ...{ method: 'GET', path: '/images', query: 'limit=400', address: '127.0.0.1', headers: new Map() },
  }
  const { body } = await answerImageList(request, library, t.signal)
  const page: { images: Listed[]; next?: string } = JSON.parse(String(body))
  const shown = entries.slice(0, 400).map(({ digest }) => digest)
  assert.deepEqual(
    page.images.map(image => image.md5),
    shown,
  )
  assert.equal(page.next, shown.at(-1))
  reads = 0
  const leaving = new AbortController()
  const answer = answerImageList(request, library, leaving.signal)
  leaving.abort(new Error('left'))
  await assert.rejects(answer, /^Error: left$/)
  assert.equal(reads, 1)
})

test('a limit or a cursor that is none is refused', async t => {
  const { ask } = await routesOf(t, {})
  for (const query of [
    ...['limit=0', 'limit=1001', 'limit=', 'limit=ten', 'limit=-1', 'limit=1&limit=2'],
    ...['cursor=', 'cursor=x', `cursor=${digests[0]}0`, `cursor=${digests[0]}&cursor=${digests[0]}`],
  ]) {
    const answer = await ask(`/images?${query}`)
    assert.equal(answer.status, 400, query)
    assert.equal(answer.json()['type'], 'urn:imagep2p:problem:badQuery')
  }
  assert.equal((await ask('/images?colour=red')).status, 200, 'what is not known is not looked at')
})
