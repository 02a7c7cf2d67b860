import { parentPort } from 'node:worker_threads'
import { type ArrivedFile, CommitGroup, type CommittedFile } from './commit-group.ts'
import { systemDiskSync } from './disk-sync.ts'

/** A group for the thread to commit. It is given one at a time, and answers each. */
export interface CommitOrder {
  readonly directory: string
  readonly files: readonly ArrivedFile[]
  readonly isLast: boolean
}

/** One for each file of the order, in its order. */
export type CommitAnswer = readonly CommittedFile[]

const group = systemDiskSync().then(disk => new CommitGroup(disk))

parentPort?.on('message', async ({ directory, files, isLast }: CommitOrder) => {
  const answer: CommitAnswer = await (await group).commit(directory, files, isLast)
  parentPort?.postMessage(answer)
})
