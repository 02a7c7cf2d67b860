import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AddressCounts } from '../../src/catalog/address-counts.ts'
import { KeyedHash } from '../../src/catalog/keyed-hash.ts'

/** A word before the address, which is none of it. */
function addressWords(number: number): Uint32Array {
  return Uint32Array.of(0xffff_ffff, 0x2001_0db8, 0, number >>> 16, number)
}

suite('the counts of addresses', () => {
  test('are kept for each address by itself', () => {
    const counts = new AddressCounts(KeyedHash.random())
    counts.increment(addressWords(1), 1)
    counts.increment(addressWords(1), 1)
    counts.increment(addressWords(2), 1)
    assert.equal(counts.get(addressWords(1), 1), 2)
    assert.equal(counts.get(addressWords(2), 1), 1)
    assert.equal(counts.get(addressWords(3), 1), 0)
    counts.decrement(addressWords(1), 1)
    counts.decrement(addressWords(2), 1)
    assert.equal(counts.get(addressWords(1), 1), 1)
    assert.equal(counts.get(addressWords(2), 1), 0)
  })

  test('of none take no room: addresses that come and go use the same', () => {
    const counts = new AddressCounts(KeyedHash.random())
    counts.increment(addressWords(0), 1)
    const capacity = counts.capacityBytes
    for (let number = 1; number <= 50_000; number += 1) {
      counts.increment(addressWords(number), 1)
      counts.decrement(addressWords(number), 1)
    }
    assert.equal(counts.capacityBytes, capacity)
    assert.equal(counts.get(addressWords(0), 1), 1)
  })
})
