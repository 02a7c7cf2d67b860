import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Failure, type FailureCode } from '../../src/base/failure.ts'
import type { SharedImage } from '../../src/peer/library/image-file.ts'
import { Registration, type RegistrationState } from '../../src/peer/registration.ts'
import { ServerConnection, type ServerLimit } from '../../src/peer/server-connection.ts'
import type { RetryPlan } from '../../src/transport/datagram-exchange.ts'
import { DEFAULT_HTTP_LIMITS } from '../../src/transport/http-client.ts'
import { type CatalogServer, startCatalogServer } from '../support/catalog-server.ts'
import { md5 } from '../support/md5.ts'
import { until } from '../support/until.ts'

const never = new AbortController().signal
const plan: RetryPlan = { attempts: 3, firstDelayMs: 60, growth: 1, maxDelayMs: 60, refusalsBelieved: 2 }

function image(index: number, details?: SharedImage['details']): SharedImage {
  const bare = { digest: md5(Buffer.from(String(index))), name: `picture number ${index}.jpg` }
  return details === undefined ? bare : { ...bare, details }
}

function images(count: number, details?: SharedImage['details']): SharedImage[] {
  return Array.from({ length: count }, (_, index) => image(index, details))
}

/** A registration at `server` of what `shared` holds, on port 5001 with the password `pw`. */
function startRegistration(t: TestContext, server: CatalogServer, more: { renewMs?: number } = {}) {
  const told = {
    renewed: [] as RegistrationState[],
    limits: [] as ServerLimit[],
    troubles: [] as FailureCode[],
    reachability: [] as string[],
  }
  const source = { shared: [] as SharedImage[] }
  const connection = new ServerConnection({
    server: { host: '127.0.0.1', port: server.port },
    plan,
    limits: DEFAULT_HTTP_LIMITS,
    onRetry: () => {},
    onLimit: limit => told.limits.push(limit),
  })
  const registration = new Registration({
    connection,
    source: { entries: () => source.shared, port: () => 5001, password: 'pw' },
    observer: {
      onRenewed: state => told.renewed.push(state),
      onReachability: (news, port) => told.reachability.push(`${news} ${port}`),
      onTrouble: failure => told.troubles.push(failure.code),
    },
    renewMs: more.renewMs ?? 300_000,
    chance: () => 0,
  })
  t.after(async () => {
    await registration.stop(AbortSignal.timeout(1000)).catch(() => {})
    connection.close()
  })
  return { registration, source, told }
}

const REG = 'REG pw 5001'
const UPD = 'UPD pw 5001'
const ALV = 'ALV pw 5001'
const END = 'END pw 5001'
const PUT = 'PUT /v1/registrations/5001/images'
const POST = 'POST /v1/registrations/5001/images'
const REMOVE = 'POST /v1/registrations/5001/removals'
const LEASE = 'PUT /v1/registrations/5001/lease'
const DELETE = 'DELETE /v1/registrations/5001'

test('what fits a datagram goes over UDP, and what is known of the images follows through the API', async t => {
  const server = await startCatalogServer(t)
  const { registration, source, told } = startRegistration(t, server)
  source.shared = [image(1, { width: 640, bytes: 5 }), image(2)]
  assert.deepEqual(await registration.register(never), { kind: 'registered', registered: 2, leftOut: 0 })
  await until(() => server.asked.includes(POST))
  assert.deepEqual(server.takeAsked(), [REG, ALV, POST])
  await until(() => server.images().some(({ width }) => width === 640))

  source.shared = [...source.shared, image(3, { width: 800 })]
  registration.markChanged()
  await until(() => server.images().some(({ width }) => width === 800))
  assert.deepEqual(server.takeAsked(), [UPD, POST])
  assert.deepEqual(told.renewed, [{ kind: 'registered', registered: 3, leftOut: 0 }])

  // Details alone are no news, and the list need not be sent for them.
  source.shared = source.shared.map(one => ({ ...one, details: { ...one.details, format: 'jpeg' } }))
  registration.markChanged()
  await until(() => server.images().every(({ format }) => format === 'jpeg'))
  assert.deepEqual(server.takeAsked(), [POST])
  assert.equal(told.renewed.length, 1)

  assert.deepEqual(await registration.end(never), { kind: 'ended', wasKnown: true })
  assert.deepEqual(server.takeAsked(), [END])
  assert.deepEqual([told.limits, told.troubles], [[], []])
})

test('a list that no datagram carries goes through the API, whole once and then by its changes', async t => {
  const server = await startCatalogServer(t)
  const { registration, source, told } = startRegistration(t, server)
  source.shared = images(5000, { width: 640 })
  assert.deepEqual(await registration.register(never), { kind: 'registered', registered: 5000, leftOut: 0 })
  await until(() => server.asked.includes(ALV))
  assert.deepEqual(server.takeAsked(), [PUT, ALV])

  source.shared = [...source.shared.slice(10), image(9000, { width: 800 })]
  registration.markChanged()
  await until(() => told.renewed.length === 1)
  assert.deepEqual(told.renewed, [{ kind: 'registered', registered: 4991, leftOut: 0 }])
  assert.deepEqual(server.takeAsked(), [REMOVE, POST])
  const listed = server.images()
  assert.deepEqual(
    new Set(listed.map(({ md5: digest }) => digest)),
    new Set(source.shared.map(one => one.digest)),
  )
  assert.equal(listed.at(-1)?.width, 800)

  assert.equal((await registration.update(never)).kind, 'registered')
  assert.deepEqual(server.takeAsked(), [LEASE])
})

