import assert from 'node:assert/strict'
import { isIPv4, isIPv6 } from 'node:net'
import test from 'node:test'
import fc from 'fast-check'
import {
  formatEndpoint,
  MAX_ENDPOINT_BYTES,
  parseEndpoint,
  parsePort,
  writeEndpoint,
} from '../../src/protocol/endpoint.ts'
import { ADDRESS_BYTES, formatAddress, writeAddress } from '../../src/protocol/ip-address.ts'
import { assertProperty } from '../support/property.ts'
import { anyText, endpoint, port } from '../support/wire-arbitraries.ts'

test('every port from 1 to 65535 is one, and no other number', () => {
  for (let number = -10; number < 100_010; number += 1) {
    assert.equal(parsePort(String(number)), number >= 1 && number <= 65_535 ? number : undefined)
  }
})

test('a port may have leading zeros, within five digits', () => {
  assert.equal(parsePort('00080'), 80)
  assert.equal(parsePort('000080'), undefined)
})

for (const text of [
  '',
  ' 80',
  '80 ',
  '80\n',
  '+80',
  '-80',
  '8.0',
  '8e1',
  '0x50',
  '8_0',
  '٨٠',
  '８０',
  'http',
]) {
  test(`${JSON.stringify(text)} is no port`, () => assert.equal(parsePort(text), undefined))
}

test('IPv4 stands bare, IPv6 in brackets', () => {
  assert.equal(formatEndpoint({ address: '1.2.3.4', port: 80 }), '1.2.3.4:80')
  assert.equal(formatEndpoint({ address: '::1', port: 80 }), '[::1]:80')
  assert.deepEqual(parseEndpoint('[::ffff:1.2.3.4]:80'), { address: '::ffff:1.2.3.4', port: 80 })
  const longest = 'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255'
  assert.deepEqual(parseEndpoint(`[${longest}]:65535`), { address: longest, port: 65_535 })
})

test('what is formatted is read as it was', () => {
  assertProperty(
    fc.property(endpoint, value => assert.deepEqual(parseEndpoint(formatEndpoint(value)), value)),
  )
})

test('is written into bytes as it is formatted, at its place and nowhere else', () => {
  assertProperty(
    fc.property(
      endpoint,
      fc.nat({ max: 20 }),
      fc.nat({ max: 20 }),
      ({ address, port: number }, offset, at) => {
        const bytes = Buffer.alloc(offset + ADDRESS_BYTES)
        assert.ok(writeAddress(address, bytes, offset))
        const expected = formatEndpoint({ address: formatAddress(bytes, offset), port: number })
        const into = Buffer.alloc(at + MAX_ENDPOINT_BYTES + 1, '?')
        const end = writeEndpoint(bytes, offset, number, into, at)
        assert.equal(into.toString('latin1'), `${'?'.repeat(at)}${expected}`.padEnd(into.length, '?'))
        assert.equal(end, at + expected.length)
      },
    ),
    2000,
  )
})

test('every port is written without leading zeros', () => {
  const loopback = Buffer.alloc(ADDRESS_BYTES)
  writeAddress('127.0.0.1', loopback)
  const into = Buffer.alloc(MAX_ENDPOINT_BYTES)
  for (let number = 1; number <= 65_535; number += 1) {
    const end = writeEndpoint(loopback, 0, number, into, 0)
    assert.equal(into.toString('latin1', 0, end), `127.0.0.1:${number}`)
  }
})

test('the longest endpoint is as long as it says', () => {
  const into = Buffer.alloc(100)
  assert.equal(writeEndpoint(Buffer.alloc(ADDRESS_BYTES, 0xff), 0, 65_535, into, 0), MAX_ENDPOINT_BYTES)
})

const refused = [
  ...['', ':', ':80', '1.2.3.4', '1.2.3.4:', '1.2.3.4:0', '1.2.3.4:65536', '1.2.3.4:000080', '1.2.3.4:80:80'],
  ...['1.2.3:80', '1.2.3.4.5:80', '256.2.3.4:80', '01.2.3.4:80', '1.2.3.4 :80', '1.2.3.4: 80', ' 1.2.3.4:80'],
  ...['1.2.3.4:80\n', '1.2.3.4:80 ', '1.2.3.4:+80', '1.2.3.4:٨٠', '١.٢.٣.٤:80', '[1.2.3.4]:80'],
  ...[
    '::1:80',
    '[::1]',
    '[::1]:',
    '[::1]80',
    '[::1:80',
    '::1]:80',
    '[]:80',
    '[:::]:80',
    '[::1%lo]:80',
    '[[::1]]:80',
  ],
  ...['[1:2:3:4:5:6:7]:80', '[1:2:3:4:5:6:7:8:9]:80', '[1::2::3]:80', '[::1.2.3.256]:80', '[12345::]:80'],
  ...['localhost:80', 'a.png:80'],
]
for (const text of refused) {
  test(`${JSON.stringify(text)} is no endpoint`, () => assert.equal(parseEndpoint(text), undefined))
}

test('agrees with a reading at the last colon, for text that comes close', () => {
  const host = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789.'), maxLength: 16 }),
    fc
      .string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF:.%g['), maxLength: 46 })
      .map(text => `[${text}]`),
    fc.ipV4(),
    fc.ipV6().map(text => `[${text}]`),
    anyText,
  )
  const portText = fc.oneof(
    port.map(String),
    fc.string({ unit: fc.constantFrom(...'0123456789 +'), maxLength: 7 }),
  )
  assertProperty(
    fc.property(host, portText, (address, number) => {
      const text = `${address}:${number}`
      const bare = /^\[.*\]$/.test(address) && isIPv6(address.slice(1, -1)) ? address.slice(1, -1) : undefined
      const known = isIPv4(address) ? address : bare?.includes('%') ? undefined : bare
      const parsed = /^[0-9]{1,5}$/.test(number) && Number(number) > 0 && Number(number) < 65_536
      const expected = known !== undefined && parsed ? { address: known, port: Number(number) } : undefined
      assert.deepEqual(parseEndpoint(text), expected)
    }),
    5000,
  )
})
