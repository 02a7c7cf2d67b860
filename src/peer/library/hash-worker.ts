import { parentPort } from 'node:worker_threads'
import { hashFile } from './hash-file.ts'

/** A worker thread of the hash pool: a batch of paths comes in, their results go back in the same order. */
parentPort?.on('message', (paths: readonly string[]) => {
  parentPort?.postMessage(paths.map(hashFile))
})
