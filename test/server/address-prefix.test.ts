import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PREFIX_WORDS, writePrefix } from '../../src/server/address-prefix.ts'
import { addressBytes } from '../support/addresses.ts'

function prefixOf(address: string): string {
  const among = new Uint8Array(40).fill(0xee)
  among.set(addressBytes(address), 3)
  const prefix = new Uint32Array(PREFIX_WORDS)
  writePrefix(among, 3, prefix)
  return prefix.join()
}

test('addresses of one network share a prefix, and no others do', () => {
  const networks = [
    ['198.51.100.0', '198.51.100.255', '::ffff:198.51.100.7'],
    ['198.51.101.0'],
    ['198.50.100.0'],
    ['199.51.100.0'],
    ['2001:db8::', '2001:db8:0:ff:ffff::1'],
    ['2001:db8:0:100::'],
    ['2001:db8:1::'],
    ['2001:db9::'],
    ['2002:db8::'],
    // Those of zeros, and an IPv6 address whose bytes read like an IPv4 prefix.
    ['0.0.0.0'],
    ['::'],
    ['0:0:c633:6400::'],
  ]
  const prefixes = networks.map(addresses => new Set(addresses.map(prefixOf)))
  assert.ok(prefixes.every(of => of.size === 1))
  assert.equal(new Set(prefixes.flatMap(of => [...of])).size, networks.length)
  assert.ok(prefixes.every(of => !of.has('0,0')))
})
