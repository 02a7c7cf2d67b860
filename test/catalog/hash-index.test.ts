import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { HashIndex } from '../../src/catalog/hash-index.ts'
import { NO_ROW } from '../../src/catalog/rows.ts'

/** All rows under `hash`. */
function rowsOf(index: HashIndex, hash: number): number[] {
  const rows: number[] = []
  for (let row = index.first(hash); row !== NO_ROW; row = index.next()) rows.push(row)
  return rows
}

/** Hashes that look random and repeat from run to run. */
function* hashes(): Generator<number, never> {
  for (let number = 1; ; number += 1) yield Math.imul(number, 0x9e3779b1) >>> 0
}

suite('the hash index', () => {
  test('finds nothing where nothing is', () => {
    const index = new HashIndex()
    for (const hash of [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) assert.equal(index.first(hash), NO_ROW)
  })

  test('does what a map does, with hashes that fall together', () => {
    // Few slots, at the end of a region and around its start, in the first regions and the last.
    const hash = fc
      .tuple(fc.constantFrom(0, 0x4000_0000, 0xffff_0000), fc.constantFrom(0, 1, 2, 3, 4093, 4094, 4095))
      .map(([top, low]) => (top | low) >>> 0)
    const command = fc.record({ isInsert: fc.boolean(), hash, pick: fc.nat() })
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200, size: 'max' }), commands => {
        const index = new HashIndex()
        const held: { hash: number; row: number }[] = []
        let row = 0
        for (const { isInsert, hash: ofHash, pick } of commands) {
          if (isInsert || held.length === 0) {
            row += 1
            index.insert(ofHash, row)
            held.push({ hash: ofHash, row })
          } else {
            const [gone] = held.splice(pick % held.length, 1)
            if (gone !== undefined) index.remove(gone.hash, gone.row)
          }
          for (const each of new Set(commands.map(other => other.hash))) {
            const expected = held.filter(other => other.hash === each).map(other => other.row)
            assert.deepEqual(
              rowsOf(index, each).sort((a, b) => a - b),
              expected,
            )
          }
        }
      }),
      { seed: 1, numRuns: 100 },
    )
  })

  test('holds many: each is found, removed ones are not, and the rest stay', () => {
    const index = new HashIndex()
    const count = 100_000
    const source = hashes()
    const held = Array.from({ length: count }, () => source.next().value)
    held.forEach((hash, number) => {
      index.insert(hash, number + 1)
    })
    held.forEach((hash, number) => {
      assert.deepEqual(rowsOf(index, hash), [number + 1])
    })
    held.forEach((hash, number) => {
      if (number % 3 === 0) index.remove(hash, number + 1)
    })
    held.forEach((hash, number) => {
      assert.deepEqual(rowsOf(index, hash), number % 3 === 0 ? [] : [number + 1])
    })
    for (let more = 0; more < 1000; more += 1) assert.equal(index.first(source.next().value), NO_ROW)
  })

  test('takes the memory of its fullest moment once, and again no more', () => {
    const index = new HashIndex()
    const source = hashes()
    const held = Array.from({ length: 50_000 }, () => source.next().value)
    let capacity = 0
    for (let round = 0; round < 5; round += 1) {
      held.forEach((hash, number) => {
        index.insert(hash, number + 1)
      })
      if (round === 0) capacity = index.capacityBytes
      held.forEach((hash, number) => {
        index.remove(hash, number + 1)
      })
      assert.equal(index.capacityBytes, capacity)
    }
  })

  test('grows only where it is full: hashes that begin with the same 12 bits', () => {
    const index = new HashIndex()
    const empty = index.capacityBytes
    const source = hashes()
    const held = Array.from({ length: 20_000 }, () => (0xabc0_0000 | (source.next().value >>> 12)) >>> 0)
    held.forEach((hash, number) => {
      index.insert(hash, number + 1)
    })
    held.forEach((hash, number) => {
      assert.ok(rowsOf(index, hash).includes(number + 1))
    })
    assert.ok(index.capacityBytes <= empty + 2 * 512 * 1024, 'a dozen regions more, and the directory')

    // The regions of all other hashes are split later, each under many entries of the directory.
    const others = Array.from({ length: 100_000 }, () => source.next().value)
    others.forEach((hash, number) => {
      index.insert(hash, 20_001 + number)
    })
    held.forEach((hash, number) => {
      assert.ok(rowsOf(index, hash).includes(number + 1))
    })
    others.forEach((hash, number) => {
      assert.ok(rowsOf(index, hash).includes(20_001 + number))
    })
  })

  test('says so when one hash has more rows than any region holds', () => {
    const index = new HashIndex()
    for (let row = 1; row < 4096; row += 1) index.insert(0x1234_5678, row)
    assert.equal(rowsOf(index, 0x1234_5678).length, 4095)
    assert.throws(() => index.insert(0x1234_5678, 4096), RangeError)
    assert.equal(rowsOf(index, 0x1234_5678).length, 4095)
    index.insert(0x8234_5678, 5000)
    assert.deepEqual(rowsOf(index, 0x8234_5678), [5000])
  })
})
