import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { encodeList, longList } from '../../bench/strain/lists.ts'
import { collectionOf, familyOf, PHOTOS_PER_PEER, photosOf } from '../../bench/strain/photos.ts'
import { parametersOf, SEARCH_KINDS, searchMix } from '../../bench/strain/search-mix.ts'
import { searchAll } from '../../bench/strain/search-run.ts'
import { foldText } from '../../src/catalog/search/name-folding.ts'
import type { ImageEntry, ImageQuery } from '../../src/protocol/catalog-api.ts'
import { readEntryLine } from '../../src/server/api/list-lines.ts'
import { AS_IS, catalogState } from '../support/catalog-states.ts'

const PEERS = 60

suite('the pictures of the bench', () => {
  test('are the same each time, and another peer has others', () => {
    assert.deepEqual(collectionOf(7), collectionOf(7))
    const digests = Array.from({ length: PEERS }, (_, peer) => photosOf(peer).map(({ md5 }) => md5)).flat()
    assert.equal(digests.length, PEERS * PHOTOS_PER_PEER)
    assert.equal(new Set(digests).size, digests.length)
  })

  test('are entries that the server takes', () => {
    const list = encodeList(Array.from({ length: PEERS }, (_, peer) => collectionOf(peer)).flat())
    for (const line of list.toString().trimEnd().split('\n')) {
      const read = readEntryLine(Buffer.from(line))
      assert.ok('entry' in read, `${line}: ${JSON.stringify(read)}`)
    }
  })

  test('have names of all kinds: devices and people, in many scripts, with and without details', () => {
    const photos = Array.from({ length: PEERS }, (_, peer) => photosOf(peer)).flat()
    const share = (is: (photo: ImageEntry) => boolean) => photos.filter(is).length / photos.length
    assert.ok(share(({ name }) => /\p{Script=Cyrillic}|\p{Script=Han}/u.test(name)) > 0.05)
    assert.ok(share(({ name }) => /[^\p{ASCII}]/u.test(name)) > 0.2)
    assert.ok(share(({ name }) => /^(IMG|DSC|PXL|DJI|P\d)/.test(name)) > 0.2)
    assert.ok(share(({ name }) => /(19|20)\d\d/.test(name)) > 0.2)
    const undescribed = share(({ bytes }) => bytes === undefined)
    assert.ok(undescribed > 0.05 && undescribed < 0.15, String(undescribed))
    assert.ok(share(({ width = 0, height = 0 }) => height > width) > 0.2)
  })

  test('are shared: some have several owners', () => {
    const owners = new Map<string, number>()
    for (let peer = 0; peer < PEERS; peer += 1) {
      for (const { md5 } of collectionOf(peer)) owners.set(md5, (owners.get(md5) ?? 0) + 1)
    }
    assert.ok([...owners.values()].some(count => count > 1))
    assert.equal(owners.size, PEERS * PHOTOS_PER_PEER)
  })

  test('make up long lists without an image twice', () => {
    const lists = [0, 1, 2].flatMap(index => longList(index, 4 * PHOTOS_PER_PEER))
    assert.equal(lists.length, 12 * PHOTOS_PER_PEER)
    assert.equal(new Set(lists.map(({ md5 }) => md5)).size, lists.length)
  })
})

suite('the searches of the bench', () => {
  /** Enough that somebody has a picture of most things. */
  const searched = 400
  const mix = searchMix(SEARCH_KINDS.length * 20, 1, searched)

  test('are the same for the same seed, and every kind is there as often', () => {
    assert.deepEqual(searchMix(SEARCH_KINDS.length * 20, 1, searched), mix)
    assert.notDeepEqual(searchMix(SEARCH_KINDS.length * 20, 2, searched), mix)
    for (const kind of SEARCH_KINDS) assert.equal(mix.filter(search => search.kind === kind).length, 20, kind)
  })

  test('find what they should, and what cannot be found is not', async () => {
    const { state } = catalogState()
    const address = new Uint8Array(16)
    for (let peer = 0; peer < searched; peer += 1) {
      const identity = { address, port: peer + 1 }
      assert.equal(state.register(identity, 'pw'), undefined)
      assert.equal(state.addImages(identity, 'pw', collectionOf(peer)), undefined)
    }
    const found = new Map(SEARCH_KINDS.map(kind => [kind, 0]))
    for (const { kind, query } of mix) {
      const page = await state.page(query, AS_IS, new AbortController().signal)
      assert.ok(page)
      found.set(kind, (found.get(kind) ?? 0) + page.images.length)
    }
    // Of so few pictures, these are not always there.
    const rare = ['a date', 'a word and a year']
    for (const [kind, images] of found) {
      if (kind === 'no such word') assert.equal(images, 0)
      else assert.ok(images > 0 || rare.includes(kind), kind)
    }
    const families = Array.from({ length: searched }, (_, peer) => foldText(familyOf(peer)))
    assert.ok(mix.some(({ query: { search = '' } }) => families.includes(foldText(search))))
  })

  test('stand in an address as they are', () => {
    const query: ImageQuery = { search: 'Über & ß', minBytes: 5, sort: 'name', cursor: 'a+b=' }
    const parameters = Object.fromEntries(new URLSearchParams(parametersOf(query)))
    assert.deepEqual(parameters, { search: 'Über & ß', minBytes: '5', sort: 'name', cursor: 'a+b=' })
  })

  test('go on to later pages, of which alone the time is taken', async () => {
    const asked: ImageQuery[] = []
    const pages = (last: number) => async (query: ImageQuery) => {
      asked.push(query)
      const page = Number(query.cursor ?? '0')
      return page === last ? undefined : String(page + 1)
    }
    const searches = [
      { kind: 'one', query: { search: 'a' }, furtherPages: 0 },
      { kind: 'more', query: { search: 'b' }, furtherPages: 3 },
    ]
    const timed = await searchAll(searches, pages(2))
    assert.deepEqual(
      timed.map(({ kind }) => kind),
      ['one', 'more', 'more'],
    )
    assert.deepEqual(
      asked.map(({ search, cursor }) => [search, cursor]),
      [
        ['a', undefined],
        ['b', undefined],
        ['b', '1'],
        ['b', '2'],
      ],
    )
  })
})
