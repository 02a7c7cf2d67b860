import { monotonicMs } from '../../base/clock.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { Transfer } from './transfer.ts'
import type { TransferObserver } from './transfer-observer.ts'

/** How a running transfer flows. */
export interface TransferFlow {
  readonly digest: Digest
  /** Who gave the last bytes. */
  readonly owner: string
  /** Bytes of the image that are there, those of an earlier start included. */
  readonly bytes: number
  /** Over the last seconds. */
  readonly bytesPerSecond: number
}

/** Milliseconds over which a rate is measured, at least; at most twice as many. */
const WINDOW_MS = 5000

interface Sample {
  readonly bytes: number
  readonly atMs: number
}

interface Flow {
  owner: string
  bytes: number
  /** Where the measurement begins, and where the next one will. */
  base: Sample
  next: Sample
}

/** Watches the running transfers: one entry for each, which its end removes. */
export class TransferFlows implements Partial<TransferObserver> {
  readonly #flows = new Map<Digest, Flow>()

  get(digest: Digest): TransferFlow | undefined {
    const flow = this.#flows.get(digest)
    return flow === undefined ? undefined : measured(digest, flow)
  }

  all(): TransferFlow[] {
    return [...this.#flows].map(([digest, flow]) => measured(digest, flow))
  }

  readonly onStarted = ({ digest }: Transfer): void => {
    const base = { bytes: 0, atMs: monotonicMs() }
    this.#flows.set(digest, { owner: '', bytes: 0, base, next: base })
  }

  readonly onProgress = (transfer: Transfer, owner: string, bytes: number): void => {
    const { digest } = transfer
    // What somebody waits for goes on while the rest is paused.
    if (!this.#flows.has(digest)) this.onStarted(transfer)
    const flow = this.#flows.get(digest)
    if (flow === undefined) return
    flow.owner = owner
    flow.bytes = bytes
    const atMs = monotonicMs()
    if (atMs - flow.next.atMs < WINDOW_MS) return
    flow.base = flow.next
    flow.next = { bytes, atMs }
  }

  readonly onSaved = ({ digest }: Transfer): void => void this.#flows.delete(digest)
  readonly onRetrying = this.onSaved
  readonly onFailed = this.onSaved
  readonly onChanged = ({ digest, state }: Transfer): void => {
    if (state !== 'running') this.#flows.delete(digest)
  }
  readonly onPaused = (): void => this.#flows.clear()
}

function measured(digest: Digest, { owner, bytes, base }: Flow): TransferFlow {
  const seconds = Math.max(0.001, (monotonicMs() - base.atMs) / 1000)
  return { digest, owner, bytes, bytesPerSecond: Math.max(0, bytes - base.bytes) / seconds }
}
