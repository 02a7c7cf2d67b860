import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImageFile } from '../../../src/peer/library/image-file.ts'
import { ownPage } from '../../../src/peer/library/own-images.ts'
import { md5 } from '../../support/md5.ts'
import { seededRandom } from '../../support/seeded-random.ts'

test('pages have every image once, the latest first, whatever the order of the files', () => {
  const random = seededRandom(1)
  const files = Array.from({ length: 500 }, (_, index): ImageFile => {
    const modifiedNs = BigInt(Math.floor(random() * 100)) * 1_000_000_007n
    return {
      path: `${index}.png`,
      fingerprint: { size: 1n, modifiedNs, device: 1n, inode: BigInt(index) },
      image: { digest: md5(Buffer.from(String(index))), formatId: 'png' },
    }
  })
  const isShared = (digest: string) => digest < '8'
  for (const [only, count] of [
    [undefined, 500],
    [true, files.filter(({ image }) => isShared(image.digest)).length],
    [false, files.filter(({ image }) => !isShared(image.digest)).length],
  ] as const) {
    const seen: ImageFile[] = []
    let cursor: string | undefined
    do {
      const shown = only === undefined ? {} : { isShared: only }
      const page = ownPage(files, isShared, {
        limit: 30,
        ...shown,
        ...(cursor === undefined ? {} : { cursor }),
      })
      seen.push(...page.files)
      cursor = page.next
    } while (cursor !== undefined)
    assert.equal(seen.length, count)
    assert.equal(new Set(seen).size, count)
    const times = seen.map(({ fingerprint }) => fingerprint.modifiedNs)
    assert.ok(times.every((time, index) => index === 0 || time <= (times[index - 1] ?? 0n)))
  }
  // A cursor that is none begins anew.
  assert.equal(ownPage(files, isShared, { limit: 3, cursor: 'nonsense' }).files.length, 3)
})
