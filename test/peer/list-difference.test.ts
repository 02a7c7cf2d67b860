import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { catalogEntryOf } from '../../src/peer/catalog-entry.ts'
import type { SharedImage } from '../../src/peer/library/image-file.ts'
import { byDigest, differenceOf } from '../../src/peer/list-difference.ts'
import { assertProperty } from '../support/property.ts'
import { anyText, asDigest } from '../support/wire-arbitraries.ts'

const digestOf = (index: number) => asDigest(index.toString(16).padStart(32, '0'))

function image(index: number, name = `${index}.png`, details?: SharedImage['details']): SharedImage {
  return { digest: digestOf(index), name, ...(details === undefined ? {} : { details }) }
}

function difference(before: readonly SharedImage[], after: readonly SharedImage[]) {
  return differenceOf(byDigest(before, 1000), byDigest(after, 1000))
}

test('what came, what went, what has another name, and of what more is known', () => {
  const before = [
    image(1),
    image(2),
    image(3),
    image(4, '4.png', { width: 5 }),
    image(5, '5.png', { width: 5 }),
  ]
  const after = [
    image(2, 'new name.png'),
    image(3, '3.png', { bytes: 5 }),
    image(4, '4.png', { width: 5 }),
    // That nothing is known any more is nothing to tell.
    image(5),
    image(6),
  ]
  assert.deepEqual(difference(before, after), {
    added: [after[0], after[4]],
    removed: [digestOf(1)],
    detailed: [after[1]],
  })
})

test('every detail counts', () => {
  const details = {
    bytes: 1,
    width: 2,
    height: 3,
    format: 'png',
    taken: 4,
    sha256: 'a',
    placeholder: 'b',
    likeness: 'c',
  }
  const same = image(1, '1.png', { ...details })
  assert.deepEqual(difference([image(1, '1.png', details)], [same]).detailed, [])
  for (const key of Object.keys(details) as (keyof typeof details)[]) {
    const { [key]: _, ...others } = details
    const [before, after] = [image(1, '1.png', others), image(1, '1.png', details)]
    assert.deepEqual(difference([before], [after]).detailed, [after], key)
  }
})

test('the difference leads from any list to any other', () => {
  const list = fc.uniqueArray(
    fc.record({ index: fc.nat({ max: 20 }), name: fc.constantFrom('a', 'b'), width: fc.nat({ max: 2 }) }),
    { selector: ({ index }) => index },
  )
  const images = list.map(all => all.map(({ index, name, width }) => image(index, name, { width })))
  assertProperty(
    fc.property(images, images, (before, after) => {
      const { added, removed, detailed } = difference(before, after)
      const map = byDigest(before, 1000)
      for (const digest of removed) map.delete(digest)
      for (const one of [...added, ...detailed]) map.set(one.digest, one)
      assert.deepEqual(map, byDigest(after, 1000))
      assert.ok(removed.length + added.length + detailed.length <= before.length + after.length)
    }),
  )
})

test('of an image that is named twice the first counts, and no more than so many images', () => {
  assert.deepEqual(
    [...byDigest([image(1, 'a'), image(1, 'b'), image(2)], 2).values()],
    [image(1, 'a'), image(2)],
  )
  assert.deepEqual([...byDigest([image(1), image(2), image(3)], 2).keys()], [digestOf(1), digestOf(2)])
})

test('any file name becomes an entry that the catalog takes, with its details where it has room for them', () => {
  assertProperty(
    fc.property(anyText, name => {
      const entry = catalogEntryOf(image(1, name, { width: 5 }))
      assert.deepEqual([entry.md5, entry.width], [digestOf(1), 5])
      assert.doesNotMatch(entry.name, /[;\0]|^$/)
    }),
  )
  for (const details of [
    { width: 2_000_000 },
    { format: 'much too long' },
    { bytes: 0 },
    { placeholder: '<' },
    { likeness: 'C0FFEE0123456789' },
  ]) {
    assert.deepEqual(catalogEntryOf(image(1, '1.png', details)), { md5: digestOf(1), name: '1.png' })
  }
})
