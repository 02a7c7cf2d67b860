import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  firstRenewalDelayMs,
  rejoinDelayMs,
  renewalDelayMs,
  retryDelayMs,
} from '../../src/peer/renewal-timing.ts'
import { assertProperty } from '../support/property.ts'

const RENEW_MS = 300_000
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
/** What an answer to ALV can say. */
const leaseMs = fc.integer({ min: 1, max: 999_999 }).map(seconds => seconds * 1000)

test('a lease of two minutes is renewed after some 40 seconds', () => {
  assert.equal(renewalDelayMs(120_000, RENEW_MS, 0), 40_000)
  assert.equal(renewalDelayMs(120_000, RENEW_MS, 0.5), 36_000)
  assert.equal(renewalDelayMs(undefined, RENEW_MS, 0), RENEW_MS)
})

test('two renewals may be lost before a lease runs out, and no server is asked all the time', () => {
  assertProperty(
    fc.property(leaseMs, chance, (lease, by) => {
      for (const delayMs of [renewalDelayMs(lease, RENEW_MS, by), retryDelayMs(lease, RENEW_MS, by)]) {
        assert.ok(delayMs * 3 <= Math.max(lease, 750), `${delayMs}`)
        assert.ok(delayMs >= 200)
        assert.ok(delayMs <= RENEW_MS)
      }
      assert.ok(retryDelayMs(lease, RENEW_MS, by) <= 15_000)
    }),
  )
})

test('whoever a server forgot is back within a lease, and not all at the same time', () => {
  assertProperty(
    fc.property(leaseMs, chance, chance, (lease, by, other) => {
      fc.pre(lease >= 1000)
      const knowsMs = renewalDelayMs(lease, RENEW_MS, by)
      assert.ok(knowsMs + rejoinDelayMs(lease, other) < lease)
    }),
  )
  const delays = Array.from({ length: 500 }, (_, index) => rejoinDelayMs(120_000, index / 500))
  assert.equal(new Set(delays.map(Math.round)).size, 500)
  assert.equal(Math.max(...delays) < 20_000 && Math.max(...delays) > 19_000, true)
  assert.equal(rejoinDelayMs(undefined, 0.5), 0)
})

test('what a server can is found out in the first second', () => {
  assertProperty(fc.property(chance, by => assert.ok(firstRenewalDelayMs(by) < 1000)))
})
