import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { setImmediate as loopTurn } from 'node:timers/promises'
import { MAX_PAGE_ENTRIES } from '../../../src/protocol/catalog-api.ts'
import type { Digest } from '../../../src/protocol/digest.ts'
import { writeAddress } from '../../../src/protocol/ip-address.ts'
import type { PeerIdentity } from '../../../src/server/index-state.ts'
import { AS_IS, catalogState } from '../../support/catalog-states.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const entry = (name: string) => ({ md5: md5(name), name })

function peer(): PeerIdentity {
  const address = new Uint8Array(16)
  writeAddress('10.0.0.1', address)
  return { address, port: 5001 }
}

/** A state in which one peer has so many images, named by their numbers. */
function filled(count: number) {
  const { state } = catalogState()
  const owner = peer()
  assert.equal(state.register(owner, 'pw'), undefined)
  const entries = Array.from({ length: count }, (_, index) => entry(`${index}.png`))
  for (let at = 0; at < count; at += 500) {
    assert.equal(state.addImages(owner, 'pw', entries.slice(at, at + 500)), undefined)
  }
  return { state, owner, entries }
}

suite('a page of images', () => {
  test('gives way while it is put into words', async () => {
    const { state } = filled(MAX_PAGE_ENTRIES)
    let turns = 0
    let isOver = false
    const turning = (async () => {
      for (; !isOver; turns += 1) await loopTurn()
    })()
    const page = await state.page({ limit: MAX_PAGE_ENTRIES }, AS_IS, new AbortController().signal)
    isOver = true
    await turning
    assert.equal(page?.images.length, MAX_PAGE_ENTRIES)
    assert.ok(turns >= 5, `${turns} turns`)
  })

  test('shows no image that left meanwhile, and none that came into its place', async () => {
    const { state, owner, entries } = filled(MAX_PAGE_ENTRIES)
    const asked = state.page({ limit: MAX_PAGE_ENTRIES }, AS_IS, new AbortController().signal)
    await loopTurn()
    await loopTurn()
    // Newest first: the oldest are not in words yet.
    const gone = entries.slice(0, 300)
    const removed = gone.map(({ md5: digest }) => digest as Digest)
    assert.equal(state.removeImages(owner, 'pw', removed), undefined)
    const others = gone.map((_, index) => entry(`other ${index}.png`))
    assert.equal(state.addImages(owner, 'pw', others), undefined)
    const page = await asked
    const left = entries.slice(300).toReversed()
    assert.deepEqual(
      page?.images.map(image => ({ md5: image.md5, name: image.name })),
      left,
    )
  })

  test('holds the images of the owner asked for, also those that hundreds of others have', async () => {
    const { state, owner, entries } = filled(3000)
    const signal = new AbortController().signal
    const shared = entries.slice(100, 110)
    for (let port = 1; port <= 300; port += 1) {
      assert.equal(state.register({ ...owner, port }, 'pw'), undefined)
      assert.equal(state.addImages({ ...owner, port }, 'pw', shared), undefined)
    }
    const all = state.page({ owner: '10.0.0.1:5001', limit: 1000 }, AS_IS, signal)
    await loopTurn()
    // What changes meanwhile has it begin anew.
    const left = shared.slice(1)
    const [gone] = shared
    assert.ok(gone !== undefined)
    assert.equal(state.removeImages({ ...owner, port: 300 }, 'pw', [gone.md5 as Digest]), undefined)
    const page = await state.page({ owner: '10.0.0.1:300' }, AS_IS, signal)
    assert.deepEqual(
      page?.images.map(({ md5: digest }) => digest),
      left.toReversed().map(({ md5: digest }) => digest),
    )
    assert.ok(page.images.every(({ owners, ownerCount }) => owners.length === 32 && ownerCount >= 300))
    const whole = await all
    assert.equal(whole?.images.length, 1000)
    const rest = await state.page(
      { owner: '10.0.0.1:5001', limit: 1000, cursor: whole.next ?? '' },
      AS_IS,
      signal,
    )
    assert.equal(rest?.images[0]?.name, '1999.png')
    for (const other of ['10.0.0.1:999', '10.0.0.2:5001', '999.0.0.1:5001'])
      assert.deepEqual((await state.page({ owner: other }, AS_IS, signal))?.images, [], other)
  })

  test('finds owners on the server’s own machine under the address that stands for it', async () => {
    const { state } = catalogState()
    const address = new Uint8Array(16)
    writeAddress('127.0.0.1', address)
    const loopbackAs = new Uint8Array(16)
    writeAddress('192.168.1.5', loopbackAs)
    assert.equal(state.register({ address, port: 5001 }, 'pw'), undefined)
    assert.equal(state.addImages({ address, port: 5001 }, 'pw', [entry('a.png')]), undefined)
    const query = { owner: '192.168.1.5:5001' }
    const { signal } = new AbortController()
    assert.equal((await state.page(query, { loopbackAs }, signal))?.images.length, 1)
    assert.equal((await state.page(query, AS_IS, signal))?.images.length, 0)
  })

  test('is not worked out for somebody who is gone', async () => {
    const { state } = filled(MAX_PAGE_ENTRIES)
    const gone = new AbortController()
    const asked = state.page({ limit: MAX_PAGE_ENTRIES }, AS_IS, gone.signal)
    await loopTurn()
    gone.abort(new Error('gone'))
    await assert.rejects(asked, /gone/)
    // And whoever comes next is served.
    const page = await state.page({ limit: 1 }, AS_IS, new AbortController().signal)
    assert.equal(page?.images.length, 1)
  })
})
