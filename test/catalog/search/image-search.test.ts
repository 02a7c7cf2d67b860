import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { Catalog } from '../../../src/catalog/catalog.ts'
import { foldText } from '../../../src/catalog/search/name-folding.ts'
import type { ImageEntry, ImageQuery } from '../../../src/protocol/catalog-api.ts'
import { WIDE_LIMITS } from '../../support/catalog-driver.ts'
import { addEntries, imageRow, registrationAt, wireList } from '../../support/catalog-entries.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

/** A page of `query`, worked out in steps of `effort`, with `between` done between two of them. */
function pageOf(catalog: Catalog, query: ImageQuery, effort = 1_000_000, between = () => {}) {
  const search = catalog.searches.begin(query)
  assert.ok(search, 'a cursor that is one')
  while (!search.step(effort)) between()
  const { images, next, total } = search.found
  const there = images.filter(({ image, sequence }) => catalog.images.order.has(image, sequence))
  return { digests: there.map(({ image }) => catalog.images.digestOf(image) as string), next, total }
}

/** All pages of a query, one after another. */
function listingOf(catalog: Catalog, query: ImageQuery, effort?: number, between?: () => void): string[] {
  const digests: string[] = []
  let cursor: string | undefined
  do {
    const page = pageOf(catalog, { ...query, ...(cursor !== undefined && { cursor }) }, effort, between)
    digests.push(...page.digests)
    cursor = page.next
    between?.()
  } while (cursor !== undefined)
  return digests
}

const WORDS = [
  'Praça',
  'praia',
  'IMG',
  'Ana',
  'São João',
  'ﬁlm',
  'Straße',
  'øre',
  '写真',
  'x',
  '.jpg',
  '_0012',
  'ÀÉ',
]
const name = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 })
  .map(words => words.join(' ').trim())
/** Around a few pictures, so that many differ in as many bits as still count, and in one more. */
const likeness = fc
  .tuple(
    fc.constantFrom<bigint[]>(0xc0ffee0123456789n, 0x8000_0000_0000_0001n),
    fc.oneof(fc.array(fc.nat(9), { maxLength: 4 }), fc.array(fc.nat(63), { maxLength: 18 })),
  )
  .map(([picture, flips]) => flips.reduce((bits, flip) => bits ^ (1n << BigInt(flip)), picture))
  .filter(bits => bits !== 0n)
  .map(bits => bits.toString(16).padStart(16, '0'))
const details = fc.record(
  {
    bytes: fc.integer({ min: 1, max: 20 }),
    width: fc.integer({ min: 1, max: 6 }),
    height: fc.integer({ min: 1, max: 6 }),
    format: fc.constantFrom('jpeg', 'png', 'webp'),
    likeness,
    taken: fc.integer({ min: -2, max: 20 }),
  },
  { requiredKeys: [] },
)
const search = fc
  .tuple(
    fc.constantFrom('', ...WORDS, 'PRACA', 'strasse', 'FILM', 'nowhere', 'ra'),
    fc.constantFrom('', ' ana', ' 写'),
  )
  .map(parts => parts.join(''))
const query: fc.Arbitrary<ImageQuery> = fc.record(
  {
    search,
    format: fc.constantFrom('jpeg', 'png,webp'),
    minBytes: fc.integer({ min: 0, max: 20 }),
    maxBytes: fc.integer({ min: 0, max: 20 }),
    minWidth: fc.integer({ min: 0, max: 6 }),
    minHeight: fc.integer({ min: 0, max: 6 }),
    orientation: fc.constantFrom('landscape' as const, 'portrait' as const, 'square' as const),
    like: likeness,
    sort: fc.constantFrom(
      'newest' as const,
      'name' as const,
      'size' as const,
      'owners' as const,
      'taken' as const,
    ),
    limit: fc.integer({ min: 1, max: 9 }),
  },
  { requiredKeys: [] },
)

interface Known extends ImageEntry {
  readonly owners: number
  readonly order: number
}

