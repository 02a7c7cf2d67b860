import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import test, { type TestContext } from 'node:test'
import { formatAddress } from '../../../src/protocol/ip-address.ts'
import type { Interfaces } from '../../../src/server/viewpoints/local-addresses.ts'
import { LocalNetworks } from '../../../src/server/viewpoints/local-networks.ts'
import type { RouteLookup } from '../../../src/server/viewpoints/route-cache.ts'
import { AS_RECORDED, MAX_VIEWPOINTS, Viewpoints } from '../../../src/server/viewpoints/viewpoints.ts'
import { localAddressTowards } from '../../../src/transport/local-address.ts'
import { addressBytes } from '../../support/addresses.ts'
import { until } from '../../support/until.ts'
import { networkInterface } from './network-interface.ts'

const lo = [networkInterface('127.0.0.1', 8, true), networkInterface('::1', 128, true)]

const noLookup: RouteLookup = async () => assert.fail('there is nothing to look up')

function start(t: TestContext, interfaces: Interfaces, lookup: RouteLookup = noLookup) {
  let told = interfaces
  let refresh = () => {}
  const networks = new LocalNetworks(
    () => told,
    action => {
      refresh = action
      return () => {}
    },
  )
  networks.start()
  const viewpoints = new Viewpoints(networks, lookup)
  t.after(() => viewpoints.stop())
  const of = (asker: string) => {
    const among = new Uint8Array(40).fill(0xee)
    among.set(addressBytes(asker), 11)
    return viewpoints.viewpointOf(among, 11)
  }
  /** By which address an asker is told of owners on this machine. */
  const seenFrom = (asker: string) => {
    const { loopbackAs } = of(asker)
    return loopbackAs === undefined ? undefined : formatAddress(loopbackAs)
  }
  const change = (interfaces: Interfaces) => {
    told = interfaces
    refresh()
  }
  return { viewpoints, of, seenFrom, change }
}

test('who asks on this machine is told 127.0.0.1, as recorded', t => {
  const { of } = start(t, { lo, eth0: [networkInterface('10.1.0.5', 16)] })
  for (const asker of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])
    assert.equal(of(asker), AS_RECORDED)
})

test('who is one of our own addresses is told that one, who is on a network of ours our address there', t => {
  const { seenFrom } = start(t, {
    lo: [...lo, networkInterface('192.0.2.77', 32, true)],
    eth0: [networkInterface('10.1.0.5', 16), networkInterface('fd00:1::5', 64)],
    wlan0: [networkInterface('10.2.0.6', 16), networkInterface('fd00:2::6', 64)],
  })
  for (const [asker, expected] of [
    ['10.1.0.5', '10.1.0.5'],
    ['10.2.0.6', '10.2.0.6'],
    ['192.0.2.77', '192.0.2.77'],
    ['fd00:2::6', 'fd00:2::6'],
    ['10.1.200.1', '10.1.0.5'],
    ['::ffff:10.1.200.1', '10.1.0.5'],
    ['10.2.200.1', '10.2.0.6'],
    ['fd00:1::99', 'fd00:1::5'],
    ['fd00:2::99', 'fd00:2::6'],
  ] as const) {
    assert.equal(seenFrom(asker), expected, asker)
  }
})

test('who asks from elsewhere is told our only address of their family, and nothing is looked up', t => {
  const { seenFrom } = start(t, {
    lo,
    eth0: [
      networkInterface('169.254.7.7', 16),
      networkInterface('10.1.0.5', 16),
      networkInterface('fe80::5', 64),
    ],
  })
  assert.equal(seenFrom('198.51.100.1'), '10.1.0.5')
  // None of ours fits: none is made up.
  assert.equal(seenFrom('2001:db8::1'), undefined)
})

test('a machine without a network makes nothing up', t => {
  const { seenFrom } = start(t, { lo })
  for (const asker of ['198.51.100.1', '2001:db8::1', 'fe80::1']) assert.equal(seenFrom(asker), undefined)
})

test('who asks by a link-local address is told ours, where there is only one', t => {
  const eth0 = [
    networkInterface('10.1.0.5', 16),
    networkInterface('fd00:1::5', 64),
    networkInterface('fe80::5', 64),
  ]
  const { seenFrom, change } = start(t, { lo, eth0 })
  assert.equal(seenFrom('fe80::99'), 'fe80::5')
  assert.equal(seenFrom('fe80::5'), 'fe80::5')
  change({ lo, eth0, wlan0: [networkInterface('fe80::6', 64)] })
  assert.equal(seenFrom('fe80::99'), undefined)
})

