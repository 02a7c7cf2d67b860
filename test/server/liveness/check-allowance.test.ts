import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CheckAllowance } from '../../../src/server/liveness/check-allowance.ts'
import { DEFAULT_LIVENESS_LIMITS } from '../../../src/server/liveness/liveness-limits.ts'
import { assertProperty } from '../../support/property.ts'

const limits = DEFAULT_LIVENESS_LIMITS

test('64 checks are under way at once, and another begins when one ended', () => {
  const allowance = new CheckAllowance(limits)
  for (let index = 0; index < 64; index += 1) assert.ok(allowance.begin(`${index}`, 0))
  assert.deepEqual([allowance.room(10_000), allowance.begin('one more', 10_000)], [0, false])
  allowance.end('3')
  assert.equal(allowance.room(10_000), 1)
  assert.ok(allowance.begin('one more', 10_000))
  assert.equal(allowance.underWay, 64)
})

test('200 checks begin in a second, and the next when the first is a second old', () => {
  const allowance = new CheckAllowance(limits)
  for (let index = 0; index < 200; index += 1) {
    assert.ok(allowance.begin(undefined, index))
    allowance.end(undefined)
  }
  assert.equal(allowance.begin(undefined, 999), false)
  assert.equal(allowance.room(1002), 3)
  assert.ok(allowance.begin(undefined, 1000))
})

test('4 checks to one address are under way at once, whatever its allowance', () => {
  const allowance = new CheckAllowance(limits)
  for (let index = 0; index < 4; index += 1) assert.ok(allowance.begin('a', index * 10_000))
  assert.equal(allowance.begin('a', 40_000), false)
  assert.ok(allowance.begin('b', 40_000))
  allowance.end('a')
  assert.ok(allowance.begin('a', 40_000))
})

test('to one address 4 checks begin at once and then one a second', () => {
  const allowance = new CheckAllowance(limits)
  const begun: number[] = []
  for (let nowMs = 0; nowMs < 60_000; nowMs += 100) {
    while (allowance.begin('a', nowMs)) {
      begun.push(nowMs)
      allowance.end('a')
    }
  }
  assert.deepEqual(begun.slice(0, 6), [0, 0, 0, 0, 1000, 2000])
  assert.equal(begun.length, 63)
  // A rest saves up no more than that.
  const afterRest = Array.from({ length: 6 }, () => {
    const begins = allowance.begin('a', 3_600_000)
    if (begins) allowance.end('a')
    return begins
  })
  assert.deepEqual(afterRest, [true, true, true, true, false, false])
})

test('an address is forgotten once nothing is under way and its allowance is whole', () => {
  const allowance = new CheckAllowance(limits)
  for (let index = 0; index < 3; index += 1) assert.ok(allowance.begin('a', 0))
  allowance.end('a')
  allowance.end('a')
  allowance.forgetRested(60_000)
  assert.equal(allowance.addressCount, 1)
  allowance.end('a')
  allowance.forgetRested(2999)
  assert.equal(allowance.addressCount, 1)
  allowance.forgetRested(3000)
  assert.equal(allowance.addressCount, 0)
})

test('no order of checks, however many ask and end, passes a bound', () => {
  const small = {
    ...limits,
    checksAtOnce: 5,
    checksPerSecond: 7,
    checksAtOncePerAddress: 2,
    checksPerMinutePerAddress: 30,
  }
  const step = fc.record({
    address: fc.constantFrom('a', 'b', 'c', undefined),
    waitMs: fc.oneof(fc.constant(0), fc.nat(500), fc.nat(5000)),
    ends: fc.nat(3),
  })
  assertProperty(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      const allowance = new CheckAllowance(small)
      const open: (string | undefined)[] = []
      const begun: { address: string | undefined; nowMs: number }[] = []
      let nowMs = 0
      for (const { address, waitMs, ends } of steps) {
        nowMs += waitMs
        for (const ended of open.splice(0, ends)) allowance.end(ended)
        allowance.forgetRested(nowMs)
        const room = allowance.room(nowMs)
        const begins = allowance.begin(address, nowMs)
        if (address === undefined) assert.equal(begins, room > 0)
        if (!begins) continue
        open.push(address)
        begun.push({ address, nowMs })
        const within = (spanMs: number, of = begun) => of.filter(check => nowMs - check.nowMs < spanMs).length
        assert.ok(open.length <= 5)
        assert.ok(within(1000) <= 7)
        if (address === undefined) continue
        assert.ok(open.filter(other => other === address).length <= 2)
        assert.ok(
          within(
            60_000,
            begun.filter(check => check.address === address),
          ) <=
            30 + 2,
        )
      }
    }),
    300,
  )
})
