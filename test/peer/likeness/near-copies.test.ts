import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bestCopies } from '../../../src/peer/likeness/best-copies.ts'
import {
  type Comparable,
  compareQuality,
  foldNearCopies,
  NearCopyFinder,
  pixelsBeside,
} from '../../../src/peer/likeness/near-copies.ts'
import type { ImageDetails } from '../../../src/protocol/image-details.ts'

/** A likeness with so many bits of another one turned over, from the lowest up. */
function turned(likeness: bigint, bits: number): string {
  return (likeness ^ ((1n << BigInt(bits)) - 1n)).toString(16).padStart(16, '0')
}

function areNearCopies(one: Comparable, other: Comparable): boolean {
  const finder = new NearCopyFinder<true>()
  finder.add(one, true)
  return finder.nearest(other) ?? false
}

const PICTURE = 0xf0c3_a596_0ff0_33ccn

const details: fc.Arbitrary<ImageDetails> = fc.record(
  {
    bytes: fc.integer({ min: 1, max: 5 }),
    format: fc.constantFrom('jpeg', 'png', 'gif', 'webp'),
    likeness: fc
      .tuple(fc.constantFrom(PICTURE, ~PICTURE & (2n ** 64n - 1n)), fc.integer({ min: 0, max: 30 }))
      .map(([picture, bits]) => turned(picture, bits)),
  },
  { requiredKeys: [] },
)
const images = fc.array(
  fc.record({
    details: fc
      .tuple(
        details,
        fc.constantFrom(
          {},
          { width: 400, height: 300 },
          { width: 200, height: 150 },
          { width: 300, height: 400 },
        ),
      )
      .map(parts => Object.assign({}, ...parts) as ImageDetails),
  }),
  { maxLength: 30 },
)

test('every image is in one group, the best of it in front and the others near to that one', () => {
  fc.assert(
    fc.property(images, given => {
      const groups = foldNearCopies(given)
      const members = groups.flat()
      assert.equal(members.length, given.length)
      assert.deepEqual(new Set(members), new Set(given))
      const firsts = groups.map(group => Math.min(...group.map(member => given.indexOf(member))))
      assert.deepEqual(
        firsts,
        firsts.toSorted((one, other) => one - other),
        'as the list was',
      )
      for (const [index, [best, ...others]] of groups.entries()) {
        for (const other of others) {
          assert.ok(areNearCopies(best, other))
          assert.ok(compareQuality(best, other) <= 0)
        }
        for (const [another] of groups.slice(index + 1)) assert.ok(!areNearCopies(best, another))
      }
    }),
  )
})

test('the best copy has most pixels, then all colours, then most bytes, then loses nothing', () => {
  const inOrder: ImageDetails[] = [
    { width: 20, height: 20, bytes: 1, format: 'gif' },
    { width: 10, height: 10, bytes: 9, format: 'png' },
    { width: 10, height: 10, bytes: 9, format: 'jpeg' },
    { width: 10, height: 10, bytes: 8, format: 'png' },
    { width: 10, height: 10, bytes: 99, format: 'gif' },
    { bytes: 1000 },
    {},
  ]
  const sorted = inOrder
    .toReversed()
    .map(one => ({ details: one }))
    .sort(compareQuality)
  assert.deepEqual(
    sorted.map(one => one.details),
    inOrder,
  )
})

test('copies are told by likeness and proportions', () => {
  const image = (bits: number, width: number, height: number) => ({
    details: { likeness: turned(PICTURE, bits), width, height },
  })
  const original = image(0, 4032, 3024)
  assert.ok(areNearCopies(original, image(8, 64, 48)))
  assert.ok(areNearCopies(original, image(0, 5, 4)), 'a side that was rounded')
  assert.ok(!areNearCopies(original, image(9, 4032, 3024)))
  assert.ok(!areNearCopies(original, image(0, 3024, 4032)))
  assert.ok(!areNearCopies(original, image(0, 400, 330)))
  assert.ok(areNearCopies(original, { details: { likeness: turned(PICTURE, 2) } }))
  assert.ok(!areNearCopies({}, {}), 'of which nothing is known')
})

test('the nearest copy is found, and of two as near the first', () => {
  const finder = new NearCopyFinder<string>()
  for (const [name, bits] of [
    ['far', 6],
    ['near', 2],
    ['as near', 2],
    ['opposite', 64],
  ] as const)
    finder.add({ details: { likeness: turned(PICTURE, bits) } }, name)
  finder.add({}, 'unknown')
  const nearest = (bits: number) => finder.nearest({ details: { likeness: turned(PICTURE, bits) } })
  assert.deepEqual([0, 2, 5, 20, 64].map(nearest), ['near', 'near', 'far', undefined, 'opposite'])
  assert.equal(finder.nearest({}), undefined)
})

test('of near copies the best is kept in the place of the first, and of others each', async t => {
  const one = { details: { likeness: turned(PICTURE, 0), width: 40, height: 30 } }
  const other = { details: { likeness: turned(PICTURE, 40), width: 40, height: 30 } }
  const better = { details: { likeness: turned(PICTURE, 3), width: 400, height: 300 } }
  const unknown = {}
  const many = Array.from({ length: 200 }, () => ({ details: { likeness: turned(PICTURE, 41), bytes: 1 } }))
  assert.deepEqual(await bestCopies([one, unknown, other, better, ...many], t.signal), [
    better,
    unknown,
    other,
  ])
  await assert.rejects(bestCopies(many, AbortSignal.abort()), { name: 'AbortError' })
  assert.deepEqual(
    [
      pixelsBeside(one, better),
      pixelsBeside(better, one),
      pixelsBeside(one, one),
      pixelsBeside(one, unknown),
    ],
    ['smaller', 'larger', 'same', 'unknown'],
  )
})