test('of several addresses the first is told until the system’s route is known', async t => {
  const asked: string[] = []
  const routes: Readonly<Record<string, string | undefined>> = {
    '198.51.100.1': '10.2.0.6',
    '198.51.101.1': undefined,
    '198.51.102.1': '127.0.0.1',
    '198.51.103.1': '169.254.1.1',
    '2001:db8::1': 'fe80::5',
    // One that was given to this machine just now.
    '2001:db8:0:100::1': 'fd00:3::9',
  }
  const lookup: RouteLookup = async remote => {
    asked.push(formatAddress(remote))
    const local = routes[formatAddress(remote)]
    return local === undefined ? undefined : addressBytes(local)
  }
  const { seenFrom, of } = start(
    t,
    {
      lo,
      eth0: [networkInterface('10.1.0.5', 16), networkInterface('fd00:1::5', 64)],
      wlan0: [networkInterface('10.2.0.6', 16), networkInterface('fd00:2::6', 64)],
    },
    lookup,
  )
  for (const asker of Object.keys(routes)) {
    assert.equal(seenFrom(asker), asker.includes(':') ? 'fd00:1::5' : '10.1.0.5', asker)
  }
  await until(() => seenFrom('198.51.100.1') === '10.2.0.6')
  assert.equal(seenFrom('198.51.100.77'), '10.2.0.6')
  assert.equal(of('198.51.100.77'), of('10.2.3.4'))
  for (const nowhere of ['198.51.101.1', '198.51.102.1', '198.51.103.1', '2001:db8::1']) {
    await until(() => seenFrom(nowhere) === undefined)
  }
  await until(() => seenFrom('2001:db8:0:100::1') === 'fd00:3::9')
  // Two of them may share a place of the cache, whose hash is another in each process: then they are asked for in turns.
  assert.deepEqual(new Set(asked), new Set(Object.keys(routes)))
})

test('when our addresses change, what is told does at once', async t => {
  const eth0 = [networkInterface('10.1.0.5', 16)]
  const wlan0 = [networkInterface('10.2.0.6', 16)]
  const lookup: RouteLookup = async () => addressBytes('10.2.0.6')
  const { seenFrom, change } = start(t, { lo, eth0, wlan0 }, lookup)
  await until(() => seenFrom('198.51.100.1') === '10.2.0.6')
  change({ lo, eth0, tun0: [networkInterface('10.3.0.7', 16)] })
  assert.equal(seenFrom('198.51.100.1'), '10.1.0.5')
})

test('viewpoints are few objects, each of a number of its own', t => {
  const addresses = Array.from({ length: 40 }, (_, index) => `10.${index}.0.1`)
  const { of, viewpoints } = start(t, { lo, eth0: addresses.map(address => networkInterface(address, 24)) })
  const remote = addressBytes('198.51.100.1')
  for (const address of addresses) {
    const viewpoint = of(address)
    assert.equal(of(address), viewpoint)
    assert.equal(viewpoints.viewpointOfConnection(remote, addressBytes(address)), viewpoint)
    assert.ok(viewpoint.key >= 1 && viewpoint.key < MAX_VIEWPOINTS)
    assert.notEqual(viewpoint, AS_RECORDED)
  }
  const recent = addresses.slice(-(MAX_VIEWPOINTS - 1)).map(of)
  assert.equal(new Set(recent.map(({ key }) => key)).size, MAX_VIEWPOINTS - 1)
  // The one asked for longest ago is given up for another address, and the others stay.
  const [first, second] = addresses.slice(-(MAX_VIEWPOINTS - 1))
  assert.equal(of(first ?? ''), recent[0])
  const other = of(addresses[0] ?? '')
  assert.equal(other.key, recent[1]?.key)
  assert.notEqual(of(second ?? ''), recent[1])
  assert.equal(of(first ?? ''), recent[0])
})

test('who asks over a connection is told the address it came to', t => {
  const { viewpoints, of } = start(t, {
    lo,
    eth0: [networkInterface('10.1.0.5', 16)],
    wlan0: [networkInterface('10.2.0.6', 16), networkInterface('fe80::6', 64)],
  })
  const between = (remote: string, local: string) =>
    viewpoints.viewpointOfConnection(addressBytes(remote), addressBytes(local))
  assert.equal(between('198.51.100.1', '10.2.0.6'), of('10.2.0.6'))
  assert.equal(between('fe80::1', 'fe80::6'), of('fe80::6'))
  // An address that was given to this machine just now; the bytes are the caller's again afterwards.
  const local = addressBytes('10.3.0.7')
  const given = viewpoints.viewpointOfConnection(addressBytes('198.51.100.1'), local)
  local.fill(0)
  assert.deepEqual(given.loopbackAs, addressBytes('10.3.0.7'))
  assert.equal(between('198.51.100.1', '10.3.0.7'), given)
  for (const [remote, own] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['198.51.100.1', '::'],
    ['198.51.100.1', '0.0.0.0'],
  ] as const) {
    assert.equal(between(remote, own), AS_RECORDED)
  }
})

test('on this machine: the address told to a real client is one it can connect to', async t => {
  const networks = new LocalNetworks()
  const viewpoints = new Viewpoints(networks, localAddressTowards)
  t.after(() => viewpoints.stop())
  const own = Object.values(networkInterfaces())
    .flatMap(list => list ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  if (own.length === 0) return t.skip('this machine has no network')
  const hasIPv6 = own.some(({ family }) => family === 'IPv6')
  const server = createServer(socket => socket.destroy())
  server.listen(0, hasIPv6 ? '::' : '0.0.0.0')
  await once(server, 'listening')
  t.after(() => server.close())
  const bound = server.address()
  const port = bound === null || typeof bound === 'string' ? 0 : bound.port
  for (const { address } of own) {
    const { loopbackAs } = viewpoints.viewpointOf(addressBytes(address))
    assert.ok(loopbackAs)
    assert.equal(formatAddress(loopbackAs), address)
    await reach(formatAddress(loopbackAs), port)
  }
})

async function reach(host: string, port: number): Promise<void> {
  const socket = connect({ host, port })
  await once(socket, 'connect')
  socket.destroy()
}
