import { parentPort } from 'node:worker_threads'
import { examineFile } from './examine-file.ts'
import { hashFile } from './hash-file.ts'

/** Files to be hashed, `isCleaned` for what they are without private metadata; or one to be looked through for what it tells. */
export type ReadingTask =
  | { readonly kind: 'hash'; readonly paths: readonly string[]; readonly isCleaned: boolean }
  | { readonly kind: 'examine'; readonly path: string }

/** A worker thread of the hash pool: a task comes in, its result goes back; of several paths in the same order. */
parentPort?.on('message', (task: ReadingTask) => {
  parentPort?.postMessage(resultOf(task))
})

function resultOf(task: ReadingTask): unknown {
  return task.kind === 'hash'
    ? task.paths.map(path => hashFile(path, task.isCleaned))
    : examineFile(task.path)
}