test('an old server gets what one datagram carries, is told to be one, and hears of us now and then', async t => {
  const server = await startCatalogServer(t, { leaseSeconds: 0, hasApi: false })
  const { registration, source, told } = startRegistration(t, server, { renewMs: 300 })
  source.shared = images(5000, { width: 640 })
  const state = await registration.register(never)
  assert.ok(state.kind === 'registered')
  assert.equal(state.registered + state.leftOut, 5000)
  assert.ok(state.registered > 900)
  await until(() => server.asked.filter(word => word === UPD).length >= 2)
  assert.deepEqual(server.takeAsked().slice(0, 4), [REG, ALV, UPD, UPD])
  assert.deepEqual(told.limits, [{ kind: 'noCatalog', reason: 'ECONNREFUSED' }])
  assert.deepEqual([told.renewed, told.troubles], [[], []])
})

test('of an old server that takes the whole list, ALV tells that it is one', async t => {
  const server = await startCatalogServer(t, { leaseSeconds: 0, hasApi: false })
  const { registration, source, told } = startRegistration(t, server, { renewMs: 300 })
  source.shared = images(3, { width: 640 })
  await registration.register(never)
  await until(() => told.limits.length > 0)
  assert.deepEqual(told.limits, [{ kind: 'oldServer' }])
  await until(() => server.asked.includes(UPD))
  assert.deepEqual(server.takeAsked().slice(0, 3), [REG, ALV, UPD])
})

test('a server that says nothing to a word it does not know is an old one', async t => {
  const server = await startCatalogServer(t, { ignores: ['ALV'], hasApi: false })
  const { registration, source, told } = startRegistration(t, server, { renewMs: 300 })
  source.shared = images(3)
  await registration.register(never)
  await until(() => told.limits.length > 0)
  assert.deepEqual(told.limits, [{ kind: 'oldServer' }])
  assert.deepEqual(server.takeAsked(), [REG, ALV, ALV, ALV, UPD])
  assert.deepEqual(told.troubles, [])
})

test('what the field’s buffer cuts off is listed through the API where there is one', async t => {
  const server = await startCatalogServer(t, { bufferBytes: 4096 })
  const { registration, source } = startRegistration(t, server)
  source.shared = images(500)
  assert.deepEqual(await registration.register(never), { kind: 'registered', registered: 500, leftOut: 0 })
  assert.deepEqual(server.takeAsked().slice(0, 3), [REG, REG, POST])
  assert.equal(server.images().length, 500)
  // A list that is short enough goes over UDP again.
  source.shared = images(20)
  assert.deepEqual(await registration.update(never), { kind: 'registered', registered: 20, leftOut: 0 })
  assert.equal(server.takeAsked().at(-1), UPD)
  assert.equal(server.images().length, 20)
})

test('a network that carries TCP only is enough where there is a catalog API', async t => {
  const server = await startCatalogServer(t, { ignores: 'all', leaseSeconds: 1 })
  const { registration, source, told } = startRegistration(t, server)
  source.shared = images(3)
  assert.deepEqual(await registration.register(never), { kind: 'registered', registered: 3, leftOut: 0 })
  await until(() => server.asked.includes(LEASE))
  assert.deepEqual(server.takeAsked().slice(0, 8), [REG, REG, REG, PUT, ALV, ALV, ALV, LEASE])
  server.registrations.clear()
  await until(() => server.images().length === 3)
  assert.deepEqual(await registration.end(never), { kind: 'ended', wasKnown: true })
  assert.equal(server.takeAsked().at(-1), DELETE)
  assert.deepEqual([told.limits, told.troubles], [[], []])
})

for (const count of [3, 5000]) {
  test(`a server that forgot ${count} images of ours is told of them again, without a word`, async t => {
    const server = await startCatalogServer(t, { leaseSeconds: 1 })
    const { registration, source, told } = startRegistration(t, server)
    source.shared = images(count, { width: 640 })
    await registration.register(never)
    const isWhole = () => server.images().filter(({ width }) => width === 640).length === count
    await until(isWhole)
    for (let restarts = 0; restarts < 2; restarts += 1) {
      await server.stop()
      server.registrations.clear()
      await server.start()
      await until(isWhole)
    }
    assert.deepEqual([told.renewed, told.limits, told.troubles], [[], [], []])
  })
}

