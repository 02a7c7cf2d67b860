import type { CatalogImage } from '../peer/catalog-image.ts'
import type { Peer } from '../peer/peer.ts'
import type { TransferObserver } from '../peer/transfers/transfer-observer.ts'
import type { TransferCounts } from '../peer/transfers/transfer-queue.ts'
import { type Digest, parseDigest } from '../protocol/digest.ts'
import type {
  RowsQuery,
  Taking,
  TakingRows,
  Takings,
  TakingWish,
  TransferLimitsChange,
} from './gallery-shapes.ts'
import type { HeldPictures } from './held-pictures.ts'
import { GalleryProblem } from './problems.ts'
import type { RateHistory } from './rate-history.ts'
import { drawerOrder, TOLD_STATES } from './taking-order.ts'

/** Whatever fetches pictures into the folder on behalf of the page. */
export interface PictureTaker {
  /** Wants pictures; those that are wanted or there already are left as they are. */
  take(images: readonly CatalogImage[]): void
  /** Does what a person wants with one of them, or with all. */
  wish(wish: TakingWish): void
  setLimits(limits: TransferLimitsChange): void
  /** How everything stands. */
  state(): Takings
  /** A stretch of the drawer's rows. */
  rows(query: RowsQuery): TakingRows
  /** Calls `listener` after something changed, until the function that is returned is called. */
  subscribe(listener: () => void): () => void
}

/** Pictures told of at once, unasked: what a wall can mark as under way. */
const MAX_TOLD = 200

/** The transfers of a peer, as its page has them. */
export class TransferTaker implements PictureTaker {
  readonly #peer: Pick<Peer, 'transfers'>
  readonly #held: Pick<HeldPictures, 'has'>
  readonly #rates: Pick<RateHistory, 'now'>
  /** As many as the queue has; `undefined` where it has to be found out anew. */
  #order: readonly Digest[] | undefined
  /** What was done when the last round began: the first that was wanted while nothing else was. */
  #doneBefore: number
  readonly #unsubscribe: () => void

  constructor(
    peer: Pick<Peer, 'transfers'>,
    held: Pick<HeldPictures, 'has'>,
    rates: Pick<RateHistory, 'now'>,
  ) {
    this.#peer = peer
    this.#held = held
    this.#rates = rates
    const forget = () => {
      this.#order = undefined
    }
    this.#doneBefore = doneOf(peer.transfers.counts)
    this.#unsubscribe = peer.transfers.subscribe({
      ...onEach(forget, () => {}),
      onAdded: () => {
        forget()
        const { counts } = peer.transfers
        const open = counts.waiting + counts.running + counts.retrying + counts.paused
        if (open === 1) this.#doneBefore = doneOf(counts)
      },
    })
  }

  take(images: readonly CatalogImage[]): void {
    this.#peer.transfers.add(
      images.filter(({ digest }) => !this.#held.has(digest)),
      false,
    )
  }

  wish({ verb, md5, other }: TakingWish): void {
    const { transfers } = this.#peer
    const digest = md5 === undefined ? undefined : parseDigest(md5)
    if (verb !== 'before') {
      transfers.do({ verb, digest })
      return
    }
    const mark = parseDigest(other ?? '')
    if (digest === undefined || mark === undefined) throw new GalleryProblem('badRequest')
    transfers.do({ verb, digest, other: mark })
  }

  setLimits(limits: TransferLimitsChange): void {
    this.#peer.transfers.setLimits(limits)
  }

  state(): Takings {
    const { transfers } = this.#peer
    const { counts } = transfers
    const { waiting, running, paused, retrying, failed } = counts
    const { rows, total } = this.rows({})
    const { down, up } = this.#rates.now
    return {
      takings: rows,
      total,
      waiting: waiting + retrying,
      running,
      paused,
      done: Math.max(0, doneOf(counts) - this.#doneBefore),
      failed,
      isPaused: transfers.pauseReason !== undefined,
      bytesPerSecond: down,
      sentPerSecond: up,
      limits: transfers.limits,
    }
  }

  rows({ start = 0, limit = MAX_TOLD }: RowsQuery): TakingRows {
    this.#order ??= drawerOrder(this.#peer.transfers.list())
    const rows = this.#order.slice(start, start + limit).flatMap(digest => this.#tell(digest) ?? [])
    return { start, total: this.#order.length, rows }
  }

  subscribe(listener: () => void): () => void {
    return this.#peer.transfers.subscribe(onEach(listener, listener))
  }

  /** Listens no longer to the transfers. */
  stop(): void {
    this.#unsubscribe()
  }

  #tell(digest: Digest): Taking | undefined {
    const transfer = this.#peer.transfers.get(digest)
    const state = transfer && TOLD_STATES[transfer.state]
    if (transfer === undefined || state === undefined) return undefined
    const { name, bytes, details } = transfer
    const flow = state === 'running' ? this.#peer.transfers.flow(digest) : undefined
    return {
      ...{ md5: digest, name, state, received: flow?.bytes ?? bytes },
      ...(details.bytes === undefined ? {} : { bytes: details.bytes }),
      ...(flow === undefined ? {} : { owner: flow.owner, bytesPerSecond: Math.round(flow.bytesPerSecond) }),
    }
  }
}

function doneOf({ done, skipped }: TransferCounts): number {
  return done + skipped
}

/** Calls `onChange` after each thing that changes how a transfer stands, and `onDetail` after everything else. */
function onEach(onChange: () => void, onDetail: () => void): TransferObserver {
  return {
    onAdded: onChange,
    onStarted: onChange,
    onProgress: onDetail,
    onFailedAttempt: onDetail,
    onSaved: onChange,
    onSkipped: onChange,
    onRetrying: onChange,
    onFailed: onChange,
    onChanged: onChange,
    onPaused: onChange,
    onResumed: onChange,
    onLimits: onDetail,
  }
}
