import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FIELD_BUFFER_BYTES } from '../../src/protocol/limits.ts'
import {
  DEFAULT_REPLY_BUDGET,
  type ProvenSources,
  ReplyBudget,
  type ReplyBudgetConfig,
} from '../../src/server/reply-budget.ts'
import { addressBytes } from '../support/addresses.ts'
import { assertProperty } from '../support/property.ts'
import { below, seededRandom } from '../support/seeded-random.ts'

const nobodyProven: ProvenSources = { has: () => false }
/** The longest listing. */
const LISTING = FIELD_BUFFER_BYTES

function open(changes: Partial<ReplyBudgetConfig> = {}, proven = nobodyProven) {
  const budget = new ReplyBudget({ ...DEFAULT_REPLY_BUDGET, ...changes }, proven)
  const allows = (address: string, bytes: number, nowMs: number) => {
    const among = new Uint8Array(40).fill(0xee)
    among.set(addressBytes(address), 13)
    return budget.allows(among, 13, bytes, nowMs)
  }
  return { budget, allows }
}

test('a network gets a burst and then so many bytes a second, whichever of its addresses asks', () => {
  const { allows, budget } = open()
  let sent = 0
  let asked = 0
  for (let nowMs = 0; nowMs < 10_000; nowMs += 1) {
    for (let datagrams = 0; datagrams < 5; datagrams += 1) {
      asked += LISTING
      if (allows(`198.51.100.${asked % 256}`, LISTING, nowMs)) sent += LISTING
      const bound = 256 * 1024 + (128 * 1024 * nowMs) / 1000
      assert.ok(sent <= bound, `${sent} bytes after ${nowMs} ms`)
    }
  }
  // All that may leave does: what is missing to the bound is less than one reply.
  assert.ok(sent > 256 * 1024 + 128 * 1024 * 9.999 - LISTING)
  assert.equal(budget.droppedBytes, asked - sent)
  assert.equal(budget.droppedReplies, (asked - sent) / LISTING)
})

test('a flood from one network leaves the others what they had', () => {
  const { allows } = open()
  const random = seededRandom(7)
  for (let nowMs = 0; nowMs < 5000; nowMs += 1) {
    for (let datagrams = 0; datagrams < 50; datagrams += 1) allows('198.51.100.9', LISTING, nowMs)
    // Neighbouring networks, an IPv6 one, and an IPv4 one whose bytes are those of an IPv6 one.
    if (nowMs % 100 !== 0) continue
    for (const other of ['198.51.101.9', '198.51.99.9', '2001:db8:0:100::1', '2001:db8::1', '::c633:6409']) {
      assert.equal(allows(other, below(random, LISTING), nowMs), true, other)
    }
  }
  // Meanwhile its own had nothing left: of two more listings one at most fits.
  allows('198.51.100.77', LISTING, 5000)
  assert.equal(allows('198.51.100.78', LISTING, 5000), false)
})

test('an IPv6 network is a /56', () => {
  const { allows } = open({ burstBytes: LISTING })
  assert.equal(allows('2001:db8:0:ff::1', LISTING, 0), true)
  assert.equal(allows('2001:db8::2', 1, 0), false)
  assert.equal(allows('2001:db8:0:100::1', LISTING, 0), true)
})

test('a flood from networks everywhere does not make one of them anew', () => {
  const { allows } = open()
  let sent = 0
  for (let nowMs = 0; nowMs < 3000; nowMs += 1) {
    for (let datagrams = 0; datagrams < 2; datagrams += 1) {
      if (allows('198.51.100.9', LISTING, nowMs)) sent += LISTING
    }
    for (let datagrams = 0; datagrams < 100; datagrams += 1) {
      const network = (nowMs * 100 + datagrams) * 7
      allows(`${11 + ((network >> 16) & 127)}.${(network >> 8) & 255}.${network & 255}.1`, LISTING, nowMs)
    }
  }
  assert.ok(sent <= 256 * 1024 + 128 * 1024 * 3, `${sent} bytes`)
})

