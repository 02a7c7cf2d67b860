import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ImageOrder } from '../../src/catalog/image-order.ts'
import { NO_ROW, Rows } from '../../src/catalog/rows.ts'

suite('an order of images', () => {
  test('is the order in which they came, whoever left', () => {
    const command = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 8 }))
    fc.assert(
      fc.property(fc.array(command), commands => {
        const rows = new Rows(5, 4)
        for (let row = 1; row <= 8; row += 1) rows.allocate()
        const order = new ImageOrder(rows, 1, 2)
        const other = new ImageOrder(rows, 3, 4)
        for (let row = 1; row <= 8; row += 1) other.append(row)
        let expected: number[] = []
        for (const [comes, image] of commands) {
          const isIn = expected.includes(image)
          if (comes && !isIn) {
            order.append(image)
            expected.push(image)
          } else if (!comes && isIn) {
            order.remove(image)
            expected = expected.filter(each => each !== image)
          }
          assert.deepEqual([...imagesOf(order)], expected)
        }
        assert.deepEqual([...imagesOf(other)], [1, 2, 3, 4, 5, 6, 7, 8], 'the other order of the same rows')
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})

function* imagesOf(order: ImageOrder): Generator<number> {
  for (let image = order.first; image !== NO_ROW; image = order.next(image)) yield image
}
