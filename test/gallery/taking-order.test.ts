import assert from 'node:assert/strict'
import test from 'node:test'
import { drawerOrder } from '../../src/gallery/taking-order.ts'
import type { Transfer, TransferState } from '../../src/peer/transfers/transfer.ts'
import { asDigest } from '../support/wire-arbitraries.ts'

test('what runs is told first, then what failed, the queue in its order, and what is done, the last first', () => {
  const states: TransferState[] = ['done', 'paused', 'failed', 'running', 'waiting', 'cancelled', 'skipped']
  const transfers = [...states, 'retrying' as const].map(
    (state, index): Transfer => ({
      ...{
        digest: asDigest(String(index).padStart(32, '0')),
        name: '',
        details: {},
        owners: [],
        again: false,
      },
      ...{ state, rank: index, attempts: 0, bytes: 0 },
      ...{ failingSinceMs: undefined, retryAtMs: undefined, error: undefined },
    }),
  )
  assert.deepEqual(
    drawerOrder(transfers).map(digest => transfers[Number(digest)]?.state),
    ['running', 'failed', 'paused', 'waiting', 'retrying', 'skipped', 'done'],
  )
})
