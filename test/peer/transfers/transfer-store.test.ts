import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { TransferQueue } from '../../../src/peer/transfers/transfer-queue.ts'
import { TransferStore } from '../../../src/peer/transfers/transfer-store.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { asDigest } from '../../support/wire-arbitraries.ts'

test('what is kept of a transfer comes back, and what is forgotten does not', async t => {
  const path = join(await temporaryFolder(t), 'new', 'transfers.sqlite')
  const queue = new TransferQueue()
  const digest = asDigest('a'.repeat(32))
  const owners = [
    { address: '10.0.0.1', port: 5001 },
    { address: '::1', port: 5002 },
  ]
  queue.add({ digest, name: 'a\u0000;".png', details: { bytes: 4711, sha256: 'b'.repeat(64) }, owners }, true)
  queue.start(digest)
  queue.fail(digest, { error: 'allOwnersFailed', isFinal: false }, 1000, 0.5)
  const { changed } = queue.takeChanges()
  const first = TransferStore.open(path)
  assert.equal(first.condition.kind, 'fine')
  first.keep(changed, [])
  first.close()
  const second = TransferStore.open(path)
  assert.deepEqual(second.transfers(), changed)
  second.keep([], [digest])
  assert.deepEqual(second.transfers(), [])
  second.close()
})

test('a store that is damaged, of the future or in no place at all is no reason to stop', async t => {
  const folder = await temporaryFolder(t)
  const damaged = join(folder, 'damaged.sqlite')
  await writeFile(damaged, 'no database at all'.repeat(100))
  const future = join(folder, 'future.sqlite')
  const database = new DatabaseSync(future)
  database.exec('PRAGMA user_version = 99')
  database.close()
  for (const [path, kind] of [
    [damaged, 'setAside'],
    [future, 'setAside'],
    [join(damaged, 'below', 'a', 'file.sqlite'), 'memoryOnly'],
  ] as const) {
    const store = TransferStore.open(path)
    assert.equal(store.condition.kind, kind, path)
    assert.deepEqual(store.transfers(), [])
    store.close()
  }
})
