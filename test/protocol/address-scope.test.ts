import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isLimitedBroadcast,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
} from '../../src/protocol/address-scope.ts'
import { addressBytes } from '../support/addresses.ts'

const scopes = { isLoopback, isUnspecified, isMulticast, isLimitedBroadcast, isLinkLocal }

/** Each address and the one scope that holds for it. */
const vectors: readonly (readonly [address: string, scope: keyof typeof scopes | 'none'])[] = [
  ['127.0.0.1', 'isLoopback'],
  ['127.255.255.255', 'isLoopback'],
  ['::ffff:127.0.0.1', 'isLoopback'],
  ['::1', 'isLoopback'],
  ['126.255.255.255', 'none'],
  ['128.0.0.0', 'none'],
  ['::2', 'none'],
  ['::1:1', 'none'],
  ['1::1', 'none'],
  ['::7f00:1', 'none'],
  ['0.0.0.0', 'isUnspecified'],
  ['0.255.255.255', 'isUnspecified'],
  ['1.0.0.0', 'none'],
  ['::', 'isUnspecified'],
  ['1::', 'none'],
  ['224.0.0.0', 'isMulticast'],
  ['239.255.255.255', 'isMulticast'],
  ['223.255.255.255', 'none'],
  ['240.0.0.0', 'none'],
  ['ff00::', 'isMulticast'],
  ['ff02::1', 'isMulticast'],
  ['feff::', 'none'],
  ['255.255.255.255', 'isLimitedBroadcast'],
  ['255.255.255.254', 'none'],
  ['254.255.255.255', 'none'],
  ['169.254.0.1', 'isLinkLocal'],
  ['169.253.0.1', 'none'],
  ['170.254.0.1', 'none'],
  ['fe80::1', 'isLinkLocal'],
  ['febf::1', 'isLinkLocal'],
  ['fec0::1', 'none'],
  ['fe00::1', 'none'],
  ['192.168.1.1', 'none'],
  ['2001:db8::1', 'none'],
]

test('each address is of its scope and of no other, wherever its bytes stand', () => {
  for (const [address, scope] of vectors) {
    const among = new Uint8Array(40).fill(0xee)
    among.set(addressBytes(address), 7)
    for (const [name, holds] of Object.entries(scopes)) {
      assert.equal(holds(addressBytes(address)), name === scope, `${name} ${address}`)
      assert.equal(holds(among, 7), name === scope, `${name} ${address} at an offset`)
    }
  }
})
