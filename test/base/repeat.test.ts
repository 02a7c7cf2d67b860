import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repeatByTimer } from '../../src/base/repeat.ts'
import { assertOpenResources } from '../support/open-resources.ts'

test('repeats until it is cancelled', async t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let count = 0
  const cancel = repeatByTimer(() => {
    count += 1
  }, 50)
  t.mock.timers.tick(200)
  assert.equal(count, 4)
  cancel()
  t.mock.timers.tick(200)
  assert.equal(count, 4)
})

test('does not keep the program alive', async () => {
  const cancel = repeatByTimer(() => {}, 60_000)
  await assertOpenResources({})
  cancel()
})
