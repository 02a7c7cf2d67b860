import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyEdits, type Edit, inOrder } from '../../../src/peer/private-metadata/edits.ts'
import { assertProperty } from '../../support/property.ts'

const edits = fc.array(
  fc.record({ at: fc.nat(40), bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }), isBlank: fc.boolean() }),
  { maxLength: 8 },
)

function madeOf(drawn: readonly { at: number; bytes: Uint8Array; isBlank: boolean }[]): Edit[] {
  return drawn.map(({ at, bytes, isBlank }) => ({ at, length: bytes.length, ...(isBlank ? {} : { bytes }) }))
}

test('edits in order do what they did one after the other', () => {
  assertProperty(
    fc.property(edits, drawn => {
      const [one, other] = [new Uint8Array(60).fill(9), new Uint8Array(60).fill(9)]
      applyEdits(one, 0, madeOf(drawn))
      applyEdits(other, 0, inOrder(madeOf(drawn)))
      assert.deepEqual(one, other)
    }),
  )
})

test('a file read in pieces of any size is the same as one read whole', () => {
  assertProperty(
    fc.property(edits, fc.integer({ min: 1, max: 30 }), (drawn, piece) => {
      const list = inOrder(madeOf(drawn))
      const file = Uint8Array.from({ length: 60 }, (_, index) => index)
      const whole = Uint8Array.from(file)
      applyEdits(whole, 0, list)
      for (let at = 0; at < file.length; at += piece) applyEdits(file.subarray(at, at + piece), at, list)
      assert.deepEqual(file, whole)
    }),
  )
})
