import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LibraryFile } from '../../../src/peer/library/image-file.ts'
import { LibraryContents } from '../../../src/peer/library/library-contents.ts'
import { type Digest, parseDigest } from '../../../src/protocol/digest.ts'
import { assertProperty } from '../../support/property.ts'

const DIGESTS = ['a', 'b', 'c', 'd'].map(digit => parseDigest(digit.repeat(32)) ?? assert.fail())
const PATHS = ['1', '2', '3', '4', '5']

const digest = fc.constantFrom(...DIGESTS)
const file: fc.Arbitrary<LibraryFile> = fc
  .record({
    path: fc.constantFrom(...PATHS),
    shared: fc.option(digest, { nil: undefined }),
    source: fc.option(digest, { nil: undefined }),
    modifiedNs: fc.bigInt({ min: 0n, max: 2n }),
  })
  .map(({ path, shared, source, modifiedNs }) => ({
    path,
    fingerprint: { size: 1n, modifiedNs, device: 1n, inode: 1n },
    image: shared && { digest: shared, formatId: 'png' },
    ...(source && {
      source: { digest: source, formatId: 'png', ...(shared ? {} : { withheld: 'format' as const }) },
    }),
  }))
const step = fc.oneof(
  file.map(put => ({ put })),
  fc.constantFrom(...PATHS).map(remove => ({ remove })),
  fc.record({ stopped: fc.constantFrom<Digest | string>(...DIGESTS, ...PATHS) }),
)

test('whatever comes, goes and is stopped, contents are those of the files that are there', () => {
  assertProperty(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const stopped = new Set<string>()
      const contents = new LibraryContents({
        has: (digest, path) => stopped.has(digest) || stopped.has(path),
      })
      const files = new Map<string, LibraryFile>()
      for (const one of steps) {
        if ('put' in one) {
          files.set(one.put.path, one.put)
          contents.put(one.put)
        } else if ('remove' in one) {
          files.delete(one.remove)
          contents.remove(one.remove)
        } else {
          if (!stopped.delete(one.stopped)) stopped.add(one.stopped)
          contents.sortAll()
        }
      }
      const isShared = ({ path, image, source }: LibraryFile) =>
        image !== undefined && ![path, image.digest, source?.digest ?? ''].some(known => stopped.has(known))
      const all = [...files.values()]
      for (const wanted of DIGESTS) {
        const holders = all.filter(({ image, source }) => [image?.digest, source?.digest].includes(wanted))
        assert.deepEqual(new Set(contents.pathsOf(wanted)), new Set(holders.map(({ path }) => path)))
        const shared = all.filter(one => one.image?.digest === wanted && isShared(one))
        assert.equal(contents.shares(wanted), shared.length > 0)
        assert.deepEqual([...contents.sharedPathsOf(wanted)].sort(), shared.map(({ path }) => path).sort())
      }
      const shown = contents.sharedOf(contents.files()).map(({ image }) => image.digest)
      assert.equal(new Set(shown).size, shown.length)
      assert.equal(contents.imageCount, shown.length)
      assert.equal(contents.withheld.length, all.filter(({ source }) => source?.withheld).length)
      assert.equal(contents.cleanedCount, all.filter(({ image, source }) => image && source).length)
      contents.takeNews()
      assert.equal(contents.takeNews(), false)
    }),
  )
})
