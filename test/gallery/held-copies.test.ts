import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeldCopies } from '../../src/gallery/held-copies.ts'
import { otherCopies } from '../../src/gallery/web/viewer/other-copies.ts'
import type { Peer } from '../../src/peer/peer.ts'
import type { ImageDetails } from '../../src/protocol/image-details.ts'
import { until } from '../support/until.ts'

const LOOKS = 'f0c3a5960ff033cc'
const OPPOSITE = '0f3c5a69f00fcc33'

/** A folder of which only what is compared matters. */
function folderOf(shared: readonly ImageDetails[], unshared: readonly ImageDetails[]) {
  const holding = (all: readonly ImageDetails[]) => all.map(details => ({ details }))
  return {
    revision: 0,
    sharedImages: () => holding(shared) as unknown as ReturnType<Peer['sharedImages']>,
    own: () => ({ pictures: holding(unshared), next: undefined }) as unknown as ReturnType<Peer['own']>,
  }
}

test('of a near copy in the folder it is told how large it is beside the picture', () => {
  const shared: ImageDetails[] = [{ likeness: LOOKS, width: 400, height: 300 }, {}]
  const folder = folderOf(shared, [{ likeness: OPPOSITE }])
  const copies = new HeldCopies(folder)
  const beside = (details: ImageDetails) => copies.copyOf({ details })
  assert.deepEqual(
    [800, 400, 200].map(width => beside({ likeness: LOOKS, width, height: (width * 3) / 4 })),
    ['smaller', 'same', 'larger'],
  )
  assert.equal(beside({ likeness: LOOKS, width: 300, height: 400 }), undefined, 'of other proportions')
  assert.equal(beside({ likeness: LOOKS }), 'unknown')
  assert.equal(beside({ likeness: OPPOSITE, width: 40, height: 30 }), 'unknown', 'one that is not shared')
  assert.equal(beside({ width: 400, height: 300 }), undefined)
})

test('the folder is looked at again when it changed, and only then', async () => {
  const shared: ImageDetails[] = []
  let looked = 0
  const folder = folderOf(shared, [])
  const counted = {
    ...folder,
    sharedImages: () => {
      looked += 1
      return folder.sharedImages()
    },
  }
  const copies = new HeldCopies(counted)
  assert.equal(copies.copyOf({ details: { likeness: LOOKS } }), undefined)
  copies.copyOf({ details: { likeness: LOOKS } })
  assert.equal(looked, 1)
  shared.push({ likeness: LOOKS })
  counted.revision += 1
  await until(() => copies.copyOf({ details: { likeness: LOOKS } }) === 'unknown')
  assert.equal(looked, 2)
})

test('of what looks like a picture only its near copies are listed as such, without itself', () => {
  const picture = (md5: string, details: ImageDetails) => ({
    ...{ md5, name: md5, ownerCount: 1, isMine: false },
    ...details,
  })
  const of = picture('a', { likeness: LOOKS, width: 400, height: 300 })
  const alike = [
    of,
    picture('b', { likeness: `${LOOKS.slice(0, -1)}d`, width: 200, height: 150 }),
    picture('c', { likeness: LOOKS, width: 300, height: 300 }),
    ...Array.from({ length: 20 }, (_, index) => picture(`d${index}`, { likeness: LOOKS })),
  ]
  const listed = otherCopies(of, alike).map(({ md5 }) => md5)
  assert.deepEqual([listed.length, listed.slice(0, 2)], [12, ['b', 'd0']])
  assert.deepEqual(otherCopies(picture('e', {}), alike), [])
})
