import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCpuProfile } from '../../bench/profile/cpu-profile.ts'

test('busy time is shared out by area and by function, and waiting is left out', () => {
  const frame = (functionName: string, url: string) => ({ callFrame: { functionName, url } })
  const nodes = [
    { id: 1, ...frame('(idle)', '') },
    { id: 2, ...frame('apply', 'file:///somewhere/src/catalog/catalog.ts') },
    { id: 3, ...frame('', '') },
    { id: 4, ...frame('hash', 'node:internal/crypto/hash') },
    { id: 5, ...frame('(garbage collector)', '') },
  ]
  const profile = { nodes, samples: [1, 2, 3, 2, 4, 5], timeDeltas: [900, 10, 40, 30, 10, 10] }
  const { areas, functions } = readCpuProfile(JSON.stringify(profile))
  const expected = {
    'src/catalog': 0.4,
    'system calls and native code': 0.4,
    'node:crypto': 0.1,
    'garbage collector': 0.1,
  }
  assert.deepEqual(Object.fromEntries(areas), expected)
  assert.deepEqual(functions[0], ['apply catalog/catalog.ts', 0.4])
})
