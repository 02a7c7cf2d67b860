import { Worker } from 'node:worker_threads'
import { systemReason } from '../../base/failure.ts'
import { siblingModule } from '../../base/sibling-module.ts'
import { SaveError } from './part-file.ts'
import type { ContentDigests } from './prefix-hash.ts'
import { THREAD_LIMITS } from './thread-limits.ts'

/** What a thread that hashes is told. */
export type FollowerOrder =
  | { readonly kind: 'begin'; readonly id: number; readonly path: string; readonly algorithm: Algorithm }
  | { readonly kind: 'advance'; readonly id: number; readonly prefix: number }
  | { readonly kind: 'finish'; readonly id: number; readonly size: number }
  | { readonly kind: 'drop'; readonly id: number }

/** What it answers to `finish`, or when the file cannot be read. */
export interface FollowerAnswer {
  readonly id: number
  readonly hex?: string
  readonly trouble?: string
}

export type Algorithm = 'md5' | 'sha256'

/** A file being hashed while it is written. */
export interface Following {
  advance(prefix: number): void
  /** Rejects with a {@link SaveError} where the file could not be read. */
  finish(size: number): Promise<ContentDigests>
  drop(): void
}

interface Waiting {
  resolve(hex: string): void
  reject(error: Error): void
}

/**
 * Threads that hash the written beginning of files, reading it from the system's cache: receiving and each digest have a
 * core of their own. One thread for each algorithm, started when first needed.
 */
export class HashFollowers {
  readonly #threads = new Map<Algorithm, Worker>()
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  follow(path: string, wantsSha256: boolean): Following {
    const md5 = this.#begin(path, 'md5')
    const sha256 = wantsSha256 ? this.#begin(path, 'sha256') : undefined
    const both = [md5, ...(sha256 === undefined ? [] : [sha256])]
    return {
      advance: prefix => {
        for (const { thread, id } of both) tell(thread, { kind: 'advance', id, prefix })
      },
      finish: async size => {
        const [md5Hex = '', sha256Hex] = await Promise.all(
          both.map(({ thread, id, digest }) => {
            tell(thread, { kind: 'finish', id, size })
            return digest
          }),
        )
        return { md5: md5Hex, sha256: sha256Hex }
      },
      drop: () => {
        for (const { thread, id } of both) {
          this.#waiting.delete(id)
          tell(thread, { kind: 'drop', id })
        }
      },
    }
  }

  async close(): Promise<void> {
    const threads = [...this.#threads.values()]
    this.#threads.clear()
    await Promise.all(threads.map(thread => thread.terminate()))
  }

  #begin(path: string, algorithm: Algorithm): { thread: Worker; id: number; digest: Promise<string> } {
    this.#lastId += 1
    const id = this.#lastId
    const thread = this.#thread(algorithm)
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    // Whoever asks for the digest is told; before that nobody may be listening.
    promise.catch(() => {})
    this.#waiting.set(id, { resolve, reject })
    tell(thread, { kind: 'begin', id, path, algorithm })
    return { thread, id, digest: promise }
  }

  #thread(algorithm: Algorithm): Worker {
    const running = this.#threads.get(algorithm)
    if (running !== undefined) return running
    const thread = new Worker(siblingModule(import.meta.url, 'hash-follower-worker'), {
      resourceLimits: THREAD_LIMITS,
    })
    thread.unref()
    this.#threads.set(algorithm, thread)
    thread.on('message', ({ id, hex, trouble }: FollowerAnswer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (hex !== undefined) waiting?.resolve(hex)
      else waiting?.reject(new SaveError(trouble ?? ''))
    })
    const failAll = (reason: string) => {
      this.#threads.delete(algorithm)
      for (const waiting of this.#waiting.values()) waiting.reject(new SaveError(reason))
      this.#waiting.clear()
    }
    thread.on('error', error => failAll(systemReason(error)))
    thread.on('exit', () => failAll('the hashing thread ended'))
    return thread
  }
}

function tell(thread: Worker, order: FollowerOrder): void {
  thread.postMessage(order)
}
