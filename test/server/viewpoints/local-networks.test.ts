import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Interfaces } from '../../../src/server/viewpoints/local-addresses.ts'
import { LocalNetworks } from '../../../src/server/viewpoints/local-networks.ts'
import { addressBytes } from '../../support/addresses.ts'
import { assertOpenResources } from '../../support/open-resources.ts'
import { networkInterface } from './network-interface.ts'

test('the addresses are read again, and are another object only when they changed', () => {
  let told: Interfaces = { eth0: [networkInterface('10.1.0.5', 16)] }
  let refresh = () => {}
  let cancelled = 0
  const networks = new LocalNetworks(
    () => told,
    action => {
      refresh = action
      return () => {
        cancelled += 1
      }
    },
  )
  const before = networks.addresses
  networks.start()
  networks.start()
  told = structuredClone(told)
  refresh()
  assert.equal(networks.addresses, before)
  told = { ...told, wlan0: [networkInterface('10.2.0.5', 16)] }
  refresh()
  assert.notEqual(networks.addresses, before)
  assert.ok(networks.addresses.own(addressBytes('10.2.0.5')))
  networks.stop()
  networks.stop()
  assert.equal(cancelled, 1)
})

test('a system that does not tell leaves what it told before', () => {
  let refresh = () => {}
  let isBroken = false
  const read = () => {
    if (isBroken) throw new Error('not now')
    return { eth0: [networkInterface('10.1.0.5', 16)] }
  }
  const networks = new LocalNetworks(read, action => {
    refresh = action
    return () => {}
  })
  networks.start()
  isBroken = true
  refresh()
  assert.ok(networks.addresses.own(addressBytes('10.1.0.5')))
})

test('reads the real ones, and leaves no timer', async () => {
  const networks = new LocalNetworks()
  assert.ok(networks.addresses.own(addressBytes('127.0.0.1')))
  networks.start()
  networks.stop()
  await assertOpenResources({})
})
