import assert from 'node:assert/strict'
import { getEventListeners, once } from 'node:events'
import { createServer } from 'node:net'
import test, { type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { formatAddress } from '../../../src/protocol/ip-address.ts'
import { Liveness, type LivenessOptions } from '../../../src/server/liveness/liveness.ts'
import { DEFAULT_LIVENESS_LIMITS } from '../../../src/server/liveness/liveness-limits.ts'
import { ProvenAddresses } from '../../../src/server/liveness/proven-addresses.ts'
import type { Interfaces } from '../../../src/server/viewpoints/local-addresses.ts'
import { LocalNetworks } from '../../../src/server/viewpoints/local-networks.ts'
import type { ProbeOutcome } from '../../../src/transport/reachability-probe.ts'
import { addressBytes } from '../../support/addresses.ts'
import { assertOpenResources } from '../../support/open-resources.ts'
import { closedPort } from '../../support/owners.ts'
import { until } from '../../support/until.ts'
import { networkInterface } from '../viewpoints/network-interface.ts'
import { RegistrationsUnderTest } from './registrations-under-test.ts'

const OWN_PORT = 13_377

/** A machine with one network. */
const interfaces: Interfaces = {
  lo: [networkInterface('127.0.0.1', 8, true)],
  eth0: [networkInterface('10.1.0.5', 16)],
}

interface Probe {
  readonly address: string
  readonly port: number
  readonly signal: AbortSignal
  /** Ends it. */
  readonly settle: (outcome: ProbeOutcome) => Promise<void>
}

/** A liveness whose clock and looks are made by the test, and whose probes are too unless `options` give the real one. */
function start(t: TestContext, options: Partial<LivenessOptions> = {}) {
  const source = new RegistrationsUnderTest()
  const proven = new ProvenAddresses()
  const clock = { nowMs: 5_000_000 }
  const probes: Probe[] = []
  const faults: Error[] = []
  const looks = new Set<() => void>()
  const liveness = new Liveness({
    source,
    proven,
    networks: new LocalNetworks(() => interfaces),
    ownPort: OWN_PORT,
    limits: DEFAULT_LIVENESS_LIMITS,
    nowSeconds: () => Math.floor(clock.nowMs / 1000),
    nowMs: () => clock.nowMs,
    onFault: fault => faults.push(fault),
    repeat: action => {
      looks.add(action)
      return () => void looks.delete(action)
    },
    probe: (address, port, signal) =>
      new Promise(resolve => {
        const settle = async (outcome: ProbeOutcome) => {
          resolve(outcome)
          await turn()
        }
        probes.push({ address: formatAddress(address), port, signal, settle })
      }),
    ...options,
  })
  liveness.start(new AbortController().signal)
  t.after(() => {
    for (const { settle } of probes) void settle('cancelled')
    return liveness.stop()
  })
  const look = (afterMs = 100) => {
    clock.nowMs += afterMs
    for (const action of looks) action()
  }
  return { liveness, source, proven, clock, probes, faults, looks, look }
}

test('a lease that ran out is ended without a connection', t => {
  const { source, probes, look, liveness } = start(t)
  for (let port = 1; port <= 100; port += 1) source.add('leaseEnded', '198.51.100.1', port)
  look()
  assert.equal(source.count('leaseEnded'), 100)
  assert.equal(liveness.counts.leasesEnded, 100)
  assert.equal(probes.length, 0)
})

test('leases that take long to end give way to other work, and go on at the next look', t => {
  const clock = { nowMs: 0 }
  const { source, look } = start(t, { nowMs: () => (clock.nowMs += 6) })
  for (let port = 1; port <= 100; port += 1) source.add('leaseEnded', '198.51.100.1', port)
  look()
  assert.equal(source.count('leaseEnded'), 32)
  for (let looks = 0; looks < 10; looks += 1) look()
  assert.equal(source.count('leaseEnded'), 100)
})

test('real connections: who listens is reached and proven, who does not is neither', async t => {
  const source = new RegistrationsUnderTest()
  const proven = new ProvenAddresses()
  const server = createServer(socket => socket.resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const bound = server.address()
  const listening = bound === null || typeof bound === 'string' ? 0 : bound.port
  const closed = await closedPort()
  const liveness = new Liveness({
    source,
    proven,
    networks: new LocalNetworks(),
    ownPort: OWN_PORT,
    limits: DEFAULT_LIVENESS_LIMITS,
    nowSeconds: () => 1_800_000_000,
    onFault: assert.fail,
  })
  t.after(() => liveness.stop())
  source.add('check', '127.0.0.1', closed.port)
  liveness.start(new AbortController().signal)
  await until(() => source.told.length === 1)
  assert.equal(proven.has(addressBytes('127.0.0.1')), false)
  source.add('absentCheck', '127.0.0.1', listening)
  await until(() => source.told.length === 2)
  assert.equal(proven.has(addressBytes('127.0.0.1')), true)
  assert.deepEqual(source.told, [
    { what: 'unreached', address: '127.0.0.1', port: closed.port },
    { what: 'reached', address: '127.0.0.1', port: listening },
  ])
  await liveness.stop()
})

test('what each outcome says of a registration', async t => {
  const { source, probes, look, liveness, proven } = start(t)
  const says = {
    reached: 'reached',
    refused: 'unreached',
    timeout: 'unreached',
    unreachable: 'unreached',
    localFault: 'postponed',
    cancelled: 'postponed',
  } as const
  for (const [index, outcome] of Object.keys(says).entries()) {
    const address = `198.51.100.${index}`
    source.add('check', address, 5000)
    look()
    await probes.at(-1)?.settle(outcome as ProbeOutcome)
    assert.deepEqual(source.told.at(-1), { what: says[outcome as ProbeOutcome], address, port: 5000 })
    assert.equal(proven.has(addressBytes(address)), outcome === 'reached')
  }
  const expected = { reached: 1, refused: 1, timeout: 1, unreachable: 1, localFault: 1, cancelled: 1 }
  assert.deepEqual(liveness.counts.outcomes, expected)
})

test('what was proven is forgotten after its time', t => {
  const { proven, look, clock } = start(t)
  proven.note(addressBytes('198.51.100.1'), Math.floor(clock.nowMs / 1000))
  look(86_399_000)
  assert.equal(proven.count, 1)
  look(1000)
  assert.equal(proven.count, 0)
})

test('no more checks are under way than may be, and no more are asked for', async t => {
  const { source, probes, look, liveness } = start(t)
  for (let index = 0; index < 300; index += 1)
    source.add('check', `198.51.${index >> 7}.${index & 127}`, 5000)
  for (let looks = 0; looks < 20; looks += 1) look()
  assert.equal(probes.length, 64)
  assert.deepEqual(source.asked, [64])
  await probes[0]?.settle('timeout')
  await probes[1]?.settle('timeout')
  look()
  assert.equal(probes.length, 66)
  assert.deepEqual(source.asked, [64, 2])
  assert.equal(liveness.counts.underWay, 64)
})

test('a lease ends in time while all checks hang', t => {
  const { source, look } = start(t)
  for (let index = 0; index < 300; index += 1)
    source.add('check', `198.51.${index >> 7}.${index & 127}`, 5000)
  look()
  source.add('leaseEnded', '198.51.100.1', 5000)
  look()
  assert.equal(source.count('leaseEnded'), 1)
})

test('no more checks begin in a second than may', async t => {
  const { source, clock, look } = start(t, { probe: async () => 'refused' })
  for (let index = 0; index < 3000; index += 1)
    source.add('check', `198.51.${index >> 7}.${index & 127}`, 5000)
  const begun: { atMs: number; count: number }[] = []
  while (source.told.length < 3000) {
    const before = source.told.length
    look()
    await turn()
    begun.push({ atMs: clock.nowMs, count: source.told.length - before })
    const lastSecond = begun.filter(({ atMs }) => clock.nowMs - atMs < 1000)
    assert.ok(lastSecond.reduce((sum, { count }) => sum + count, 0) <= 200)
  }
  // As fast as the bound allows: 15 seconds, the last of them begun but not waited for.
  assert.ok(begun.length <= 150, `${begun.length} looks`)
})

test('a stranger whose address others register is sent a trickle, and nobody else waits for it', async t => {
  const { source, probes, look, liveness } = start(t)
  for (let port = 1; port <= 500; port += 1) source.add('check', '198.51.100.1', port)
  source.add('check', '198.51.100.2', 5000)
  look()
  assert.equal(probes.filter(({ address }) => address === '198.51.100.1').length, 4)
  assert.equal(probes.filter(({ address }) => address === '198.51.100.2').length, 1)
  assert.deepEqual([source.count('postponed'), liveness.counts.postponed], [496, 496])
  for (const { settle } of probes) await settle('refused')
  assert.equal(liveness.counts.addresses, 2)
  source.add('check', '198.51.100.1', 6000)
  look()
  assert.equal(source.count('postponed'), 497)
  source.add('check', '198.51.100.1', 6000)
  look(1000)
  assert.equal(probes.at(-1)?.port, 6000)
  await probes.at(-1)?.settle('refused')
  look(10_000)
  assert.equal(liveness.counts.addresses, 0)
})

test('one look takes so many and no more, however few of them may be connected to', t => {
  const { source, look } = start(t)
  for (let port = 1; port <= 5000; port += 1) source.add('check', '198.51.100.1', port)
  look()
  assert.equal(source.count('postponed'), 512 - 4)
  look()
  assert.equal(source.count('postponed'), 2 * 512 - 4)
})

test('this machine is nobody else: its registrations are bounded in all only', t => {
  const { source, probes, look } = start(t)
  for (let port = 1; port <= 20; port += 1) {
    for (const address of ['127.0.0.1', '::1', '10.1.0.5']) source.add('check', address, port)
  }
  look()
  assert.equal(probes.length, 60)
  assert.equal(source.count('postponed'), 0)
})

test('nobody is connected to where nobody, everybody or the index server itself is', t => {
  const { source, probes, look, liveness } = start(t)
  const forbidden = [
    ['0.0.0.0', 5000],
    ['0.1.2.3', 5000],
    ['::', 5000],
    ['224.0.0.1', 5000],
    ['239.255.255.250', 1900],
    ['ff02::1', 5000],
    ['255.255.255.255', 5000],
    ['10.1.255.255', 5000],
    ['127.0.0.1', OWN_PORT],
    ['127.9.9.9', OWN_PORT],
    ['::1', OWN_PORT],
    ['10.1.0.5', OWN_PORT],
  ] as const
  for (const [address, port] of forbidden) source.add('check', address, port)
  look()
  const unreached = forbidden.map(([address, port]) => ({ what: 'unreached', address, port }))
  assert.deepEqual(source.told, unreached)
  assert.equal(liveness.counts.forbidden, forbidden.length)
  assert.equal(probes.length, 0)
  // The same port elsewhere, and another port here, are peers as any.
  source.add('check', '198.51.100.1', OWN_PORT)
  source.add('check', '127.0.0.1', OWN_PORT + 1)
  source.add('check', '10.1.0.255', 5000)
  look()
  assert.equal(probes.length, 3)
})

test('a stop cancels and postpones what is under way, and tells nothing afterwards', async t => {
  const { source, probes, looks, look, liveness, proven } = start(t)
  for (const port of [1, 2, 3]) source.add('check', '198.51.100.1', port)
  look()
  const stopped = liveness.stop()
  const cancelled = [1, 2, 3].map(port => ({ what: 'postponed', address: '198.51.100.1', port }))
  assert.deepEqual(source.told, cancelled)
  assert.ok(probes.every(({ signal }) => signal.aborted))
  assert.equal(looks.size, 0)
  for (const { settle } of probes) await settle('reached')
  await stopped
  assert.deepEqual(source.told, cancelled)
  assert.equal(proven.count, 0)
  assert.equal(liveness.counts.underWay, 0)
})

test('a stop waits until the last connection is closed, also a second one', async t => {
  const { source, probes, look, liveness } = start(t)
  source.add('check', '198.51.100.1', 1)
  look()
  let stopped = 0
  for (const stop of [liveness.stop(), liveness.stop()]) void stop.then(() => (stopped += 1))
  await turn()
  assert.equal(stopped, 0)
  await probes[0]?.settle('cancelled')
  assert.equal(stopped, 2)
})

test('an aborted signal stops it, and it can be started again', async t => {
  const { source, probes, looks, look, liveness } = start(t)
  await liveness.stop()
  const controller = new AbortController()
  liveness.start(controller.signal)
  source.add('check', '198.51.100.1', 1)
  look()
  controller.abort()
  assert.equal(source.count('postponed'), 1)
  assert.deepEqual(getEventListeners(controller.signal, 'abort'), [])
  await probes[0]?.settle('cancelled')
  liveness.start(controller.signal)
  assert.equal(looks.size, 0)
  const { signal } = new AbortController()
  liveness.start(signal)
  source.add('check', '198.51.100.1', 2)
  look()
  assert.equal(probes.length, 2)
  const stopped = liveness.stop()
  assert.deepEqual(getEventListeners(signal, 'abort'), [])
  await probes[1]?.settle('cancelled')
  await stopped
})

test('what the source throws is a fault to report: the others of the same look, and later ones, have their turn', async t => {
  const { source, probes, faults, look } = start(t)
  let broken = true
  source.unreached = () => {
    throw new Error('no room on the disk')
  }
  const { takeDue } = source
  source.takeDue = (...question) => {
    if (broken) throw new Error('no answer')
    return takeDue.apply(source, question)
  }
  look()
  assert.deepEqual(
    faults.map(({ message }) => message),
    ['no answer'],
  )
  broken = false
  source.add('check', '0.0.0.0', 1)
  source.add('check', '198.51.100.1', 2)
  look()
  await probes[0]?.settle('refused')
  assert.deepEqual(
    faults.map(({ message }) => message),
    ['no answer', 'no room on the disk', 'no room on the disk'],
  )
  source.add('check', '198.51.100.1', 3)
  look()
  await probes[1]?.settle('reached')
  assert.equal(source.count('reached'), 1)
})

test('leaves nothing open', async () => {
  await assertOpenResources({})
})
