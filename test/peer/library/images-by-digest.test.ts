import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ImagesByDigest } from '../../../src/peer/library/images-by-digest.ts'
import { parseDigest } from '../../../src/protocol/digest.ts'
import { assertProperty } from '../../support/property.ts'

// Few images, some in one group, some at its ends and at those of all.
const digests = ['000', '0000', '0001', '001', '7ff', '800', '8000', '8001', 'fff', 'ffff'].map(
  (prefix, at) => parseDigest(prefix.padEnd(31, at % 2 === 0 ? '0' : 'f') + at) ?? assert.fail(),
)
const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'remove'),
  digest: fc.constantFrom(...digests),
  path: fc.constantFrom('a', 'b'),
})

test('it holds what a plain map would, and its pages are slices of that in order', () => {
  assertProperty(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.option(fc.constantFrom(...digests), { nil: undefined }),
      fc.integer({ min: 1, max: 12 }),
      (steps, after, limit) => {
        const images = new ImagesByDigest()
        const model = new Map<string, Set<string>>(digests.map(digest => [digest, new Set()]))
        for (const { kind, digest, path } of steps) {
          if (kind === 'add') {
            images.add(digest, path)
            model.get(digest)?.add(path)
          } else {
            images.remove(digest, path)
            model.get(digest)?.delete(path)
          }
        }
        const there = digests.filter(digest => model.get(digest)?.size).sort()
        assert.equal(images.size, there.length)
        for (const digest of digests) {
          assert.equal(images.has(digest), there.includes(digest))
          assert.deepEqual([...(images.get(digest) ?? [])], [...(model.get(digest) ?? [])])
        }
        const behind = there.filter(digest => after === undefined || digest > after)
        assert.deepEqual(images.page(after, limit), behind.slice(0, limit))
      },
    ),
    300,
  )
})
