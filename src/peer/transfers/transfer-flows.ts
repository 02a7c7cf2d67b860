import { monotonicMs } from '../../base/clock.ts'
import type { Digest } from '../../protocol/digest.ts'
import { RateWindow } from './rate-window.ts'
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

interface Flow {
  owner: string
  bytes: number
  readonly rate: RateWindow
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
    this.#flows.set(digest, { owner: '', bytes: 0, rate: new RateWindow(monotonicMs()) })
  }

  readonly onProgress = (transfer: Transfer, owner: string, bytes: number): void => {
    const { digest } = transfer
    // What somebody waits for goes on while the rest is paused.
    if (!this.#flows.has(digest)) this.onStarted(transfer)
    const flow = this.#flows.get(digest)
    if (flow === undefined) return
    flow.owner = owner
    flow.bytes = bytes
    flow.rate.count(bytes, monotonicMs())
  }

  readonly onSaved = ({ digest }: Transfer): void => void this.#flows.delete(digest)
  readonly onRetrying = this.onSaved
  readonly onFailed = this.onSaved
  readonly onChanged = ({ digest, state }: Transfer): void => {
    if (state !== 'running') this.#flows.delete(digest)
  }
  readonly onPaused = (): void => this.#flows.clear()
}

function measured(digest: Digest, { owner, bytes, rate }: Flow): TransferFlow {
  return { digest, owner, bytes, bytesPerSecond: rate.bytesPerSecond(monotonicMs()) }
}