/** What a query asks for, in the plainest way. */
function expected(images: readonly Known[], asked: ImageQuery): string[] {
  const {
    search: text = '',
    format,
    minBytes,
    maxBytes,
    minWidth,
    minHeight,
    orientation,
    like,
    sort = like === undefined ? 'newest' : 'likeness',
  } = asked
  const words = foldText(text).split(/\s+/u).filter(Boolean)
  const isKnown = (value: number | undefined): value is number => value !== undefined
  const found = images.filter(image => {
    const size = image.width !== undefined && image.height !== undefined ? image : undefined
    if (!words.every(word => foldText(image.name).includes(word))) return false
    if (format !== undefined && !format.split(',').includes(image.format ?? '')) return false
    if (minBytes !== undefined && minBytes > 0 && !(isKnown(image.bytes) && image.bytes >= minBytes))
      return false
    if (maxBytes !== undefined && !(isKnown(image.bytes) && image.bytes <= maxBytes)) return false
    const { width, height } = size ?? {}
    if (minWidth !== undefined && minWidth > 0 && !(isKnown(width) && width >= minWidth)) return false
    if (minHeight !== undefined && minHeight > 0 && !(isKnown(height) && height >= minHeight)) return false
    if (bitsApart(image.likeness, like) > 14) return false
    if (orientation === undefined) return true
    if (!isKnown(width) || !isKnown(height)) return false
    return orientation === (width > height ? 'landscape' : height > width ? 'portrait' : 'square')
  })
  const bytesOf = (image: Known) => Buffer.from(foldText(image.name))
  const by: Record<string, (one: Known, other: Known) => number> = {
    newest: () => 0,
    name: (one, other) => Buffer.compare(bytesOf(one), bytesOf(other)),
    size: (one, other) => (other.bytes ?? -1) - (one.bytes ?? -1),
    owners: (one, other) => other.owners - one.owners,
    likeness: (one, other) => bitsApart(one.likeness, like) - bitsApart(other.likeness, like),
    taken: (one, other) => (other.taken ?? Number.MIN_SAFE_INTEGER) - (one.taken ?? Number.MIN_SAFE_INTEGER),
  }
  const compare = by[sort] ?? (() => 0)
  return found.sort((one, other) => compare(one, other) || other.order - one.order).map(image => image.md5)
}

/** 0 where none is asked for, more than any where none is known. */
function bitsApart(known: string | undefined, asked: string | undefined): number {
  if (asked === undefined) return 0
  if (known === undefined) return 65
  return (BigInt(`0x${known}`) ^ BigInt(`0x${asked}`)).toString(2).replaceAll('0', '').length
}

