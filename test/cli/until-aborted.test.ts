import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import test from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { untilAborted } from '../../src/cli/until-aborted.ts'
import { assertOpenResources } from '../support/open-resources.ts'

test('waits for the signal, keeps the program alive until then, and leaves nothing', async () => {
  const stopping = new AbortController()
  let ended = false
  const waiting = untilAborted(stopping.signal).then(() => {
    ended = true
  })
  await turn()
  assert.equal(ended, false)
  await assertOpenResources({ Timeout: 1 })
  stopping.abort()
  await waiting
  await assertOpenResources({})
  assert.equal(getEventListeners(stopping.signal, 'abort').length, 0)
})

test('an aborted signal is not waited for', async () => {
  await untilAborted(AbortSignal.abort())
  await assertOpenResources({})
})
