import type { CatalogImage } from '../peer/catalog-image.ts'
import type { Peer } from '../peer/peer.ts'
import type { Transfer } from '../peer/transfers/transfer.ts'
import type { TransferObserver } from '../peer/transfers/transfer-observer.ts'
import { parseDigest } from '../protocol/digest.ts'
import type { Taking, Takings, TakingWish } from './gallery-shapes.ts'

/** Whatever fetches pictures into the folder on behalf of the page. */
export interface PictureTaker {
  /** Wants pictures; those that are wanted or there already are left as they are. */
  take(images: readonly CatalogImage[]): void
  /** Does what a person wants with one of them, or with all. */
  wish(wish: TakingWish): void
  /** How everything stands. */
  state(): Takings
  /** Calls `listener` after something changed, until the function that is returned is called. */
  subscribe(listener: () => void): () => void
}

/** Pictures told of at once: more than that no drawer shows. */
const MAX_TOLD = 200

/** What the page is told of each state; what a person called off is not told. */
const TOLD_STATES: Readonly<Record<Transfer['state'], Taking['state'] | undefined>> = {
  waiting: 'waiting',
  running: 'running',
  paused: 'paused',
  retrying: 'retrying',
  done: 'done',
  skipped: 'done',
  failed: 'failed',
  cancelled: undefined,
}

/** What is told first. */
const IMPORTANCE: readonly Taking['state'][] = ['running', 'retrying', 'failed', 'paused', 'waiting', 'done']

/** The transfers of a peer, as its page has them. */
export class TransferTaker implements PictureTaker {
  readonly #peer: Pick<Peer, 'transfers' | 'has'>

  constructor(peer: Pick<Peer, 'transfers' | 'has'>) {
    this.#peer = peer
  }

  take(images: readonly CatalogImage[]): void {
    this.#peer.transfers.add(
      images.filter(({ digest }) => !this.#peer.has(digest)),
      false,
    )
  }

  wish({ verb, md5 }: TakingWish): void {
    const { transfers } = this.#peer
    const digest = md5 === undefined ? undefined : parseDigest(md5)
    transfers.do({ verb, digest })
  }

  state(): Takings {
    const { transfers } = this.#peer
    const { waiting, running, paused, retrying, done, skipped, failed } = transfers.counts
    const told = transfers.list().flatMap(transfer => this.#tell(transfer) ?? [])
    const importanceOf = ({ state }: Taking) => IMPORTANCE.indexOf(state)
    return {
      takings: told.sort((one, other) => importanceOf(one) - importanceOf(other)).slice(0, MAX_TOLD),
      waiting: waiting + retrying,
      running,
      paused,
      done: done + skipped,
      failed,
      isPaused: transfers.pauseReason !== undefined,
      bytesPerSecond: Math.round(transfers.flows().reduce((sum, flow) => sum + flow.bytesPerSecond, 0)),
    }
  }

  subscribe(listener: () => void): () => void {
    const observer: TransferObserver = {
      onAdded: listener,
      onStarted: listener,
      onProgress: listener,
      onFailedAttempt: listener,
      onSaved: listener,
      onSkipped: listener,
      onRetrying: listener,
      onFailed: listener,
      onChanged: listener,
      onPaused: listener,
      onResumed: listener,
      onLimits: () => {},
    }
    return this.#peer.transfers.subscribe(observer)
  }

  #tell({ digest, name, state, bytes, details }: Transfer): Taking | undefined {
    const told = TOLD_STATES[state]
    if (told === undefined) return undefined
    const flow = state === 'running' ? this.#peer.transfers.flow(digest) : undefined
    return {
      ...{ md5: digest, name, state: told, received: flow?.bytes ?? bytes },
      ...(details.bytes === undefined ? {} : { bytes: details.bytes }),
      ...(flow === undefined ? {} : { owner: flow.owner, bytesPerSecond: Math.round(flow.bytesPerSecond) }),
    }
  }
}
