import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import test from 'node:test'
import fc from 'fast-check'
import { ADDRESS_BYTES, formatAddress, isIPv4Mapped, writeAddress } from '../../src/protocol/ip-address.ts'
import { assertProperty } from '../support/property.ts'
import { anyText, ipv4, ipv6 } from '../support/wire-arbitraries.ts'

function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.alloc(ADDRESS_BYTES)
  return writeAddress(text, bytes) ? bytes : undefined
}

function canonical(text: string): string | undefined {
  const bytes = bytesOf(text)
  return bytes === undefined ? undefined : formatAddress(bytes)
}

/** The WHATWG URL Standard's serializer, which follows RFC 5952 but for mapped addresses. */
function urlText(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}

const rawAddress = fc.uint8Array({ minLength: 16, maxLength: 16 })
/** Addresses with runs of zeros, where the shortest text is not obvious. */
const sparseAddress = fc
  .array(fc.oneof(fc.constant([0, 0]), fc.constant([0, 0]), fc.tuple(fc.nat(255), fc.nat(255))), {
    minLength: 8,
    maxLength: 8,
  })
  .map(groups => Uint8Array.from(groups.flat()))

test('IPv4 is written as its mapped IPv6 address and read back dotted', () => {
  assert.equal(bytesOf('192.0.2.33')?.toString('hex'), '00000000000000000000ffffc0000221')
  assertProperty(fc.property(ipv4, text => assert.equal(canonical(text), text)))
})

test('IPv4 and its mapped forms are the same address', () => {
  assertProperty(
    fc.property(ipv4, text => {
      const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)
      const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
      for (const mapped of [
        `::ffff:${text}`,
        `::FFFF:${hex}`,
        `0:0:0:0:0:ffff:${text}`,
        `::ffff:${text}%eth0`,
      ]) {
        assert.equal(canonical(mapped), text)
      }
    }),
  )
})

test('only mapped addresses are IPv4', () => {
  for (const text of ['::ffff:1.2.3.4', '1.2.3.4', '::ffff:0:0', '255.255.255.255']) {
    assert.ok(isIPv4Mapped(bytesOf(text) ?? Buffer.alloc(0)), text)
  }
  for (const text of [
    '::',
    '::1',
    '::1.2.3.4',
    '::fffe:1.2.3.4',
    '::1:ffff:1.2.3.4',
    'ffff::',
    '64:ff9b::1.2.3.4',
  ]) {
    assert.ok(!isIPv4Mapped(bytesOf(text) ?? Buffer.alloc(0)), text)
  }
})

const shortest: Record<string, string> = {
  // RFC 5952, sections 4.1 to 4.3
  '2001:0db8::0001': '2001:db8::1',
  '2001:db8:0:0:0:0:2:1': '2001:db8::2:1',
  '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
  '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
  '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
  '2001:DB8::ABCD': '2001:db8::abcd',
  // The ends
  '0:0:0:0:0:0:0:0': '::',
  '0:0:0:0:0:0:0:1': '::1',
  '1:0:0:0:0:0:0:0': '1::',
  '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0',
  '::2:3:4:5:6:7:8': '0:2:3:4:5:6:7:8',
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff': 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  // Dotted tails and zones
  '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
  '1:2:3:4:5:6:255.0.0.1': '1:2:3:4:5:6:ff00:1',
  'fe80::1%eth0': 'fe80::1',
  'fe80::1%': 'fe80::1',
}
for (const [text, expected] of Object.entries(shortest)) {
  test(`${text} is ${expected}`, () => assert.equal(canonical(text), expected))
}

test('16 bytes survive being formatted and written', () => {
  assertProperty(
    fc.property(fc.oneof(rawAddress, sparseAddress), bytes => {
      const text = formatAddress(bytes)
      assert.notEqual(isIP(text), 0)
      assert.deepEqual(bytesOf(text), Buffer.from(bytes))
    }),
    5000,
  )
})

test('the text is the one of the URL standard', () => {
  assertProperty(
    fc.property(fc.oneof(rawAddress, sparseAddress), bytes => {
      fc.pre(!isIPv4Mapped(bytes))
      const long = Buffer.from(bytes)
        .toString('hex')
        .replace(/(.{4})(?!$)/g, '$1:')
      assert.equal(formatAddress(bytes), urlText(long))
    }),
    5000,
  )
  assertProperty(
    fc.property(ipv6, text => {
      fc.pre(!/^(?:0*:)*:?(?:0*:)*ffff:[^:]*(?::[^:]*)?$/i.test(text))
      assert.equal(canonical(text), urlText(text))
    }),
    5000,
  )
})

test('writes at an offset and nowhere else', () => {
  const bytes = Buffer.alloc(ADDRESS_BYTES * 3, 0xee)
  assert.ok(writeAddress('2001:db8::7', bytes, ADDRESS_BYTES))
  assert.equal(formatAddress(bytes, ADDRESS_BYTES), '2001:db8::7')
  const around = Buffer.concat([bytes.subarray(0, ADDRESS_BYTES), bytes.subarray(2 * ADDRESS_BYTES)])
  assert.deepEqual(around, Buffer.alloc(2 * ADDRESS_BYTES, 0xee))
  assert.ok(writeAddress('10.0.0.7', bytes, 2 * ADDRESS_BYTES))
  assert.ok(isIPv4Mapped(bytes, 2 * ADDRESS_BYTES))
  assert.equal(formatAddress(bytes, 2 * ADDRESS_BYTES), '10.0.0.7')
})

const refused = [
  ...['', '%eth0', '1.2.3', '1.2.3.4.5', '256.0.0.1', '01.2.3.4', '1.2.3.4:80', ' 1.2.3.4', '1.2.3.4 '],
  ...[
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4::5:6:7:8',
    '12345::',
    'g::',
    '[::1]',
  ],
  ...['::1.2.3', '::1.2.3.256', '1:2:3:4:5:6:7:1.2.3.4', '1.2.3.4::', 'localhost'],
]
for (const text of refused) {
  test(`${JSON.stringify(text)} is no address and writes nothing beside its 16 bytes`, () => {
    const bytes = Buffer.alloc(ADDRESS_BYTES + 8, 0xee)
    assert.equal(writeAddress(text, bytes, 4), false)
    const beside = Buffer.concat([bytes.subarray(0, 4), bytes.subarray(4 + ADDRESS_BYTES)])
    assert.deepEqual(beside, Buffer.alloc(8, 0xee))
  })
}

test('takes exactly what the system takes for an address, and never throws', () => {
  const near = fc.string({ unit: fc.constantFrom(...'0123456789abcdfF:.::%'), maxLength: 24 })
  assertProperty(
    fc.property(fc.oneof(near, ipv6, anyText), text => {
      const bare = text.split('%')[0] ?? ''
      assert.equal(bytesOf(text) !== undefined, isIP(bare) !== 0)
    }),
    5000,
  )
})
