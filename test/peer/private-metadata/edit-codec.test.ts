import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decodeEdits,
  encodeEdits,
  MAX_KEPT_EDIT_BYTES,
} from '../../../src/peer/private-metadata/edit-codec.ts'
import { applyEdits, type Edit } from '../../../src/peer/private-metadata/edits.ts'
import { assertProperty } from '../../support/property.ts'

const drawnEdits = fc.array(
  fc.record({
    gap: fc.nat(20),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc
        .record({ byte: fc.constantFrom(0, 0x20), length: fc.integer({ min: 1, max: 20 }) })
        .map(({ byte, length }) => new Uint8Array(length).fill(byte)),
    ),
    isBlank: fc.boolean(),
  }),
  { maxLength: 8 },
)

function editsOf(drawn: readonly { gap: number; bytes: Uint8Array; isBlank: boolean }[]): Edit[] {
  let place = 0
  return drawn.map(({ gap, bytes, isBlank }) => {
    const at = place + gap
    place = at + bytes.length
    return { at, length: bytes.length, ...(isBlank ? {} : { bytes }) }
  })
}

test('edits that were kept do the same', () => {
  assertProperty(
    fc.property(drawnEdits, drawn => {
      const edits = editsOf(drawn)
      const encoded = encodeEdits(edits)
      const decoded = encoded && decodeEdits(encoded, 400)
      assert.ok(decoded !== undefined)
      const [one, other] = [new Uint8Array(400).fill(9), new Uint8Array(400).fill(9)]
      applyEdits(one, 0, edits)
      applyEdits(other, 0, decoded)
      assert.deepEqual(other, one)
    }),
  )
})

test('long stretches of one byte take no room, and what takes too much is told', () => {
  const spaces = new Uint8Array(1_000_000).fill(0x20)
  const encoded = encodeEdits([
    { at: 2 ** 40, length: 2 ** 33 },
    { at: 2 ** 41, length: spaces.length, bytes: spaces },
  ])
  assert.ok(encoded !== undefined && encoded.length < 40)
  // Nor do they take memory when they are read again.
  assert.deepEqual(decodeEdits(encoded, 2 ** 42), [
    { at: 2 ** 40, length: 2 ** 33, fill: 0 },
    { at: 2 ** 41, length: spaces.length, fill: 0x20 },
  ])
  const mixed = Uint8Array.from({ length: MAX_KEPT_EDIT_BYTES }, (_, index) => index % 251)
  assert.equal(encodeEdits([{ at: 0, length: mixed.length, bytes: mixed }]), undefined)
})

test('bytes that are no edits of that file give none, and throw nothing', () => {
  const encoded = encodeEdits([{ at: 5, length: 3, bytes: Uint8Array.of(1, 2, 3) }])
  assert.ok(encoded !== undefined)
  assert.equal(decodeEdits(encoded, 8)?.length, 1)
  assert.equal(decodeEdits(encoded, 7), undefined, 'beyond the end')
  for (let length = 1; length < encoded.length; length += 1)
    assert.equal(decodeEdits(encoded.subarray(0, length), 8), undefined, `${length} bytes of it`)
  assertProperty(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      for (const { at, length } of decodeEdits(bytes, 1000) ?? []) assert.ok(at + length <= 1000)
    }),
  )
})