test('a server that forgot us between two exchanges is told all of it again', async t => {
  const server = await startCatalogServer(t)
  const { registration, source } = startRegistration(t, server)
  source.shared = images(3, { width: 640 })
  server.onAsked = what => {
    if (what !== POST) return
    server.registrations.clear()
    server.onAsked = () => {}
  }
  await registration.register(never)
  const isWhole = () => server.images().filter(({ width }) => width === 640).length === 3
  await until(isWhole)

  source.shared = images(5000, { width: 640 })
  await registration.update(never)
  server.registrations.clear()
  // Another registration than the one we think of stands there: ours has to be whole again, not only changed.
  source.shared = source.shared.slice(1)
  assert.deepEqual(await registration.update(never), { kind: 'registered', registered: 4999, leftOut: 0 })
  server.registrations.set('127.0.0.1:5001', { password: 'pw', images: new Map() })
  source.shared = source.shared.slice(1)
  assert.deepEqual(await registration.update(never), { kind: 'registered', registered: 4998, leftOut: 0 })
  assert.equal(server.images().length, 4998)
})

test('a server that comes back as a newer one is used as what it is', async t => {
  const server = await startCatalogServer(t, { leaseSeconds: 0, hasApi: false })
  const { registration, source, told } = startRegistration(t, server, { renewMs: 200 })
  source.shared = images(5000, { width: 640 })
  await registration.register(never)
  await until(() => server.asked.includes(UPD))
  await server.stop()
  server.registrations.clear()
  Object.assign(server.traits, { leaseSeconds: 120, hasApi: true })
  await server.start()
  await until(() => server.images().length === 5000)
  await until(() => server.asked.includes(ALV))
  assert.ok(server.images().every(({ width }) => width === 640))
  assert.equal(told.limits.length, 1)
})

test('a catalog API that is gone for a while does not shrink the list', async t => {
  const server = await startCatalogServer(t, { leaseSeconds: 1 })
  const { registration, source, told } = startRegistration(t, server)
  source.shared = images(5000)
  await registration.register(never)
  await server.closeApi()
  source.shared = images(4000)
  await assert.rejects(
    registration.update(never),
    error => error instanceof Failure && error.code === 'catalogUnavailable',
  )
  server.takeAsked()
  await until(() => told.troubles.length > 0)
  assert.deepEqual(told.troubles, ['catalogUnavailable'])
  assert.equal(server.images().length, 5000)
  assert.ok(!server.asked.includes(UPD) && !server.asked.includes(REG))
})

test('whether the server can connect to us is told when it changes', async t => {
  const server = await startCatalogServer(t, { leaseSeconds: 1, reachable: false })
  const { registration, source, told } = startRegistration(t, server)
  source.shared = images(2)
  await registration.register(never)
  const renewals = () => server.asked.filter(word => word === ALV).length
  await until(() => renewals() >= 3)
  assert.deepEqual(told.reachability, ['unreachable 5001'])
  server.traits.reachable = true
  await until(() => told.reachability.length === 2)
  const before = renewals()
  await until(() => renewals() >= before + 2)
  assert.deepEqual(told.reachability, ['unreachable 5001', 'reachable 5001'])
})

test('somebody else’s registration is left to them, on either front', async t => {
  const server = await startCatalogServer(t)
  server.registrations.set('127.0.0.1:5001', { password: 'theirs', images: new Map() })
  const { registration, source } = startRegistration(t, server)
  for (const count of [3, 5000]) {
    source.shared = images(count)
    await assert.rejects(
      registration.register(never),
      error => error instanceof Failure && error.code === 'registeredWithOtherPassword',
    )
  }
  assert.equal(server.registrations.get('127.0.0.1:5001')?.password, 'theirs')
  assert.deepEqual(await registration.update(never), { kind: 'notRegistered' })
  assert.deepEqual(await registration.end(never), { kind: 'notRegistered' })
})

test('trouble is told once, until it is over', async t => {
  const server = await startCatalogServer(t, { leaseSeconds: 1 })
  const { registration, source, told } = startRegistration(t, server)
  source.shared = images(2)
  await registration.register(never)
  await until(() => server.asked.includes(ALV))
  for (let outages = 1; outages <= 2; outages += 1) {
    server.traits.ignores = 'all'
    await server.closeApi()
    await until(() => told.troubles.length === outages)
    server.takeAsked()
    await until(() => server.asked.length >= 2 * plan.attempts)
    assert.equal(told.troubles.length, outages)
    server.traits.ignores = []
    await server.openApi()
    server.takeAsked()
    await until(() => server.asked.length > 1)
  }
  assert.deepEqual(told.troubles, ['serverSilent', 'serverSilent'])
})

test('no more images than one registration holds are sent, and the rest is told', async t => {
  const server = await startCatalogServer(t)
  const { registration, source } = startRegistration(t, server)
  source.shared = images(200_005)
  const state = await registration.register(never)
  assert.deepEqual(state, { kind: 'registered', registered: 200_000, leftOut: 5 })
  server.takeAsked()
  assert.deepEqual(await registration.update(never), state)
  assert.ok(!server.asked.includes(PUT))
})
