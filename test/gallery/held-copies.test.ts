import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeldCopies } from '../../src/gallery/held-copies.ts'
import { heldAmong, otherCopies } from '../../src/gallery/web/viewer/other-copies.ts'
import type { Peer } from '../../src/peer/peer.ts'
import type { Digest } from '../../src/protocol/digest.ts'
import type { ImageDetails } from '../../src/protocol/image-details.ts'
import { md5 } from '../support/md5.ts'
import { until } from '../support/until.ts'

const LOOKS = 'f0c3a5960ff033cc'
const OPPOSITE = '0f3c5a69f00fcc33'

/** A folder of which only what is compared matters. */
function folderOf(shared: readonly ImageDetails[], unshared: readonly ImageDetails[]) {
  const holding = (all: readonly ImageDetails[]) => all.map(details => ({ details }))
  return {
    revision: 0,
    has: (_digest: Digest) => true,
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

test('what the network tells of a picture in the folder counts at once, for as long as it is there', () => {
  const held = new Set([md5(Buffer.from('a'))])
  const copies = new HeldCopies({ ...folderOf([], []), has: digest => held.has(digest) })
  const small = { likeness: LOOKS, width: 200, height: 150 }
  assert.equal(copies.copyOf({ details: small }), undefined)
  const [digest] = held
  copies.meet({ digest: digest ?? assert.fail(), details: { likeness: LOOKS, width: 400, height: 300 } })
  assert.equal(copies.copyOf({ details: small }), 'larger')
  held.clear()
  assert.equal(copies.copyOf({ details: small }), undefined)
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
  assert.equal(heldAmong(alike, of), undefined)
  const held = { ...picture('b', { likeness: LOOKS, width: 200, height: 150 }), isMine: true }
  assert.equal(heldAmong([...alike, held], of), 'smaller')
})
