import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Image } from '../../../src/protocol/catalog-api.ts'
import { checkOf } from '../../../src/protocol/shape.ts'
import { PROBLEMS, type ProblemCode } from '../../../src/server/api/problems.ts'
import type { PeerIdentity } from '../../../src/server/index-state.ts'
import { InMemoryIndexState } from '../../support/in-memory-index-state.ts'
import { until } from '../../support/until.ts'
import { asDigest } from '../../support/wire-arbitraries.ts'
import { type EventReader, watchChanges } from './event-reader.ts'
import { assertProblem, serve } from './serving.ts'

const a = asDigest('0cc175b9c0f1b6a831c399e269772661')
const b = asDigest('92eb5ffee6ae2fec3ad71c777531578f')
const peer: PeerIdentity = {
  address: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1),
  port: 5001,
}

function add(state: InMemoryIndexState, ...entries: { md5: string; name: string }[]): void {
  state.register(peer, 'pw')
  assert.equal(state.addImages(peer, 'pw', entries), undefined)
  state.commit()
}

function remove(state: InMemoryIndexState, digest: typeof a): void {
  assert.equal(state.removeImages(peer, 'pw', [digest]), undefined)
  state.commit()
}

async function kinds(reader: EventReader, count: number): Promise<string[]> {
  return (await reader.take(count)).map(({ id, event, data }) => {
    const { md5 = '' } = data as { md5?: string }
    return `${id} ${event} ${md5.slice(0, 2)}`.trim()
  })
}

function assertRefused({ response }: EventReader, code: ProblemCode): void {
  assert.equal(response.statusCode, PROBLEMS[code].status)
  assert.equal(response.headers['content-type']?.split(';')[0], 'application/problem+json')
}

test('changes are told as they happen, each with its number', async t => {
  const { state, port } = await serve(t)
  const reader = await watchChanges(t, port)
  const { headers } = reader.response
  assert.equal(headers['content-type'], 'text/event-stream')
  assert.equal(headers['content-encoding'], undefined)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['cache-control'], 'no-store')
  add(state, { md5: a, name: 'a\n.png' }, { md5: b, name: 'b.png' })
  remove(state, a)
  const [first, ...others] = await reader.take(3)
  assert.deepEqual([first?.id, first?.event], ['1', 'image'])
  assert.ok(checkOf(Image).accepts(first?.data))
  assert.equal(first.data.name, 'a\n.png')
  assert.deepEqual(others[1], { id: '3', event: 'gone', data: { md5: a } })
  assert.ok((reader.retryMs ?? 0) >= 1000)
})

test('who was cut off is told what was missed, by header or by query, and the header goes first', async t => {
  const { state, port } = await serve(t)
  add(state, { md5: a, name: 'a.png' }, { md5: b, name: 'b.png' })
  remove(state, a)
  const byHeader = await watchChanges(t, port, '', { 'last-event-id': '1' })
  assert.deepEqual(await kinds(byHeader, 2), ['2 image 92', '3 gone 0c'])
  const byQuery = await watchChanges(t, port, '?after=2')
  assert.deepEqual(await kinds(byQuery, 1), ['3 gone 0c'])
  const byBoth = await watchChanges(t, port, '?after=0', { 'last-event-id': '2' })
  assert.deepEqual(await kinds(byBoth, 1), ['3 gone 0c'])
  const upToDate = await watchChanges(t, port, '?after=3')
  add(state, { md5: a, name: 'a.png' })
  assert.deepEqual(await kinds(upToDate, 1), ['4 image 0c'])
  assert.deepEqual(await kinds(byQuery, 1), ['4 image 0c'])
})

test('who missed more than is kept, or knows what never was, is told to list anew', async t => {
  const state = new InMemoryIndexState({}, 2)
  const { port } = await serve(t, { state })
  for (let round = 0; round < 3; round += 1) {
    add(state, { md5: a, name: 'a.png' })
    remove(state, a)
  }
  for (const after of [1, 100]) {
    const reader = await watchChanges(t, port, `?after=${after}`)
    assert.deepEqual(await reader.take(1), [{ id: '6', event: 'reset', data: {} }])
  }
})

for (const [query, headers] of [
  ['?after=-1', {}],
  ['?after=x', {}],
  ['?before=1', {}],
  ['', { 'last-event-id': 'x' }],
  ['', { 'last-event-id': '1.5' }],
] as const) {
  test(`a change has a number: ${query}${JSON.stringify(headers)}`, async t => {
    const { port, state } = await serve(t)
    assertRefused(await watchChanges(t, port, query, headers), 'badParameter')
    assert.equal(state.watcherCount, 0)
  })
}

