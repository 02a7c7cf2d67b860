import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { formatAddress } from '../../src/protocol/ip-address.ts'
import { localAddressTowards } from '../../src/transport/local-address.ts'
import { addressBytes } from '../support/addresses.ts'
import { assertOpenResources } from '../support/open-resources.ts'

async function towards(address: string): Promise<string | undefined> {
  const local = await localAddressTowards(addressBytes(address))
  return local === undefined ? undefined : formatAddress(local)
}

const own = Object.values(networkInterfaces()).flatMap(list => list ?? [])

test('this machine is reached by the address it is asked at', async () => {
  const addresses = own.map(({ address }) => address).filter(address => !address.startsWith('fe80:'))
  for (const address of addresses) assert.equal(await towards(address), address)
})

test('somebody elsewhere is reached by one of our addresses, or by none', async () => {
  // Addresses for documentation (RFC 5737, RFC 3849). Nothing is sent to them.
  for (const elsewhere of ['203.0.113.1', '2001:db8::1']) {
    const local = await towards(elsewhere)
    assert.ok(local === undefined || own.some(({ address }) => address === local), local)
  }
})

test('where there is no way, there is no address', { skip: process.platform !== 'linux' }, async () => {
  // Which network it is on, a link-local address does not tell.
  for (const nowhere of ['255.255.255.255', 'fe80::1']) assert.equal(await towards(nowhere), undefined)
})

test('leaves no socket open', async () => {
  await Promise.all(Array.from({ length: 20 }, () => towards('127.0.0.1')))
  await assertOpenResources({})
})
