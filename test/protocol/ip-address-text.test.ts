import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { ADDRESS_BYTES, formatAddress, writeAddress } from '../../src/protocol/ip-address.ts'

/** Fixed, so that a failure is the same for everybody. */
const SEED = 20_261_122

const address = fc.uint8Array({ minLength: ADDRESS_BYTES, maxLength: ADDRESS_BYTES })
/** Addresses with runs of zeros, which random bytes hardly have. */
const sparseAddress = fc
  .tuple(address, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }))
  .map(([bytes, keep]) => bytes.map((byte, index) => (keep[index >> 1] ? byte : 0)))

function groupsOf(bytes: Uint8Array): string[] {
  const groups: string[] = []
  for (let index = 0; index < ADDRESS_BYTES; index += 2) {
    groups.push((((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16))
  }
  return groups
}

/** The ways to write an IPv6 address: any run of zeros as `::`, the last four bytes dotted, upper case, zeros ahead. */
function spellings(bytes: Uint8Array): string[] {
  const groups = groupsOf(bytes)
  const dotted = bytes.subarray(12).join('.')
  const all = [
    groups.join(':'),
    groups.map(group => group.padStart(4, '0')).join(':'),
    [...groups.slice(0, 6), dotted].join(':'),
  ]
  for (let from = 0; from < 8; from += 1) {
    for (let to = from + 1; to <= 8 && groups[to - 1] === '0'; to += 1) {
      const head = groups.slice(0, from).join(':')
      all.push(`${head}::${groups.slice(to).join(':')}`)
      if (to <= 6) all.push(`${head}::${[...groups.slice(to, 6), dotted].join(':')}`)
    }
  }
  return [...all, ...all.map(text => text.toUpperCase()), ...all.map(text => `${text}%eth0`)]
}

test('every spelling of an IPv6 address gives its bytes', () => {
  fc.assert(
    fc.property(fc.oneof(address, sparseAddress), bytes => {
      for (const text of spellings(bytes)) {
        assert.equal(isIP(text), 6, `${text} is no spelling`)
        const written = new Uint8Array(20).fill(0xee)
        assert.equal(writeAddress(text, written, 2), true, text)
        assert.deepEqual(written.subarray(2, 18), bytes, text)
        assert.deepEqual([...written.subarray(0, 2), ...written.subarray(18)], [0xee, 0xee, 0xee, 0xee])
      }
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('an IPv4 address is written as an IPv4-mapped one and read back', () => {
  fc.assert(
    fc.property(fc.ipV4(), text => {
      const written = new Uint8Array(ADDRESS_BYTES)
      assert.equal(writeAddress(text, written), true)
      assert.equal(formatAddress(written), text)
      const mapped = new Uint8Array(ADDRESS_BYTES)
      assert.equal(writeAddress(`::ffff:${text}`, mapped), true)
      assert.deepEqual(mapped, written)
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('what is an address is what Node takes for one', () => {
  const near = fc
    .array(
      fc.constantFrom(
        '0',
        '1',
        '9',
        '25',
        '255',
        '256',
        '01',
        'a',
        'F',
        'ffff',
        '12345',
        'g',
        '.',
        ':',
        '::',
        '-',
      ),
    )
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(near, fc.ipV4(), fc.ipV6(), fc.string()), text => {
      fc.pre(!text.includes('%'))
      assert.equal(writeAddress(text, new Uint8Array(ADDRESS_BYTES)), isIP(text) !== 0, text)
    }),
    { seed: SEED, numRuns: 20_000 },
  )
})
