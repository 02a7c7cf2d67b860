import { statfsSync } from 'node:fs'
import { monotonicMs } from '../../base/clock.ts'
import { Failure, systemReason } from '../../base/failure.ts'
import { withImageExtension } from '../file-name.ts'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../image-format.ts'
import { ArrivingFile } from './arriving-file.ts'
import { DISK_CHECK_BYTES, DISK_RESERVE_BYTES } from './disk-space.ts'
import { HashFollowers } from './hash-followers.ts'
import { HeldBuffers } from './held-buffers.ts'
import { ImageTransfer, type TransferTools } from './image-transfer.ts'
import { OldOwners } from './old-owners.ts'
import { OwnerConnections } from './owner-connections.ts'
import { SaveError } from './part-file.ts'
import { RateLimit } from './rate-limit.ts'
import type { TransferNews, TransferOrder, TransferThreadData, TransferTrouble } from './transfer-messages.ts'

/** Milliseconds between two words on how far an image is. */
const NEWS_MS = 100

/** Milliseconds for which news wait for others: to wake the thread that gets them costs more than the news. */
const GATHER_MS = 10

/** Whoever ordered a transfer does not want it any more. */
const CANCELLED: unique symbol = Symbol('cancelled')

type Begin = Extract<TransferOrder, { kind: 'begin' }>

/** Brings images into their temporary files: what a transfer thread does with the orders it gets. */
export class TransferThread {
  readonly #tools: TransferTools
  readonly #buffers = new HeldBuffers()
  readonly #post: (news: readonly TransferNews[]) => void
  readonly #running = new Map<number, AbortController>()
  #news: TransferNews[] = []
  #newsTimer: NodeJS.Timeout | undefined

  /** `post` is given what there is to tell, of several images together. */
  constructor({ rateLimit }: TransferThreadData, post: (news: readonly TransferNews[]) => void) {
    const connections = new OwnerConnections(new RateLimit(rateLimit))
    this.#tools = { connections, oldOwners: new OldOwners(), followers: new HashFollowers() }
    this.#post = post
  }

  take(orders: readonly TransferOrder[]): void {
    for (const order of orders) {
      if (order.kind === 'cancel') this.#running.get(order.id)?.abort(CANCELLED)
      else void this.#transfer(order)
    }
  }

  async #transfer(order: Begin): Promise<void> {
    const stopping = new AbortController()
    this.#running.set(order.id, stopping)
    try {
      this.#tell(await this.#bring(order, stopping))
    } catch (error) {
      this.#tell({ kind: 'failed', id: order.id, trouble: asTrouble(error, stopping.signal) })
    } finally {
      this.#running.delete(order.id)
    }
  }

  async #bring(order: Begin, stopping: AbortController): Promise<TransferNews> {
    const { id, job, partPath, mayBeThere, isKept, directory } = order
    const { claimedBytes } = job
    const file = ArrivingFile.open({ path: partPath, mayBeThere, claimedBytes }, this.#buffers)
    let toldMs = monotonicMs()
    let unchecked = 0
    const transfer = new ImageTransfer(
      job,
      file,
      this.#tools,
      {
        onBytes: (owner, bytes) => {
          if (monotonicMs() - toldMs < NEWS_MS) return
          toldMs = monotonicMs()
          this.#tell({ kind: 'bytes', id, owner, bytes })
        },
        onFailedAttempt: attempt => this.#tell({ kind: 'attempt', id, attempt }),
        onWrongContent: owner => this.#tell({ kind: 'wrongContent', id, owner }),
        onWritten: bytes => {
          unchecked += bytes
          if (unchecked < DISK_CHECK_BYTES) return
          unchecked = 0
          this.#tell({ kind: 'written', id })
          checkDisk(directory)
        },
      },
      stopping,
    )
    try {
      const image = await transfer.run()
      const head = Buffer.alloc(IMAGE_HEAD_BYTES)
      const fitting = withImageExtension(order.safeName, recogniseImage(head.subarray(0, file.read(head, 0))))
      if (fitting.kind === 'refused')
        throw new Failure('nameRefused', { name: job.name, reason: fitting.reason })
      if (image.modifiedMs !== undefined) file.modifiedMs = Math.min(image.modifiedMs, Date.now())
      file.finish()
      return { kind: 'done', id, image, name: fitting.name }
    } catch (error) {
      const isRefused = error instanceof Failure && error.code === 'nameRefused'
      file.leave(transfer.prefix, isKept && !isRefused)
      throw error
    }
  }

  #tell(news: TransferNews): void {
    this.#news.push(news)
    this.#newsTimer ??= setTimeout(() => this.#send(), GATHER_MS)
    // Nobody else is kept waiting, and whoever waits for this one should not be.
    if (this.#running.size <= 1) setImmediate(() => this.#send())
  }

  #send(): void {
    clearTimeout(this.#newsTimer)
    this.#newsTimer = undefined
    const all = this.#news
    this.#news = []
    if (all.length > 0) this.#post(all)
  }
}

function checkDisk(directory: string): void {
  let freeBytes: number
  try {
    const { blocks, bavail, bsize } = statfsSync(directory)
    freeBytes = blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize
  } catch {
    return
  }
  if (freeBytes < DISK_RESERVE_BYTES) throw new Failure('diskFull', { directory, freeBytes })
}

function asTrouble(error: unknown, signal: AbortSignal): TransferTrouble {
  if (error instanceof Failure) return { kind: 'failure', code: error.code, details: error.details }
  if (error instanceof SaveError) return { kind: 'save', reason: systemReason(error.cause ?? error) }
  if (signal.reason === CANCELLED) return { kind: 'cancelled' }
  return { kind: 'unexpected', reason: systemReason(error) }
}
