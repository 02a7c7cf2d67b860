import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCrashRounds } from '../../bench/crash/crash-run.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const skip = process.platform === 'linux' ? false : 'peers speak from addresses that only Linux has'

/** The same requests each time; on which of them a moment falls is up to the machine. `npm run crash` has more rounds. */
const SEED = 31

test('a server killed under load from both fronts holds all it acknowledged, and nothing that was not sent', {
  skip,
}, async t => {
  const folder = join(await temporaryFolder(t), 'data')
  const { violations, rounds, requests, registrations, holdings } = await runCrashRounds(
    { rounds: 3, seed: SEED, folder },
    () => {},
  )
  assert.deepEqual(violations, [], `round ${rounds} of npm run crash -- --seed ${SEED}`)
  assert.equal(rounds, 3)
  const acknowledged = Object.values(requests).reduce((sum, { done }) => sum + done, 0)
  const underWay = Object.values(requests).reduce((sum, { unanswered }) => sum + unanswered, 0)
  assert.ok(acknowledged > 24, `only ${acknowledged} requests were acknowledged`)
  assert.ok(underWay > 0, 'no request was under way at a kill')
  assert.ok(registrations > 0 && holdings > 0, 'nothing was compared')
})
