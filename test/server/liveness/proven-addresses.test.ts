import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  MAX_PROVEN_ADDRESSES,
  PROVEN_SECONDS,
  ProvenAddresses,
} from '../../../src/server/liveness/proven-addresses.ts'
import { addressBytes } from '../../support/addresses.ts'
import { assertProperty } from '../../support/property.ts'

function address(number: number): Uint8Array {
  return addressBytes(`10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`)
}

test('has what was noted, wherever its bytes stand', () => {
  const proven = new ProvenAddresses()
  assert.equal(proven.has(addressBytes('10.0.0.1')), false)
  proven.note(addressBytes('10.0.0.1'), 1000)
  proven.note(addressBytes('2001:db8::1'), 1000)
  const among = new Uint8Array(40).fill(0xee)
  for (const [text, expected] of [
    ['10.0.0.1', true],
    ['10.0.0.2', false],
    ['2001:db8::1', true],
    ['2001:db8::2', false],
    ['::a00:1', false],
  ] as const) {
    among.set(addressBytes(text), 5)
    assert.equal(proven.has(among, 5), expected, text)
  }
  assert.equal(proven.count, 2)
})

test('forgets an address a day after it was noted last', () => {
  const proven = new ProvenAddresses()
  proven.note(address(1), 1000)
  proven.note(address(2), 2000)
  proven.note(address(1), 3000)
  proven.forgetOld(1000 + PROVEN_SECONDS)
  assert.deepEqual([proven.has(address(1)), proven.has(address(2))], [true, true])
  proven.forgetOld(2000 + PROVEN_SECONDS)
  assert.deepEqual([proven.has(address(1)), proven.has(address(2))], [true, false])
  proven.forgetOld(3000 + PROVEN_SECONDS)
  assert.deepEqual([proven.has(address(1)), proven.count], [false, 0])
})

test('keeps its bound: the addresses noted last stay', () => {
  const proven = new ProvenAddresses()
  for (let number = 0; number < MAX_PROVEN_ADDRESSES + 1000; number += 1) proven.note(address(number), 1000)
  assert.equal(proven.count, MAX_PROVEN_ADDRESSES)
  for (let number = 0; number < MAX_PROVEN_ADDRESSES + 1000; number += 1) {
    assert.equal(proven.has(address(number)), number >= 1000, `${number}`)
  }
})

test('is what a list with the latest last is', () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ note: fc.nat(11) }) },
      { weight: 1, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: PROVEN_SECONDS }) }) },
    ),
    { maxLength: 60 },
  )
  assertProperty(
    fc.property(steps, steps => {
      const proven = new ProvenAddresses(8)
      let listed: { number: number; at: number }[] = []
      let now = 1_800_000_000
      for (const step of steps) {
        if ('note' in step) {
          proven.note(address(step.note), now)
          listed = [
            ...listed.filter(({ number }) => number !== step.note),
            { number: step.note, at: now },
          ].slice(-8)
        } else {
          now += step.wait
          proven.forgetOld(now)
          listed = listed.filter(({ at }) => now - at < PROVEN_SECONDS)
        }
        const has = Array.from({ length: 12 }, (_, number) => proven.has(address(number)))
        const expected = has.map((_, number) => listed.some(entry => entry.number === number))
        assert.deepEqual([has, proven.count], [expected, listed.length])
      }
    }),
    300,
  )
})
