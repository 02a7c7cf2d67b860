import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { formatAddress } from '../../../src/protocol/ip-address.ts'
import { RouteCache } from '../../../src/server/viewpoints/route-cache.ts'
import { localAddressTowards } from '../../../src/transport/local-address.ts'
import { addressBytes } from '../../support/addresses.ts'
import { assertOpenResources } from '../../support/open-resources.ts'
import { until } from '../../support/until.ts'

const LOCAL = addressBytes('10.0.0.5')

/** A cache whose lookups are answered by the test. */
function start(t: TestContext) {
  const asked: { remote: string; answer: (local: Uint8Array | undefined) => void }[] = []
  const clock = { nowMs: 0 }
  const cache = new RouteCache(
    remote => new Promise(answer => asked.push({ remote: formatAddress(remote), answer })),
    () => clock.nowMs,
  )
  t.after(() => {
    for (const { answer } of asked) answer(undefined)
    return cache.stop()
  })
  const get = (remote: string) => {
    const among = new Uint8Array(40).fill(0xee)
    among.set(addressBytes(remote), 3)
    return cache.get(among, 3)
  }
  return { cache, asked, clock, get }
}

test('what is unknown is asked for once for its network, and known then', async t => {
  const { asked, get } = start(t)
  for (const asker of ['198.51.100.1', '198.51.100.2', '2001:db8::1', '2001:db8:0:ff::1']) {
    assert.equal(get(asker), 'unknown')
  }
  await until(() => asked.length > 0)
  assert.deepEqual(
    asked.map(({ remote }) => remote),
    ['198.51.100.1', '2001:db8::1'],
  )
  asked[0]?.answer(LOCAL)
  asked[1]?.answer(undefined)
  await until(() => get('198.51.100.200') !== 'unknown' && get('2001:db8:0:1::') !== 'unknown')
  assert.equal(get('198.51.100.200'), LOCAL)
  assert.equal(get('2001:db8:0:1::'), undefined)
  // The neighbours of those networks are others.
  assert.equal(get('198.51.101.1'), 'unknown')
  assert.equal(get('2001:db8:0:100::1'), 'unknown')
})

test('what was found long ago stands until it was found anew', async t => {
  const { asked, clock, get } = start(t)
  get('198.51.100.1')
  await until(() => asked.length === 1)
  asked[0]?.answer(LOCAL)
  await until(() => get('198.51.100.1') === LOCAL)
  clock.nowMs = 599_999
  get('198.51.100.1')
  clock.nowMs = 600_000
  assert.equal(get('198.51.100.1'), LOCAL)
  await until(() => asked.length === 2)
  assert.equal(get('198.51.100.1'), LOCAL)
  const other = addressBytes('10.0.0.6')
  asked[1]?.answer(other)
  await until(() => get('198.51.100.1') === other)
  assert.equal(asked.length, 2)
})

test('strangers from everywhere make it ask for few at a time', async t => {
  const { asked, get } = start(t)
  for (let index = 0; index < 10_000; index += 1) get(`${11 + (index >> 8)}.${index & 255}.0.1`)
  await until(() => asked.length > 0)
  assert.equal(asked.length, 16)
  // While those are under way too.
  for (let index = 0; index < 10_000; index += 1) get(`${60 + (index >> 8)}.${index & 255}.0.1`)
  for (const { answer } of asked.slice()) answer(LOCAL)
  await until(() => get('11.0.0.1') === LOCAL)
  assert.equal(asked.length, 16)
  get('198.51.100.1')
  await until(() => asked.length === 17)
})

test('after our addresses changed nothing found before is told', async t => {
  const { cache, asked, get } = start(t)
  get('198.51.100.1')
  get('198.51.101.1')
  await until(() => asked.length === 2)
  asked[0]?.answer(LOCAL)
  await until(() => get('198.51.100.1') === LOCAL)
  cache.clear()
  // What was being asked for is void too.
  asked[1]?.answer(LOCAL)
  assert.equal(get('198.51.100.1'), 'unknown')
  assert.equal(get('198.51.101.1'), 'unknown')
  await until(() => asked.length === 4)
  asked[3]?.answer(addressBytes('10.0.0.6'))
  await until(() => get('198.51.101.1') !== 'unknown')
  assert.deepEqual(get('198.51.101.1'), addressBytes('10.0.0.6'))
})

test('a stop waits for what is under way, and asks for nothing more', async t => {
  const { cache, asked, get } = start(t)
  get('198.51.100.1')
  await until(() => asked.length === 1)
  let isStopped = false
  const stopped = cache.stop().then(() => {
    isStopped = true
  })
  assert.equal(isStopped, false)
  asked[0]?.answer(LOCAL)
  await stopped
  assert.equal(get('198.51.100.1'), 'unknown')
  await assertOpenResources({})
  assert.equal(asked.length, 1)
})

test('by the real lookup this machine is reached at its own address', async t => {
  const cache = new RouteCache(localAddressTowards)
  t.after(() => cache.stop())
  const loopback = addressBytes('127.0.0.1')
  await until(() => cache.get(loopback, 0) !== 'unknown')
  assert.deepEqual(cache.get(loopback, 0), loopback)
})
