import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JustifiedRows, NARROWEST, NO_ROOM, WIDEST } from '../../../src/gallery/web/wall/justified-rows.ts'
import { assertProperty } from '../../support/property.ts'

const shape = { width: 1000, height: 200, gap: 5 }

test('every row but the last is as wide as the wall, and pictures keep their proportions and order', () => {
  const proportion = fc.double({ min: NARROWEST, max: WIDEST, noNaN: true })
  assertProperty(
    fc.property(
      fc.array(proportion, { maxLength: 60 }),
      fc.integer({ min: 300, max: 2500 }),
      (list, width) => {
        const rows = new JustifiedRows({ ...shape, width }, list)
        assert.equal(rows.count, list.length)
        let next = 0
        let bottom = -shape.gap
        for (let row = 0; row < rows.rowCount; row += 1) {
          const first = rows.boxOf(rows.startOf(row))
          assert.equal(rows.startOf(row), next)
          assert.ok(Math.abs(first.top - bottom - shape.gap) < 0.01)
          let left = 0
          for (; next < rows.startOf(row + 1); next += 1) {
            const box = rows.boxOf(next)
            assert.equal(rows.rowOf(next), row)
            assert.ok(Math.abs(box.left - left) < 0.01)
            assert.ok(Math.abs(box.width / box.height / (list[next] ?? 0) - 1) < 0.001)
            left = box.left + box.width + shape.gap
          }
          if (row < rows.rowCount - 1) assert.ok(Math.abs(left - shape.gap - width) < 0.01)
          bottom = first.top + first.height
        }
        assert.equal(next, list.length)
        assert.ok(Math.abs(rows.height - Math.max(0, bottom)) < 0.01)
      },
    ),
    300,
  )
})

test('rows stay near the height that is wanted', () => {
  const rows = new JustifiedRows(shape)
  for (let index = 0; index < 1000; index += 1) rows.append([1.5, 0.67, 1, 1.78, 1.33][index % 5] ?? 1)
  for (let row = 0; row < rows.rowCount - 1; row += 1) {
    const { height } = rows.boxOf(rows.startOf(row))
    assert.ok(height > 150 && height < 260, `row ${row}: ${height}`)
  }
})

test('what stands between two heights is found, among a million pictures too', () => {
  const rows = new JustifiedRows(shape)
  for (let index = 0; index < 1_000_000; index += 1) rows.append(0.7 + (index % 7) / 5)
  for (const top of [0, 1234, rows.height / 2, rows.height - 500]) {
    const { from, to } = rows.rowsBetween(top, top + 800)
    assert.ok(to - from < 12)
    const first = rows.boxOf(rows.startOf(from))
    const last = rows.boxOf(rows.startOf(to) - 1)
    assert.ok(first.top <= top && last.top + last.height + shape.gap >= Math.min(top + 800, rows.height))
  }
})

test('a wall without pictures has no rows, and odd proportions are shown in part', () => {
  const rows = new JustifiedRows(shape)
  assert.deepEqual([rows.count, rows.rowCount, rows.height], [0, 0, 0])
  assert.deepEqual(rows.rowsBetween(0, 1000), { from: 0, to: 0 })
  for (const odd of [1e9, 0, -1, Number.NaN, Number.POSITIVE_INFINITY]) rows.append(odd)
  for (let index = 0; index < rows.count; index += 1) {
    const { width, height } = rows.boxOf(index)
    assert.ok(width / height > NARROWEST * 0.99 && width / height < WIDEST * 1.01)
  }
})

test('the picture above or below is the one whose middle is closest', () => {
  const rows = new JustifiedRows({ width: 1000, height: 100, gap: 0 }, Array(40).fill(1))
  assert.equal(rows.rowOf(14), 1)
  assert.equal(rows.closestInRow(2, 450), 24)
  assert.equal(rows.closestInRow(0, 0), 0)
  assert.equal(rows.closestInRow(0, 5000), 9)
})

test('pictures without room change nothing for the others, wherever they stand', () => {
  const proportion = fc.oneof(fc.constant(NO_ROOM), fc.double({ min: NARROWEST, max: WIDEST, noNaN: true }))
  assertProperty(
    fc.property(fc.array(proportion, { maxLength: 60 }), fc.nat(60), (list, cut) => {
      const rows = new JustifiedRows(shape, list)
      if (cut < list.length) {
        rows.cutFrom(rows.rowOf(cut))
        for (const one of list.slice(rows.count)) rows.append(one)
      }
      const seen = list.flatMap((one, index) => (one === NO_ROOM ? [] : [index]))
      const alone = new JustifiedRows(
        shape,
        list.filter(one => one !== NO_ROOM),
      )
      assert.deepEqual([rows.count, rows.rowCount, rows.height], [list.length, alone.rowCount, alone.height])
      for (const [place, index] of seen.entries()) {
        assert.deepEqual(rows.boxOf(index), alone.boxOf(place))
        assert.equal(rows.rowOf(index), alone.rowOf(place))
        const { left, width } = alone.boxOf(place)
        assert.equal(rows.closestInRow(rows.rowOf(index), left + width / 2), index)
      }
      for (const [index, one] of list.entries()) if (one === NO_ROOM) assert.equal(rows.boxOf(index).width, 0)
    }),
  )
})