suite('a search', () => {
  for (const seed of [1, 2, 3]) {
    test(`finds what the query asks for, page by page, seed ${seed}`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(name, details, fc.integer({ min: 1, max: 4 })), { maxLength: 60, size: 'max' }),
          fc.array(query, { minLength: 1, maxLength: 8 }),
          fc.integer({ min: 1, max: 50 }),
          (given, queries, effort) => {
            const catalog = new Catalog(WIDE_LIMITS)
            const images = given.map(([text, more, owners], order): Known => {
              const both = more.width !== undefined && more.height !== undefined
              const { width: _, height: __, ...rest } = more
              return { md5: md5(`${order}`), name: text, ...(both ? more : rest), owners, order }
            })
            for (const { owners, order: _, ...entry } of images) {
              for (let port = 1; port <= owners; port += 1) {
                addEntries(catalog, registrationAt(catalog, '10.0.0.1', port), [entry])
              }
            }
            for (const each of queries) {
              const wanted = expected(images, each)
              assert.deepEqual(listingOf(catalog, each, effort), wanted)
              for (const offset of [1, 7]) {
                const { limit = 100 } = each
                const { digests, next, total } = pageOf(catalog, { ...each, offset, count: 'all' }, effort)
                assert.deepEqual(digests, wanted.slice(offset, offset + limit))
                assert.equal(total, wanted.length)
                const page = next && pageOf(catalog, { ...each, offset, cursor: next }, effort).digests
                const from = 2 * offset + limit
                assert.deepEqual(page ?? [], next ? wanted.slice(from, from + limit) : [])
              }
            }
          },
        ),
        { seed, numRuns: 150 },
      )
    })
  }

  test('lists every image that stays exactly once while peers come and go', () => {
    const count = 3000
    const catalog = new Catalog(WIDE_LIMITS)
    const entriesOf = (peer: number) =>
      Array.from({ length: 30 }, (_, index) => ({
        md5: md5(`${peer} ${index}`),
        name: `${peer}-${index}.jpg`,
      }))
    const isLasting = (peer: number) => peer % 3 !== 0
    for (let peer = 0; peer < count / 30; peer += 1) {
      addEntries(
        catalog,
        registrationAt(catalog, peer % 2 === 0 ? '10.0.0.1' : '2001:db8::1', peer + 1),
        entriesOf(peer),
      )
    }
    const lasting = Array.from({ length: count / 30 }, (_, peer) => peer)
      .filter(isLasting)
      .flatMap(peer => entriesOf(peer).map(entry => entry.md5))
    for (const sort of ['newest', 'name'] as const) {
      let turn = 0
      const churn = () => {
        turn += 1
        const peer = (turn * 3) % (count / 30)
        const address = peer % 2 === 0 ? '10.0.0.1' : '2001:db8::1'
        const port = peer - (peer % 3) + 1
        const registration = registrationAt(catalog, address, port)
        if (catalog.registrations.holdingCount(registration) > 0) catalog.end(registration)
        else addEntries(catalog, registration, entriesOf(port - 1))
        // A second owner of another kind comes to images that stay, and leaves them again.
        const visitor = registrationAt(catalog, turn % 2 === 0 ? '2001:db8::2' : '10.0.0.2', 7)
        catalog.replaceImages(visitor, wireList(entriesOf((turn * 3 + 1) % (count / 30))))
      }
      const listed = listingOf(catalog, { sort, limit: 37 }, 100, churn)
      assert.equal(new Set(listed).size, listed.length, 'no image twice')
      const listedSet = new Set(listed)
      assert.deepEqual(
        lasting.filter(digest => !listedSet.has(digest)),
        [],
        'every image that stayed',
      )
    }
  })

  test('sees names that came since it last came by, and none that left', () => {
    const catalog = new Catalog(WIDE_LIMITS)
    const registration = registrationAt(catalog, '10.0.0.1', 1)
    const entries = Array.from({ length: 2000 }, (_, index) => ({
      md5: md5(`${index}`),
      name: `number ${index}.png`,
    }))
    addEntries(catalog, registration, entries)
    assert.deepEqual(pageOf(catalog, { search: 'number 1999' }).digests, [md5('1999')])
    addEntries(catalog, registration, [{ md5: md5('new'), name: 'Número 1999 again.png' }])
    assert.deepEqual(pageOf(catalog, { search: 'numero again' }).digests, [md5('new')])
    catalog.removeImages(registration, wireList(entries.filter((_, index) => index % 7 !== 0)))
    assert.equal(imageRow(catalog, md5('1999')), 0)
    assert.deepEqual(pageOf(catalog, { search: '1999' }).digests, [md5('new')])
    assert.equal(listingOf(catalog, { search: 'number' }).length, Math.ceil(2000 / 7))
  })

  test('sees sizes and owners that changed since it last came by', () => {
    const catalog = new Catalog(WIDE_LIMITS)
    const registration = registrationAt(catalog, '10.0.0.1', 1)
    const entries = Array.from({ length: 700 }, (_, index) => ({
      md5: md5(`${index}`),
      name: `${index}.png`,
      bytes: 1000 + index,
    }))
    addEntries(catalog, registration, entries)
    const first = (sort: 'size' | 'owners') => pageOf(catalog, { sort, limit: 2 }).digests
    assert.deepEqual(first('size'), [md5('699'), md5('698')])
    assert.deepEqual(first('owners'), [md5('699'), md5('698')])
    addEntries(catalog, registration, [{ md5: md5('5'), name: '5.png', bytes: 5000 }])
    assert.deepEqual(first('size'), [md5('5'), md5('699')])
    const other = registrationAt(catalog, '2001:db8::1', 1)
    addEntries(catalog, other, [{ md5: md5('7'), name: '7.png' }])
    assert.deepEqual(first('owners'), [md5('7'), md5('699')])
    catalog.end(other)
    assert.deepEqual(first('owners'), [md5('699'), md5('698')])
    // Another image takes the row of one that left, with another size and at the end of the order.
    catalog.removeImages(registration, wireList([{ md5: md5('5') }]))
    addEntries(catalog, registration, [{ md5: md5('new'), name: 'new.png', bytes: 9000 }])
    assert.deepEqual(first('size'), [md5('new'), md5('699')])
  })

  test('finds every likeness that is near enough, the nearest first, and none that is not', () => {
    // So many bits from the likeness that is asked for: many at the bound and on both sides of it.
    const bits = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 12, max: 17 }))
    const turned = (distance: number) =>
      (0xc0ffee0123456789n ^ ((1n << BigInt(distance)) - 1n)).toString(16).padStart(16, '0')
    fc.assert(
      fc.property(
        fc.array(bits, { minLength: 1, maxLength: 40, size: 'max' }),
        fc.integer({ min: 1, max: 9 }),
        (given, limit) => {
          const catalog = new Catalog(WIDE_LIMITS)
          const images = given.map((distance, order) => ({
            ...{ md5: md5(`${order}`), name: `${distance}.png`, order, owners: 1 },
            ...{ likeness: turned(distance), bytes: 1 + ((order * 7) % 5) },
          }))
          const entries = images.map(({ order: _, owners: __, ...entry }) => entry)
          addEntries(catalog, registrationAt(catalog, '10.0.0.1', 1), entries)
          const like = turned(0)
          for (const sort of [undefined, 'newest', 'size', 'name'] as const) {
            const asked = { like, limit, ...(sort !== undefined && { sort }) }
            assert.deepEqual(listingOf(catalog, asked, 1000), expected(images, asked), sort)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('sees likenesses that came or changed since it last came by', () => {
    const catalog = new Catalog(WIDE_LIMITS)
    const registration = registrationAt(catalog, '10.0.0.1', 1)
    const entries = Array.from({ length: 1200 }, (_, index) => ({
      md5: md5(`${index}`),
      name: `${index}.png`,
    }))
    addEntries(catalog, registration, entries)
    const like = 'c0ffee0123456789'
    const found = () => pageOf(catalog, { like }).digests
    assert.deepEqual(found(), [])
    addEntries(catalog, registration, [{ md5: md5('5'), name: '5.png', likeness: 'c0ffee0123456788' }])
    addEntries(catalog, registration, [{ md5: md5('1100'), name: '1100.png', likeness: like }])
    assert.deepEqual(found(), [md5('1100'), md5('5')])
    addEntries(catalog, registration, [{ md5: md5('1100'), name: '1100.png', likeness: '0000111100001111' }])
    addEntries(catalog, registration, [{ md5: md5('new'), name: 'new.png', likeness: like }])
    assert.deepEqual(found(), [md5('new'), md5('5')])
    catalog.removeImages(registration, wireList([{ md5: md5('5') }]))
    addEntries(catalog, registration, [{ md5: md5('in its row'), name: 'a.png' }])
    assert.deepEqual(found(), [md5('new')])
    assert.ok(catalog.searches.begin({ like })?.step(1_000_000))
  })

  test('sorts by all of a name that begins as others do', () => {
    const catalog = new Catalog(WIDE_LIMITS)
    const registration = registrationAt(catalog, '10.0.0.1', 1)
    const names = [
      'IMG_20190714_b',
      'img_2019',
      'IMG_20190714_A',
      'img_20190714_a',
      'IMG_2',
      'im',
      'ÎMG_2018',
      'zz',
    ]
    addEntries(
      catalog,
      registration,
      names.map(text => ({ md5: md5(text), name: text })),
    )
    const sorted = [
      'im',
      'IMG_2',
      'ÎMG_2018',
      'img_2019',
      'img_20190714_a',
      'IMG_20190714_A',
      'IMG_20190714_b',
      'zz',
    ]
    for (const limit of [1, 2, 3, 100]) {
      assert.deepEqual(listingOf(catalog, { sort: 'name', limit }), sorted.map(md5))
    }
  })

  test('refuses a cursor of another listing, and what is none', () => {
    const catalog = new Catalog(WIDE_LIMITS)
    const registration = registrationAt(catalog, '10.0.0.1', 1)
    addEntries(
      catalog,
      registration,
      Array.from({ length: 10 }, (_, index) => ({ md5: md5(`${index}`), name: `${index}.png` })),
    )
    const { next = '' } = pageOf(catalog, { limit: 3 })
    assert.notEqual(next, '')
    for (const cursor of [
      '',
      'x',
      '%',
      Buffer.from('[]').toString('base64url'),
      Buffer.from('{"a":1}').toString('base64url'),
    ]) {
      assert.equal(catalog.searches.begin({ cursor }), undefined, cursor)
    }
    assert.equal(catalog.searches.begin({ cursor: next, sort: 'name' }), undefined)
    assert.ok(catalog.searches.begin({ cursor: next, search: '1' }))
  })
})
