import { statfsSync } from 'node:fs'
import { monotonicMs } from '../../base/clock.ts'
import { Failure, systemReason } from '../../base/failure.ts'
import { withImageExtension } from '../file-name.ts'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../image-format.ts'
import { DISK_CHECK_BYTES, DISK_RESERVE_BYTES } from './disk-space.ts'
import { HashFollowers } from './hash-followers.ts'
import { ImageTransfer, type TransferTools } from './image-transfer.ts'
import { OldOwners } from './old-owners.ts'
import { OwnerConnections } from './owner-connections.ts'
import { PartFile, SaveError } from './part-file.ts'
import { RateLimit } from './rate-limit.ts'
import type { TransferNews, TransferOrder, TransferThreadData, TransferTrouble } from './transfer-messages.ts'

/** Milliseconds between two words on how far an image is. */
const NEWS_MS = 100

type Begin = Extract<TransferOrder, { kind: 'begin' }>

/** Brings images into their temporary files: what a transfer thread does with the orders it gets. */
export class TransferThread {
  readonly #tools: TransferTools
  readonly #post: (news: readonly TransferNews[]) => void
  readonly #running = new Map<number, AbortController>()
  #news: TransferNews[] = []

  /** `post` is given all that there is to tell of one turn of the event loop. */
  constructor({ rateLimit }: TransferThreadData, post: (news: readonly TransferNews[]) => void) {
    const connections = new OwnerConnections(new RateLimit(rateLimit))
    this.#tools = { connections, oldOwners: new OldOwners(), followers: new HashFollowers() }
    this.#post = post
  }

  take(orders: readonly TransferOrder[]): void {
    for (const order of orders) {
      if (order.kind === 'cancel') this.#running.get(order.id)?.abort()
      else void this.#transfer(order)
    }
  }

  async #transfer(order: Begin): Promise<void> {
    const stopping = new AbortController()
    this.#running.set(order.id, stopping)
    try {
      this.#tell(await this.#bring(order, stopping.signal))
    } catch (error) {
      this.#tell({ kind: 'failed', id: order.id, trouble: asTrouble(error, stopping.signal) })
    } finally {
      this.#running.delete(order.id)
    }
  }

  async #bring(order: Begin, signal: AbortSignal): Promise<TransferNews> {
    const { id, job, partPath, isKept, directory } = order
    const file = PartFile.open(partPath)
    let toldMs = 0
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
          checkDisk(directory)
        },
      },
      signal,
    )
    try {
      const image = await transfer.run()
      const head = Buffer.alloc(IMAGE_HEAD_BYTES)
      const fitting = withImageExtension(order.safeName, recogniseImage(head.subarray(0, file.read(head, 0))))
      if (fitting.kind === 'refused')
        throw new Failure('nameRefused', { name: job.name, reason: fitting.reason })
      if (image.modifiedMs !== undefined) file.setTime(Math.min(image.modifiedMs, Date.now()))
      file.finish()
      this.#tell({ kind: 'bytes', id, owner: image.owner, bytes: image.bytes })
      return { kind: 'done', id, image, name: fitting.name }
    } catch (error) {
      const isRefused = error instanceof Failure && error.code === 'nameRefused'
      file.leave(transfer.prefix, isKept && !isRefused)
      throw error
    }
  }

  #tell(news: TransferNews): void {
    this.#news.push(news)
    if (this.#news.length > 1) return
    setImmediate(() => {
      const all = this.#news
      this.#news = []
      this.#post(all)
    })
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
  if (signal.aborted) return { kind: 'cancelled' }
  return { kind: 'unexpected', reason: systemReason(error) }
}
