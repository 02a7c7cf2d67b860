import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FarPages } from '../../src/gallery/far-pages.ts'
import type { CatalogPage } from '../../src/peer/server-catalog.ts'
import { type ImageQuery, MAX_OFFSET } from '../../src/protocol/catalog-api.ts'

/** A catalog of so many images, whose cursors say how many stand before them. */
function catalogOf(total: number) {
  const asked: ImageQuery[] = []
  const page = async (query: ImageQuery): Promise<CatalogPage> => {
    asked.push(query)
    assert.ok((query.offset ?? 0) <= MAX_OFFSET)
    const end = Number(query.cursor ?? 0) + (query.offset ?? 0) + (query.limit ?? 100)
    return {
      ...{ images: [], unreadable: 0, mayBeCut: false, notApplied: [] },
      next: end < total ? String(end) : undefined,
    }
  }
  return { asked, page }
}

test('a far page is found by long steps of one image each, which are remembered', async t => {
  const catalog = catalogOf(1_000_000)
  const pages = new FarPages(catalog)
  const query: ImageQuery = { sort: 'name', limit: 400, count: 'all' }
  assert.deepEqual(await pages.find(query, 120, t.signal), { offset: 120 })
  assert.deepEqual(catalog.asked, [])
  assert.deepEqual(await pages.find(query, 987_654, t.signal), { cursor: '980000', offset: 7654 })
  assert.equal(catalog.asked.length, 98)
  assert.deepEqual(catalog.asked[1], { sort: 'name', cursor: '10000', offset: MAX_OFFSET - 1, limit: 1 })
  assert.deepEqual(await pages.find(query, 500_000, t.signal), { cursor: '500000', offset: 0 })
  assert.equal(catalog.asked.length, 98)
  await pages.find({ ...query, search: 'beach' }, 20_000, t.signal)
  assert.equal(catalog.asked.length, 100)
})

test('behind the end there is no page', async t => {
  const pages = new FarPages(catalogOf(30_000))
  assert.deepEqual(await pages.find({}, 29_999, t.signal), { cursor: '20000', offset: 9999 })
  assert.equal(await pages.find({}, 30_000, t.signal), undefined)
  assert.equal(await pages.find({}, 200_000, t.signal), undefined)
})
