import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { NO_ROW, Rows } from '../../src/catalog/rows.ts'

const WORDS = 3
const ROWS_PER_SEGMENT = 4

suite('rows', () => {
  test('keep their words apart, over many segments', () => {
    const rows = new Rows(WORDS, ROWS_PER_SEGMENT)
    const allocated = Array.from({ length: 50 }, () => rows.allocate())
    assert.equal(new Set(allocated).size, 50)
    assert.ok(!allocated.includes(NO_ROW))
    for (const row of allocated) {
      for (let field = 0; field < WORDS; field += 1) rows.set(row, field, row * 10 + field)
    }
    for (const row of allocated) {
      for (let field = 0; field < WORDS; field += 1) {
        assert.equal(rows.get(row, field), row * 10 + field)
        assert.equal(rows.segment(row)[rows.offset(row) + field], row * 10 + field)
      }
    }
  })

  test('keep unsigned words of 32 bits', () => {
    const rows = new Rows(1, 2)
    const row = rows.allocate()
    rows.set(row, 0, 0xffff_ffff)
    assert.equal(rows.get(row, 0), 0xffff_ffff)
  })

  test('show the same storage by bytes', () => {
    const rows = new Rows(WORDS, ROWS_PER_SEGMENT)
    for (let count = 0; count < 9; count += 1) rows.allocate()
    const row = rows.allocate()
    const at = rows.offset(row) * 4
    rows.byteSegment(row).set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], at)
    const words = new Uint32Array(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12).buffer)
    assert.deepEqual(
      [0, 1, 2].map(field => rows.get(row, field)),
      [...words],
    )
  })

  test('hand out what was freed before storage grows', () => {
    const rows = new Rows(WORDS, ROWS_PER_SEGMENT)
    const allocated = Array.from({ length: 4 * ROWS_PER_SEGMENT - 1 }, () => rows.allocate())
    const capacity = rows.capacityBytes
    assert.equal(capacity, 4 * ROWS_PER_SEGMENT * WORDS * 4, 'row 0 is none')
    for (const row of allocated) rows.free(row)
    const again = allocated.map(() => rows.allocate())
    assert.deepEqual(new Set(again), new Set(allocated))
    assert.equal(rows.capacityBytes, capacity)
    rows.allocate()
    assert.equal(rows.capacityBytes, (capacity / 4) * 5)
  })

  test('of none read as zeros', () => {
    assert.equal(new Rows(WORDS, ROWS_PER_SEGMENT).get(NO_ROW, 1), 0)
  })
})
