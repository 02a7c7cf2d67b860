import { monotonicMs } from '../../base/clock.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { DownloadedImage } from '../download/download-request.ts'
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
  /** How many of the image's bytes are counted as received, or were there before. */
  counted: number
  readonly rate: RateWindow
}

/** Watches the running transfers: one entry for each, which its end removes. */
export class TransferFlows implements Partial<TransferObserver> {
  readonly #flows = new Map<Digest, Flow>()
  #received = 0

  /** Bytes that came since the start of the program. */
  get received(): number {
    return this.#received
  }

  get(digest: Digest): TransferFlow | undefined {
    const flow = this.#flows.get(digest)
    return flow === undefined ? undefined : measured(digest, flow)
  }

  all(): TransferFlow[] {
    return [...this.#flows].map(([digest, flow]) => measured(digest, flow))
  }

  readonly onStarted = ({ digest, bytes }: Transfer): void => {
    this.#flows.set(digest, { owner: '', bytes: 0, counted: bytes, rate: new RateWindow(monotonicMs()) })
  }

  readonly onProgress = (transfer: Transfer, owner: string, bytes: number): void => {
    const { digest } = transfer
    // What somebody waits for goes on while the rest is paused.
    if (!this.#flows.has(digest)) this.onStarted(transfer)
    const flow = this.#flows.get(digest)
    if (flow === undefined) return
    this.#count(flow, bytes)
    flow.owner = owner
    flow.bytes = bytes
    flow.rate.count(bytes, monotonicMs())
  }

  readonly onSaved = (transfer: Transfer, { bytes, resumedFrom }: DownloadedImage): void => {
    const flow = this.#flows.get(transfer.digest)
    if (flow !== undefined) this.#count(flow, bytes, resumedFrom)
    this.#flows.delete(transfer.digest)
  }
  readonly onRetrying = ({ digest }: Transfer): void => void this.#flows.delete(digest)
  readonly onFailed = this.onRetrying
  readonly onChanged = ({ digest, state }: Transfer): void => {
    if (state !== 'running') this.#flows.delete(digest)
  }
  readonly onPaused = (): void => this.#flows.clear()

  #count(flow: Flow, bytes: number, before = 0): void {
    this.#received += Math.max(0, bytes - Math.max(flow.counted, before))
    flow.counted = Math.max(flow.counted, bytes)
  }
}

function measured(digest: Digest, { owner, bytes, rate }: Flow): TransferFlow {
  return { digest, owner, bytes, bytesPerSecond: rate.bytesPerSecond(monotonicMs()) }
}
