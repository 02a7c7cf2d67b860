import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ByteChains } from '../../src/catalog/byte-chains.ts'

/** What `chains` has under `chain`, and that nothing is written beside it. */
function read(chains: ByteChains, chain: number, length: number): Buffer {
  const into = Buffer.alloc(length + 2, 0xee)
  chains.copy(chain, length, into, 1)
  assert.equal(into[0], 0xee)
  assert.equal(into[length + 1], 0xee)
  return into.subarray(1, length + 1)
}

suite('byte chains', () => {
  test('give back what they were given, whatever came and went', () => {
    const command = fc.record({
      bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }),
      removes: fc.option(fc.nat()),
    })
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60, size: 'max' }), commands => {
        const chains = new ByteChains()
        const held: { chain: number; bytes: Uint8Array }[] = []
        for (const { bytes, removes } of commands) {
          const around = Buffer.concat([Buffer.from('<'), bytes, Buffer.from('>')])
          held.push({ chain: chains.add(around, 1, 1 + bytes.length), bytes })
          if (removes !== null) {
            const [gone] = held.splice(removes % held.length, 1)
            if (gone !== undefined) chains.remove(gone.chain)
          }
          for (const each of held) {
            assert.deepEqual(read(chains, each.chain, each.bytes.length), Buffer.from(each.bytes))
          }
        }
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  test('use for any length what was freed by another', () => {
    const chains = new ByteChains()
    const fill = (length: number, count: number) => {
      const bytes = new Uint8Array(length).fill(7)
      return Array.from({ length: count }, () => chains.add(bytes, 0, length))
    }
    // 28 bytes to a block: 20,000 blocks each time.
    let held = fill(28, 20_000)
    const capacity = chains.capacityBytes
    for (const [length, count] of [
      [56, 10_000],
      [29, 10_000],
      [992, 555],
      [1, 20_000],
    ] as const) {
      for (const chain of held) chains.remove(chain)
      held = fill(length, count)
      assert.equal(chains.capacityBytes, capacity, `${count} of ${length} bytes`)
    }
  })
})
