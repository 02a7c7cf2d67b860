import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KeyedHash } from '../../src/catalog/keyed-hash.ts'

suite('the keyed hash', () => {
  test('is HalfSipHash-1-3: the vectors of the Linux kernel for whole words', () => {
    // lib/tests/siphash_kunit.c, test_vectors_hsiphash for 32 bits: the bytes 0, 1, 2, ... under the key 0, 1, ... 7.
    const vectors: readonly (readonly [bytes: number, hash: number])[] = [
      [0, 0x5814c896],
      [4, 0x7e059ea6],
      [8, 0x577999b1],
      [12, 0x6b28096c],
      [16, 0x8b31d501],
      [20, 0x911bb605],
    ]
    const bytes = new DataView(Uint8Array.from({ length: 20 }, (_, index) => index).buffer)
    const words = Uint32Array.from({ length: 5 }, (_, index) => bytes.getUint32(index * 4, true))
    const hash = new KeyedHash(0x03020100, 0x07060504)
    for (const [length, expected] of vectors) assert.equal(hash.of(words, 0, length / 4), expected)
  })

  test('starts where it is told', () => {
    const hash = KeyedHash.random()
    assert.equal(hash.of(Uint32Array.of(9, 1, 2, 9), 1, 2), hash.of(Uint32Array.of(1, 2), 0, 2))
  })

  test('differs from key to key', () => {
    const words = Uint32Array.of(1, 2, 3, 4)
    const hashes = Array.from({ length: 8 }, () => KeyedHash.random().of(words, 0, 4))
    assert.ok(new Set(hashes).size > 1)
  })
})
