import { parentPort } from 'node:worker_threads'
import { type ArrivedFile, CommitGroup, type CommittedFile } from './commit-group.ts'
import { systemDiskSync } from './disk-sync.ts'

/** A group for the thread to commit. It is given one at a time, and answers each. */
export interface CommitOrder {
  readonly kind: 'commit'
  readonly directory: string
  readonly files: readonly ArrivedFile[]
  readonly isLast: boolean
}

/** A file that has much already; there is no answer. */
export interface BeginOrder {
  readonly kind: 'begin'
  readonly path: string
}

/** One for each file of the order, in its order. */
export type CommitAnswer = readonly CommittedFile[]

const group = systemDiskSync().then(disk => new CommitGroup(disk))

parentPort?.on('message', async (order: CommitOrder | BeginOrder) => {
  const committing = await group
  if (order.kind === 'begin') return committing.begin(order.path)
  const answer: CommitAnswer = await committing.commit(order.directory, order.files, order.isLast)
  parentPort?.postMessage(answer)
})
