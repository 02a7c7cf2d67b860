import { monotonicMs } from '../base/clock.ts'
import type { Peer } from '../peer/peer.ts'
import type { Digest } from '../protocol/digest.ts'

/** Milliseconds after which the folder's watcher has long read what was saved. */
const READ_MS = 30_000

/** Pictures remembered for that long: more than are saved in it; beyond them, the oldest go. */
const MAX_SAVED = 50_000

/** Which pictures the folder holds, also those that were saved a moment ago and are not read yet. */
export class HeldPictures {
  readonly #peer: Pick<Peer, 'has' | 'transfers'>
  /** When each was saved, the oldest first. */
  readonly #savedMs = new Map<Digest, number>()
  readonly #unsubscribe: () => void

  constructor(peer: Pick<Peer, 'has' | 'transfers'>) {
    this.#peer = peer
    this.#unsubscribe = peer.transfers.subscribe({
      onSaved: ({ digest }) => {
        const nowMs = monotonicMs()
        this.#savedMs.delete(digest)
        this.#savedMs.set(digest, nowMs)
        for (const [oldest, savedMs] of this.#savedMs) {
          if (this.#savedMs.size <= MAX_SAVED && nowMs - savedMs < READ_MS) break
          this.#savedMs.delete(oldest)
        }
      },
    })
  }

  has(digest: Digest): boolean {
    const savedMs = this.#savedMs.get(digest)
    return this.#peer.has(digest) || (savedMs !== undefined && monotonicMs() - savedMs < READ_MS)
  }

  /** Listens no longer to the transfers. */
  stop(): void {
    this.#unsubscribe()
  }
}
