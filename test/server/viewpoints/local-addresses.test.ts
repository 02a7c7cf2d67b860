import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { formatAddress } from '../../../src/protocol/ip-address.ts'
import {
  hasSameAddresses,
  LocalAddresses,
  MAX_LOCAL_ADDRESSES,
} from '../../../src/server/viewpoints/local-addresses.ts'
import { addressBytes } from '../../support/addresses.ts'
import { networkInterface } from './network-interface.ts'

const interfaces = {
  lo: [
    networkInterface('127.0.0.1', 8, true),
    networkInterface('192.0.2.77', 32, true),
    networkInterface('::1', 128, true),
  ],
  wide: [networkInterface('10.0.0.5', 8), networkInterface('fd00::5', 48), networkInterface('fe80::5', 64)],
  narrow: [networkInterface('10.1.2.6', 28), networkInterface('fd00:0:0:7::6', 64)],
  unconfigured: [networkInterface('169.254.3.4', 16)],
  cable: [networkInterface('10.9.9.0', 31)],
}
const addresses = new LocalAddresses(interfaces)

function text(address: Uint8Array | undefined): string | undefined {
  return address === undefined ? undefined : formatAddress(address)
}

/** Asks about an address in the midst of other bytes. */
function ask<Answer>(question: (bytes: Uint8Array, offset: number) => Answer, address: string): Answer {
  const among = new Uint8Array(40).fill(0xee)
  among.set(addressBytes(address), 9)
  return question(among, 9)
}

test('knows its own addresses, the loopback interface’s too', () => {
  const own = (address: string) => text(ask((bytes, offset) => addresses.own(bytes, offset), address))
  for (const list of Object.values(interfaces)) {
    for (const { address } of list) assert.equal(own(address), address)
  }
  for (const other of ['127.0.0.2', '10.0.0.6', '10.1.2.5', 'fd00::6', '::2'])
    assert.equal(own(other), undefined)
})

test('answers its address on the closest network, never the loopback’s', () => {
  const neighbour = (address: string) =>
    text(ask((bytes, offset) => addresses.neighbour(bytes, offset), address))
  for (const [asker, expected] of [
    ['10.1.2.1', '10.1.2.6'],
    ['10.1.2.15', '10.1.2.6'],
    ['10.1.2.16', '10.0.0.5'],
    ['10.200.0.1', '10.0.0.5'],
    ['11.0.0.1', undefined],
    ['169.254.200.200', '169.254.3.4'],
    ['fd00:0:0:7::1', 'fd00:0:0:7::6'],
    ['fd00:0:0:8::1', 'fd00::5'],
    ['fd00:0:1::1', undefined],
    ['127.0.0.1', undefined],
    ['192.0.2.77', undefined],
    ['::a01:201', undefined],
  ] as const) {
    assert.equal(neighbour(asker), expected, asker)
  }
})

test('tells what machines elsewhere may reach it by, in the system’s order', () => {
  assert.deepEqual(addresses.reachable('ipv4').map(text), ['10.0.0.5', '10.1.2.6', '10.9.9.0'])
  assert.deepEqual(addresses.reachable('ipv6').map(text), ['fd00::5', 'fd00:0:0:7::6'])
  assert.deepEqual(addresses.ipv6LinkLocal.map(text), ['fe80::5'])
})

test('knows the addresses that mean all of one of its networks', () => {
  const isBroadcast = (address: string) =>
    ask((bytes, offset) => addresses.isDirectedBroadcast(bytes, offset), address)
  for (const everybody of ['10.255.255.255', '10.1.2.15', '169.254.255.255', '127.255.255.255']) {
    assert.equal(isBroadcast(everybody), true, everybody)
  }
  // A network of two has none; one that is not ours may be anything; IPv6 has none at all.
  for (const somebody of [
    '10.9.9.1',
    '192.0.2.77',
    '11.255.255.255',
    '10.1.2.14',
    'fd00::ffff:ffff:ffff:ffff',
  ]) {
    assert.equal(isBroadcast(somebody), false, somebody)
  }
})

test('a mask that is none makes a network of one address', () => {
  const odd = new LocalAddresses({ eth0: [{ ...networkInterface('10.1.2.3', 8), netmask: 'none' }] })
  assert.equal(text(odd.own(addressBytes('10.1.2.3'))), '10.1.2.3')
  assert.equal(odd.neighbour(addressBytes('10.1.2.4')), undefined)
})

test('looks at so many addresses and no more', () => {
  const many = Array.from({ length: MAX_LOCAL_ADDRESSES + 10 }, (_, index) =>
    networkInterface(`10.1.${index >> 8}.${index & 255}`, 32),
  )
  const crowded = new LocalAddresses({ eth0: many, absent: undefined })
  assert.equal(crowded.reachable('ipv4').length, MAX_LOCAL_ADDRESSES)
})

test('interfaces are the same where addresses and masks are', () => {
  const { narrow, ...rest } = interfaces
  assert.ok(hasSameAddresses(interfaces, structuredClone(interfaces)))
  assert.ok(!hasSameAddresses(interfaces, rest))
  assert.ok(!hasSameAddresses(interfaces, { ...rest, narrow: [networkInterface('10.1.2.6', 24)] }))
  assert.ok(narrow.length > 0)
})

test('this machine’s own', () => {
  const interfaces = networkInterfaces()
  const real = new LocalAddresses(interfaces)
  for (const { address } of Object.values(interfaces).flatMap(list => list ?? [])) {
    assert.equal(text(real.own(addressBytes(address))), address)
  }
  assert.equal(real.neighbour(addressBytes('127.0.0.1')), undefined)
})
