import assert from 'node:assert/strict'
import test from 'node:test'
import { siblingModule } from '../../src/base/sibling-module.ts'

test('names the module beside its importer, as source or as built', () => {
  assert.equal(siblingModule('file:///app/src/peer/pool.ts', 'worker').href, 'file:///app/src/peer/worker.ts')
  assert.equal(
    siblingModule('file:///app/dist/peer/pool.js', 'worker').href,
    'file:///app/dist/peer/worker.js',
  )
})
