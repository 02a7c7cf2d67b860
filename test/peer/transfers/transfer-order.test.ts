import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ranksAfterMove } from '../../../src/peer/transfers/transfer-order.ts'
import { TransferQueue } from '../../../src/peer/transfers/transfer-queue.ts'
import { rowOfWish, wishOf } from '../../../src/peer/transfers/transfer-wish.ts'
import { assertProperty } from '../../support/property.ts'
import { asDigest } from '../../support/wire-arbitraries.ts'

const digestOf = (index: number) => asDigest(String(index).padStart(32, '0'))

test('one is moved directly before another, and the others stay in their order', () => {
  assertProperty(
    fc.property(
      fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 12 }),
      fc.nat(11),
      fc.nat(11),
      (given, from, to) => {
        const ordered = given
          .sort((one, other) => one - other)
          .map((rank, index) => ({ rank, digest: digestOf(index) }))
        const [moved, before] = [ordered[from % given.length], ordered[to % given.length]]
        if (moved === undefined || before === undefined) return
        const ranks = ranksAfterMove(ordered, moved.digest, before.digest)
        const rankOf = ({ digest, rank }: { digest: typeof moved.digest; rank: number }) =>
          ranks.get(digest) ?? rank
        const now = [...ordered].sort((one, other) => rankOf(one) - rankOf(other))
        const expected = ordered.filter(one => one !== moved)
        expected.splice(moved === before ? from % given.length : expected.indexOf(before), 0, moved)
        assert.deepEqual(now, expected)
        assert.deepEqual(ordered.map(rankOf).sort(), ordered.map(({ rank }) => rank).sort())
      },
    ),
  )
  assert.equal(ranksAfterMove([{ digest: digestOf(1), rank: 1 }], digestOf(1), digestOf(2)).size, 0)
  assert.equal(ranksAfterMove([{ digest: digestOf(1), rank: 1 }], digestOf(2), digestOf(1)).size, 0)
})

test('a queue begins its transfers as they were moved; what runs has no place to be moved to', () => {
  const queue = new TransferQueue()
  for (let index = 1; index <= 5; index += 1)
    queue.add({ digest: digestOf(index), name: '', owners: [], details: {} }, false)
  queue.start(digestOf(1))
  queue.pause(digestOf(3))
  queue.takeChanges()
  assert.deepEqual(queue.moveBefore(digestOf(4), digestOf(1)), [])
  assert.deepEqual(queue.moveBefore(digestOf(1), digestOf(4)), [])
  queue.moveBefore(digestOf(5), digestOf(2))
  queue.moveBefore(digestOf(4), digestOf(3))
  assert.equal(queue.takeChanges().changed.length, 4)
  queue.resume(digestOf(3))
  const begun: number[] = []
  for (let next = queue.next(() => 0); next !== undefined; next = queue.next(() => 0)) {
    queue.start(next.digest)
    begun.push(Number(next.digest))
  }
  assert.deepEqual(begun, [5, 2, 4, 3])
})

test('a wish to move one goes from process to process', () => {
  const wish = { verb: 'before', digest: digestOf(1), other: digestOf(2) } as const
  assert.deepEqual(wishOf({ ...rowOfWish(wish) }), wish)
  assert.equal(wishOf({ verb: 'before x', digest: digestOf(1), value: null }), undefined)
  assert.equal(wishOf({ verb: `before ${digestOf(2)}`, digest: null, value: null }), undefined)
})
