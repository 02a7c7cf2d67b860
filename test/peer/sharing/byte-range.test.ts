import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readByteRange } from '../../../src/peer/sharing/byte-range.ts'
import { assertProperty } from '../../support/property.ts'

const size = fc.integer({ min: 1, max: 1000 })
const place = fc.integer({ min: 0, max: 1200 })

test('a range gives the bytes that it names, as a slice does', () => {
  assertProperty(
    fc.property(size, place, place, (size, first, last) => {
      const range = readByteRange(`bytes=${first}-${last}`, size)
      if (last < first) return assert.equal(range, 'whole')
      if (first >= size) return assert.equal(range, 'unsatisfiable')
      assert.deepEqual(range, { start: first, end: Math.min(last + 1, size) })
    }),
  )
})

test('an open range goes to the end, a suffix comes from there', () => {
  assertProperty(
    fc.property(size, place, (size, number) => {
      const open = number >= size ? 'unsatisfiable' : { start: number, end: size }
      assert.deepEqual(readByteRange(`bytes=${number}-`, size), open)
      const suffix = number === 0 ? 'unsatisfiable' : { start: Math.max(0, size - number), end: size }
      assert.deepEqual(readByteRange(`bytes=-${number}`, size), suffix)
    }),
  )
})

test('whatever the text, a range lies within the file and is not empty', () => {
  const piece = fc.constantFrom('bytes', '=', '-', ',', ' ', '\t', '0', '7', '99999999999999999999999', 'x')
  const header = fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join(''))
  assertProperty(
    fc.property(
      fc.oneof(
        header,
        fc.string(),
        header.map(text => `bytes=${text}`),
      ),
      size,
      (header, size) => {
        const range = readByteRange(header, size)
        if (typeof range === 'string') return
        assert.ok(Number.isSafeInteger(range.start) && Number.isSafeInteger(range.end))
        assert.ok(range.start >= 0 && range.start < range.end && range.end <= size)
      },
    ),
    3000,
  )
})

test('numbers of any length, white space, letters of either case; no range for several or for anything else', () => {
  assert.deepEqual(readByteRange('bytes=5-18446744073709551615', 10), { start: 5, end: 10 })
  assert.equal(readByteRange(`bytes=${'9'.repeat(400)}-`, 10), 'unsatisfiable')
  assert.deepEqual(readByteRange(`bytes=-${'9'.repeat(400)}`, 10), { start: 0, end: 10 })
  assert.deepEqual(readByteRange('Bytes= 1-2 ', 10), { start: 1, end: 3 })
  for (const header of [
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=1',
    'bytes=+1-2',
    'bytes=0-0,2-2',
  ]) {
    assert.equal(readByteRange(header, 10), 'whole', header)
  }
})
