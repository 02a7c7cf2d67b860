import { parentPort } from 'node:worker_threads'
import { hashFile } from './hash-file.ts'

/** Files to be read, and whether for what they are without private metadata. */
export interface HashBatch {
  readonly paths: readonly string[]
  readonly isCleaned: boolean
}

/** A worker thread of the hash pool: a batch of paths comes in, their results go back in the same order. */
parentPort?.on('message', ({ paths, isCleaned }: HashBatch) => {
  parentPort?.postMessage(paths.map(path => hashFile(path, isCleaned)))
})
