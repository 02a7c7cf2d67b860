import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type {
  MatchingAmount,
  MatchingTaken,
  TakingRows,
  Takings,
  TransferRates,
} from '../../src/gallery/gallery-shapes.ts'
import { admittedCookie, askGallery, emptyPage, startGallery, startSharingPeer } from '../support/gallery.ts'
import { startIndexServer } from '../support/index-servers.ts'
import { writePicture } from '../support/pictures.ts'
import { until } from '../support/until.ts'

/** An owner of `names`, and the gallery of a peer that has none of them. */
async function startTaker(t: TestContext, names: readonly string[]) {
  const server = await startIndexServer(t, { host: '127.0.0.1' })
  const { peer: owner } = await startSharingPeer(t, server, async folder => {
    for (const [index, name] of names.entries()) await writePicture(folder, name, 100 + index)
  })
  const { peer } = await startSharingPeer(t, server)
  const gallery = await startGallery(t, peer, await emptyPage(t))
  await until(async () => {
    const { images } = await peer.page({}, t.signal)
    return images.length === names.length && images.every(({ details }) => details.bytes !== undefined)
  })
  const cookie = await admittedCookie(gallery)
  const headers = { cookie, origin: `http://127.0.0.1:${gallery.port}`, 'content-type': 'application/json' }
  const ask = async <Shape>(path: string, body?: object): Promise<Shape> => {
    const how = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await askGallery(gallery.port, { path, headers, ...how })
    assert.equal(answer.status, 200, answer.body.toString())
    return JSON.parse(answer.body.toString()) as Shape
  }
  const statusOf = async (path: string, body: object) =>
    (await askGallery(gallery.port, { path, headers, method: 'POST', body: JSON.stringify(body) })).status
  return { owner, peer, ask, statusOf }
}

const NAMES = ['a1.png', 'a2.png', 'a3.png', 'b1.png']

test('what a query matches is counted, taken, ordered, limited and measured', async t => {
  const { ask, statusOf, peer, owner } = await startTaker(t, NAMES)
  const wish = (body: object) => ask<Takings>('/api/takings/wishes', body)
  const namesOf = async () =>
    (await ask<TakingRows>('/api/takings/rows?start=0&limit=50')).rows.map(({ name }) => name)

  await t.test('only what is neither there nor wanted counts, whether or not it is shown', async () => {
    const all = await ask<MatchingAmount>('/api/takings/matching')
    const { images } = await peer.page({}, t.signal)
    const bytes = images.reduce((sum, { details }) => sum + (details.bytes ?? 0), 0)
    assert.deepEqual(all, { count: 4, bytes, unknown: 0, isWhole: true })
    assert.equal((await ask<MatchingAmount>('/api/takings/matching?holding=mine')).count, 0)
    await wish({ verb: 'pause' })
    const taken = await ask<MatchingTaken>('/api/takings/matching', { search: 'a', sort: 'name' })
    assert.deepEqual({ count: taken.count, left: taken.left }, { count: 3, left: 0 })
    assert.deepEqual(await namesOf(), ['a1.png', 'a2.png', 'a3.png'])
    assert.equal((await ask<MatchingAmount>('/api/takings/matching')).count, 1)
    assert.equal(await statusOf('/api/takings/matching', { unknown: 1 }), 400)
  })

  await t.test('a row is put before another, first and last, and rows are told in stretches', async () => {
    const { rows } = await ask<TakingRows>('/api/takings/rows')
    const [first, second, third] = rows.map(({ md5 }) => md5)
    await wish({ verb: 'before', md5: third, other: second })
    assert.deepEqual(await namesOf(), ['a1.png', 'a3.png', 'a2.png'])
    await wish({ verb: 'last', md5: first })
    await wish({ verb: 'first', md5: second })
    assert.deepEqual(await namesOf(), ['a2.png', 'a3.png', 'a1.png'])
    const stretch = await ask<TakingRows>('/api/takings/rows?start=1&limit=1')
    assert.deepEqual(
      { ...stretch, rows: stretch.rows.map(({ name }) => name) },
      { start: 1, total: 3, rows: ['a3.png'] },
    )
    assert.equal(await statusOf('/api/takings/wishes', { verb: 'before', md5: first }), 400)
  })

  await t.test('limits hold for the peer, and what comes and goes is counted', async () => {
    const limits = { download: 5_000_000, uploadSlots: 3 }
    const { limits: now } = await ask<Takings>('/api/takings/limits', limits)
    assert.deepEqual(now, { download: 5_000_000, upload: 0, uploadEach: 0, uploadSlots: 3 })
    assert.deepEqual(peer.transfers.limits, now)
    for (const wrong of [{ download: -1 }, { upload: 1.5 }, { other: 1 }, { uploadSlots: 100_000 }])
      assert.equal(await statusOf('/api/takings/limits', wrong), 400, JSON.stringify(wrong))
    await wish({ verb: 'resume' })
    await until(async () => (await ask<Takings>('/api/takings')).done === 3)
    const wanted = peer.transfers.list().reduce((sum, { bytes }) => sum + bytes, 0)
    assert.equal(peer.transfers.bytesReceived, wanted)
    assert.ok(owner.bytesSent >= wanted)
    await until(async () => (await ask<TransferRates>('/api/takings/rates')).down.some(rate => rate > 0))
    assert.equal((await ask<Takings>('/api/takings')).total, 3)
  })
})