test('who takes no events is told so', async t => {
  const { port, ask } = await serve(t)
  assertRefused(await watchChanges(t, port, '', { accept: 'application/json' }), 'notAcceptable')
  const head = await ask('/v1/changes', { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers.get('allow')], [405, 'GET'])
})

test('a watcher is forgotten once it is gone', async t => {
  const { port, state } = await serve(t)
  const reader = await watchChanges(t, port)
  assert.equal(state.watcherCount, 1)
  reader.close()
  await until(() => state.watcherCount === 0)
})

test('a silent catalog still gives signs of life', async t => {
  const { port } = await serve(t, { limits: { heartbeatMs: 5 } })
  const reader = await watchChanges(t, port)
  await until(() => reader.comments >= 3)
})

test('watchers are bounded in all and for each address, and a place is free again afterwards', async t => {
  const { port, state } = await serve(t, { limits: { watchers: 3, watchersPerAddress: 2 } })
  const first = await watchChanges(t, port)
  await watchChanges(t, port)
  const refused = await watchChanges(t, port)
  assertRefused(refused, 'tooManyWatchersOfAddress')
  assert.equal(refused.response.headers['retry-after'], '60')
  first.close()
  await until(() => state.watcherCount === 1)
  assert.equal((await watchChanges(t, port)).response.statusCode, 200)
})

test('more watchers than there are places in all are refused', async t => {
  const { port } = await serve(t, { limits: { watchers: 1, watchersPerAddress: 2 } })
  await watchChanges(t, port)
  assertRefused(await watchChanges(t, port), 'tooManyWatchers')
})

const MANY = Array.from({ length: 100 }, (_, number) => ({
  md5: number.toString(16).padStart(32, '0'),
  name: 'x'.repeat(1000),
}))

/** Changes many images, until `condition` holds. */
async function changeUntil(
  state: InMemoryIndexState,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  let round = 0
  await until(() => {
    round += 1
    add(state, ...MANY.map(entry => ({ ...entry, bytes: round })))
    return condition()
  })
}

test('who does not read is cut off, and the others are not', async t => {
  const { port, state } = await serve(t, { limits: { waitingBytesPerWatcher: 100_000 } })
  const deaf = await watchChanges(t, port)
  deaf.response.pause()
  const reader = await watchChanges(t, port)
  await changeUntil(state, async () => {
    await reader.take(MANY.length)
    return state.watcherCount === 1
  })
  add(state, { md5: a, name: 'a.png' })
  assert.match((await kinds(reader, 1))[0] ?? '', /image 0c$/)
})

test('what waits for all watchers together is bounded too', async t => {
  const { port, state } = await serve(t, { limits: { waitingWatcherBytes: 200_000 } })
  for (let watchers = 0; watchers < 4; watchers += 1) (await watchChanges(t, port)).response.pause()
  await changeUntil(state, () => state.watcherCount === 0)
})

test('much that was missed at once does not cut off who comes back for it', async t => {
  const state = new InMemoryIndexState({}, 10_000)
  const { port } = await serve(t, { state, limits: { waitingBytesPerWatcher: 1000 } })
  const entries = Array.from({ length: 500 }, (_, number) => ({
    md5: number.toString(16).padStart(32, '0'),
    name: 'x'.repeat(1000),
  }))
  add(state, ...entries)
  const reader = await watchChanges(t, port, '?after=0')
  assert.equal((await reader.take(500)).at(-1)?.id, '500')
})

test('a state that fails to watch is a fault, and the watcher is cut off', async t => {
  class Failing extends InMemoryIndexState {
    override watch(): never {
      throw new Error('watching fails')
    }
  }
  const { open, faults, ask } = await serve(t, { state: new Failing(), limits: { watchers: 1 } })
  for (let round = 0; round < 2; round += 1) {
    const connection = await open()
    connection.write('GET /v1/changes HTTP/1.1\r\nHost: x\r\n\r\n')
    await connection.closed
    await until(() => faults.length === round + 1)
  }
  assert.deepEqual(
    faults.splice(0).map(({ message }) => message),
    ['watching fails', 'watching fails'],
  )
  assert.equal((await ask('/v1/counts')).status, 200)
})

test('a problem instead of events is one like any other', async t => {
  const { ask } = await serve(t, { limits: { watchers: 0 } })
  await assertProblem(await ask('/v1/changes'), 'tooManyWatchers')
})