test('who finds no room among all that lack something starts with a full bucket', () => {
  const { allows } = open({ burstBytes: LISTING })
  for (let network = 0; network < 150_000; network += 1) {
    const address = `${11 + (network >> 16)}.${(network >> 8) & 255}.${network & 255}.1`
    assert.equal(allows(address, LISTING, 0), true, address)
  }
})

test('without a bound, on this machine and for proven addresses nothing is dropped', () => {
  const proven = addressBytes('198.51.100.7')
  const isProven = {
    has: (bytes: Uint8Array, offset: number) =>
      Buffer.compare(bytes.subarray(offset, offset + 16), proven) === 0,
  }
  const unbounded = open({ bytesPerSecond: 0 })
  const bounded = open({}, isProven)
  for (let datagrams = 0; datagrams < 1000; datagrams += 1) {
    assert.equal(unbounded.allows('198.51.100.9', LISTING, 0), true)
    for (const exempt of ['127.0.0.1', '127.9.9.9', '::1', '198.51.100.7']) {
      assert.equal(bounded.allows(exempt, LISTING, 0), true)
    }
  }
  // None of it was at the cost of those who share a network with a proven address.
  assert.equal(bounded.allows('198.51.100.8', LISTING, 0), true)
  assert.deepEqual([bounded.budget.droppedReplies, bounded.budget.droppedBytes], [0, 0])
})

test('this machine is bounded too where that is asked for', () => {
  const { allows, budget } = open({ exemptLoopback: false, burstBytes: LISTING })
  assert.equal(allows('127.0.0.1', LISTING, 0), true)
  assert.equal(allows('127.0.0.2', 26, 0), false)
  assert.deepEqual([budget.droppedReplies, budget.droppedBytes], [1, 26])
})

test('a budget that is too small for one listing is none', () => {
  for (const wrong of [
    { burstBytes: LISTING - 1 },
    { burstBytes: Number.NaN },
    { bytesPerSecond: -1 },
    { bytesPerSecond: Number.NaN },
  ]) {
    assert.throws(() => open(wrong), RangeError)
  }
})

/** A token bucket as it is written down: tokens come in with time, up to the burst, and replies take them. */
class ReferenceBucket {
  readonly #bytesPerMs: number
  readonly #burstBytes: number
  #tokens: number
  #atMs = 0

  constructor(bytesPerMs: number, burstBytes: number) {
    this.#bytesPerMs = bytesPerMs
    this.#burstBytes = burstBytes
    this.#tokens = burstBytes
  }

  allows(bytes: number, nowMs: number): boolean {
    this.#tokens = Math.min(this.#burstBytes, this.#tokens + (nowMs - this.#atMs) * this.#bytesPerMs)
    this.#atMs = nowMs
    if (bytes > this.#tokens) return false
    this.#tokens -= bytes
    return true
  }
}

test('each network has a token bucket', () => {
  const networks = ['198.51.100.', '198.51.101.', '203.0.113.'] as const
  // Powers of two, so that neither side rounds.
  const bytesPerMs = 64
  const burstBytes = 8192
  const step = fc.record({
    network: fc.nat(networks.length - 1),
    host: fc.nat(255),
    bytes: fc.oneof(fc.nat(LISTING), fc.constant(LISTING), fc.constant(burstBytes)),
    waitMs: fc.oneof(fc.constant(0), fc.nat(20), fc.nat(200)),
  })
  assertProperty(
    fc.property(fc.array(step, { maxLength: 100 }), steps => {
      const { allows, budget } = open({ bytesPerSecond: bytesPerMs * 1000, burstBytes })
      const buckets = networks.map(() => new ReferenceBucket(bytesPerMs, burstBytes))
      let nowMs = 0
      let dropped = 0
      for (const { network, host, bytes, waitMs } of steps) {
        nowMs += waitMs
        const expected = buckets[network]?.allows(bytes, nowMs)
        assert.equal(allows(`${networks[network]}${host}`, bytes, nowMs), expected)
        if (expected === false) dropped += bytes
      }
      assert.equal(budget.droppedBytes, dropped)
    }),
    200,
  )
})
