import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IdentityKey } from '../../../src/server/journal/identity.ts'
import { SortedIdentities } from '../../../src/server/journal/sorted-identities.ts'
import { below, seededRandom } from '../../support/seeded-random.ts'

test('each identity comes once, in order, however many runs they make', () => {
  const random = seededRandom(7)
  for (const count of [0, 1, 4096, 4097, 20_000]) {
    const identities = new SortedIdentities()
    const added = new Set<string>()
    for (let index = 0; index < count; index += 1) {
      const key = String.fromCharCode(...Array.from({ length: 3 }, () => below(random, 256)))
      added.add(key)
      identities.add(key as IdentityKey)
      if (index % 3 === 0) identities.add(key as IdentityKey)
    }
    assert.deepEqual([...identities], [...added].sort())
  }
})

test('it is full at its bound', () => {
  const identities = new SortedIdentities()
  for (let number = 0; number < 65_535; number += 1) identities.add(String(number) as IdentityKey)
  assert.equal(identities.isFull, false)
  identities.add('one more' as IdentityKey)
  assert.equal(identities.isFull, true)
})
