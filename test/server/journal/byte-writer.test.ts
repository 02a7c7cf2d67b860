import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ByteReader } from '../../../src/server/journal/byte-reader.ts'
import { ByteWriter } from '../../../src/server/journal/byte-writer.ts'
import { assertProperty } from '../../support/property.ts'

test('numbers come back, and take a byte for each seven bits', () => {
  assertProperty(
    fc.property(fc.oneof(fc.nat(1000), fc.maxSafeNat()), value => {
      const writer = new ByteWriter(100)
      writer.number(value)
      assert.equal(writer.length, Math.max(1, Math.ceil(value.toString(2).length / 7)))
      assert.equal(new ByteReader(writer.written).number(), value)
    }),
  )
})

test('the buffer grows to its bound and keeps what was written', () => {
  const writer = new ByteWriter(100_000)
  const text = 'x'.repeat(60_000)
  writer.bytes(Buffer.from(text), 0, text.length)
  writer.bytes(Buffer.from('<abc>'), 1, 4)
  assert.equal(Buffer.from(writer.written).toString(), `${text}abc`)
  assert.throws(() => writer.bytes(Buffer.alloc(40_000), 0, 40_000), RangeError)
  assert.equal(writer.length, 60_003)
  writer.clear()
  assert.equal(writer.length, 0)
})

test('hexadecimal that is short is filled up', () => {
  const writer = new ByteWriter(100)
  writer.hexadecimal('0102zz', 4)
  assert.deepEqual([...writer.written], [1, 2, 0, 0])
})

test('every kind of field is written whole where the buffer has to grow for it', () => {
  const fields: Record<string, (writer: ByteWriter) => void> = {
    byte: writer => writer.byte(7),
    uint16: writer => writer.uint16(0x0708),
    uint32: writer => writer.uint32(0x0708090a),
    number: writer => writer.number(2 ** 50),
    bytes: writer => writer.bytes(Uint8Array.of(7, 8, 9), 0, 3),
    text: writer => writer.text('náme'),
    hexadecimal: writer => writer.hexadecimal('07080910', 4),
  }
  for (const [name, write] of Object.entries(fields)) {
    const alone = new ByteWriter(100)
    write(alone)
    const writer = new ByteWriter(1_000_000)
    const count = Math.ceil(100_000 / alone.length)
    for (let index = 0; index < count; index += 1) write(writer)
    const expected = Buffer.concat(Array(count).fill(alone.written))
    assert.ok(Buffer.from(writer.written).equals(expected), name)
  }
})
