import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { CHUNK_PLACES, ImageOrder } from '../../src/catalog/image-order.ts'
import { OrderWalk } from '../../src/catalog/order-walk.ts'
import { NO_ROW, Rows } from '../../src/catalog/rows.ts'

const PLACE_FIELD = 1

interface Expected {
  readonly image: number
  readonly sequence: number
  isSeen: boolean
}

/** An order beside a plain list of what is in it. */
class Pair {
  readonly #rows = new Rows(2, 1 << 12)
  readonly order = new ImageOrder(this.#rows, PLACE_FIELD)
  expected: Expected[] = []
  /** The words of the likeness of each image that has one. */
  readonly #likenesses = new Map<number, readonly [high: number, low: number]>()
  #nextSequence = 1

  append(isSeen: boolean, step = 1): void {
    const image = this.#rows.allocate()
    const sequence = this.#nextSequence
    this.order.append(image, sequence, isSeen)
    this.expected.push({ image, sequence, isSeen })
    this.#nextSequence += step
  }

  removeAt(index: number): void {
    const [gone] = this.expected.splice(index, 1)
    assert.ok(gone)
    this.order.remove(gone.image)
    assert.equal(this.order.has(gone.image, gone.sequence), false)
    this.#rows.free(gone.image)
    this.#likenesses.delete(gone.image)
  }

  lookAt(index: number, high: number, low: number): void {
    const image = this.expected[index]?.image
    if (image === undefined) return
    this.order.setLikeness(image, high, low)
    this.#likenesses.set(image, [high, low])
  }

  compare(): void {
    assert.equal(this.order.count, this.expected.length)
    assert.deepEqual(this.walked('up', 0), this.expected)
    assert.deepEqual(this.walked('down', Number.MAX_SAFE_INTEGER), this.expected.toReversed())
    const seen = this.expected.filter(({ isSeen }) => isSeen)
    assert.deepEqual(this.walked('up', 0, true), seen)
    for (const { image, sequence } of this.expected) {
      assert.equal(this.order.sequenceOf(image), sequence)
      assert.ok(this.order.has(image, sequence))
      const words = [this.order.likenessWord(image, 0), this.order.likenessWord(image, 1)]
      assert.deepEqual(words, this.#likenesses.get(image) ?? [0, 0])
    }
  }

  walked(direction: 'up' | 'down', from: number, ofIPv4 = false): Expected[] {
    const found: Expected[] = []
    const walk = new OrderWalk(this.order, direction, from, ofIPv4)
    for (; walk.image !== NO_ROW; walk.next()) {
      const isSeen = this.order.isSeenByIPv4At(walk.chunk, walk.place)
      found.push({ image: walk.image, sequence: walk.sequence, isSeen })
    }
    return found
  }
}

suite('an order of images', () => {
  test('is the order in which they came, whoever left', () => {
    const command = fc.record({
      kind: fc.constantFrom('append', 'remove', 'removeMany', 'see', 'leap', 'look'),
      count: fc.integer({ min: 1, max: CHUNK_PLACES * 2 }),
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      isSeen: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40, size: 'max' }), commands => {
        const pair = new Pair()
        for (const { kind, count, at, isSeen } of commands) {
          const index = Math.floor(at * pair.expected.length)
          if (kind === 'append') for (let left = count; left > 0; left -= 1) pair.append(isSeen)
          if (kind === 'leap') pair.append(isSeen, 2 ** 33)
          if (kind === 'remove' && pair.expected.length > 0) pair.removeAt(index)
          // Every second one from there on: chunks become sparse and join.
          if (kind === 'removeMany') {
            for (
              let gone = index, left = count;
              left > 0 && gone < pair.expected.length;
              gone += 1, left -= 1
            )
              pair.removeAt(gone)
          }
          for (let seen = index; kind === 'look' && seen < index + count; seen += 3)
            pair.lookAt(seen, seen * 0x1_0001, isSeen ? 0xffff_ffff - seen : 0)
          const changed = pair.expected[index]
          if (kind === 'see' && changed !== undefined) {
            pair.order.setSeenByIPv4(changed.image, isSeen)
            changed.isSeen = isSeen
          }
        }
        pair.compare()
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  test('is walked from any sequence number, in both directions', () => {
    const pair = new Pair()
    for (let count = 0; count < CHUNK_PLACES * 3; count += 1) pair.append(count % 3 === 0, 1 + (count % 5))
    for (let index = pair.expected.length - 1; index >= 0; index -= 2) pair.removeAt(index)
    const last = pair.expected.at(-1)?.sequence ?? 0
    for (let from = 0; from <= last + 2; from += 7) {
      assert.deepEqual(
        pair.walked('up', from),
        pair.expected.filter(({ sequence }) => sequence >= from),
      )
      assert.deepEqual(
        pair.walked('down', from),
        pair.expected.filter(({ sequence }) => sequence <= from).reverse(),
      )
    }
  })

  test('gives the room of images that left to those that come', () => {
    const pair = new Pair()
    for (let count = 0; count < CHUNK_PLACES * 8; count += 1) pair.append(true)
    const { capacityBytes } = pair.order
    for (let turn = 0; turn < CHUNK_PLACES * 32; turn += 1) {
      pair.removeAt((turn * 7919) % pair.expected.length)
      pair.append(true)
    }
    pair.compare()
    assert.ok(pair.order.capacityBytes <= capacityBytes * 3, `${pair.order.capacityBytes} bytes`)
  })
})
