import assert from 'node:assert/strict'
import test from 'node:test'
import { Reachability } from '../../src/peer/reachability.ts'

const { UNREACHABLE, REACHABLE, SILENCE } = { UNREACHABLE: false, REACHABLE: true, SILENCE: undefined }

const conversations: [says: (boolean | undefined)[], told: (string | undefined)[]][] = [
  [
    [SILENCE, SILENCE, REACHABLE, SILENCE],
    [undefined, undefined, undefined, undefined],
  ],
  [
    [SILENCE, UNREACHABLE, UNREACHABLE],
    [undefined, 'unreachable', undefined],
  ],
  [
    [UNREACHABLE, REACHABLE, REACHABLE, UNREACHABLE],
    ['unreachable', 'reachable', undefined, 'unreachable'],
  ],
  // A server that was restarted has not tried yet.
  [
    [UNREACHABLE, SILENCE, UNREACHABLE, SILENCE],
    ['unreachable', undefined, undefined, undefined],
  ],
  // An ALV says nothing where all is well.
  [
    [UNREACHABLE, SILENCE, SILENCE, SILENCE, UNREACHABLE],
    ['unreachable', undefined, 'reachable', undefined, 'unreachable'],
  ],
]
for (const [says, told] of conversations) {
  test(`of ${JSON.stringify(says.map(String))} a person is told ${JSON.stringify(told.map(String))}`, () => {
    const reachability = new Reachability()
    assert.deepEqual(
      says.map(reachable => reachability.observe(reachable)),
      told,
    )
  })
}
