import type { DownloadedImage, FailedAttempt } from '../download/download-request.ts'
import type { Transfer } from './transfer.ts'
import type { TransferLimits } from './transfer-limits.ts'
import type { QueuePause } from './transfer-queue.ts'

/** Told of what becomes of transfers. */
export interface TransferObserver {
  onAdded(transfer: Transfer): void
  onStarted(transfer: Transfer): void
  onProgress(transfer: Transfer, owner: string, bytes: number): void
  onFailedAttempt(transfer: Transfer, attempt: FailedAttempt): void
  onSaved(transfer: Transfer, saved: DownloadedImage): void
  onSkipped(transfer: Transfer): void
  /** It is tried again at `transfer.retryAtMs`. */
  onRetrying(transfer: Transfer, error: unknown): void
  onFailed(transfer: Transfer, error: unknown): void
  /** A person paused, resumed, cancelled, retried or moved it. */
  onChanged(transfer: Transfer): void
  /** The whole queue is held up; `error` says why where it was no person's wish. */
  onPaused(why: QueuePause, error: unknown): void
  onResumed(why: QueuePause): void
  /** A limit was changed. */
  onLimits(limits: TransferLimits): void
}

/** Tells several observers, of which each says only what it wants to hear. */
export class TransferObservers implements TransferObserver {
  /** As many as the fronts of one process. */
  readonly #observers = new Set<Partial<TransferObserver>>()

  /** Tells `observer` from now on, until the function that is returned is called. */
  subscribe(observer: Partial<TransferObserver>): () => void {
    this.#observers.add(observer)
    return () => void this.#observers.delete(observer)
  }

  readonly onAdded = this.#teller('onAdded')
  readonly onStarted = this.#teller('onStarted')
  readonly onProgress = this.#teller('onProgress')
  readonly onFailedAttempt = this.#teller('onFailedAttempt')
  readonly onSaved = this.#teller('onSaved')
  readonly onSkipped = this.#teller('onSkipped')
  readonly onRetrying = this.#teller('onRetrying')
  readonly onFailed = this.#teller('onFailed')
  readonly onChanged = this.#teller('onChanged')
  readonly onPaused = this.#teller('onPaused')
  readonly onResumed = this.#teller('onResumed')
  readonly onLimits = this.#teller('onLimits')

  #teller<Event extends keyof TransferObserver>(
    event: Event,
  ): (...facts: Parameters<TransferObserver[Event]>) => void {
    return (...facts) => {
      for (const observer of this.#observers) {
        const tell = observer[event] as ((...facts: Parameters<TransferObserver[Event]>) => void) | undefined
        tell?.apply(observer, facts)
      }
    }
  }
}
