import assert from 'node:assert/strict'
import test from 'node:test'
import { RateHistory } from '../../src/gallery/rate-history.ts'

test('rates are what came and went between two looks, over five minutes', () => {
  const totals = { received: 1000, sent: 0 }
  const history = new RateHistory(() => ({ ...totals }), 0)
  assert.deepEqual(history.now, { down: 0, up: 0 })
  totals.received += 500
  totals.sent += 2000
  history.sample(1000)
  // Nothing has passed.
  history.sample(1000)
  assert.deepEqual(history.rates, { stepMs: 1000, steps: 300, down: [500], up: [2000] })
  // A late look stands for those that were missed.
  totals.received += 3000
  history.sample(4000)
  assert.deepEqual(history.rates.down, [500, 1000, 1000, 1000])
  assert.deepEqual(history.rates.up, [2000, 0, 0, 0])
  assert.deepEqual(history.now, { down: 1000, up: 0 })
  // A share server that started anew begins at 0.
  totals.sent = 0
  for (let second = 5; second < 400; second += 1) history.sample(second * 1000)
  assert.equal(history.rates.down.length, 300)
  assert.ok(history.rates.up.every(rate => rate === 0))
  history.sample(1e9)
  assert.equal(history.rates.up.length, 300)
})
