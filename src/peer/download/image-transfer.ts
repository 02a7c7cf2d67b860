import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '../../base/clock.ts'
import { Failure, type OwnerFault } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import { type Endpoint, formatEndpoint } from '../../protocol/endpoint.ts'
import type { ArrivingFile } from './arriving-file.ts'
import { byBlocksGiven, findLiars } from './blame.ts'
import { BLOCK_BYTES, type Block, BlockMap } from './block-map.ts'
import type { DownloadObserver, FailedAttempt } from './download-request.ts'
import type { FetchLimits } from './fetch-limits.ts'
import type { HashFollowers } from './hash-followers.ts'
import { type ImageSource, isForgiven, newSource, noteBusy } from './image-source.ts'
import { type Lane, RELIEF_MS, relieveSlowest } from './lane.ts'
import type { OldOwners } from './old-owners.ts'
import type { OwnerConnections } from './owner-connections.ts'
import { type ContentDigests, PrefixHash } from './prefix-hash.ts'
import { requestRange, requestWhole, type SourceAnswer } from './source-request.ts'

/** What one image's transfer needs. */
export interface TransferJob {
  readonly digest: Digest
  readonly name: string
  readonly owners: readonly Endpoint[]
  /** What owners say of it; the size is believed only for planning. */
  readonly claimedBytes: number | undefined
  readonly sha256: string | undefined
  readonly disputed: boolean
  readonly limits: FetchLimits
}

/** What a transfer is done with; shared by the transfers of a thread. */
export interface TransferTools {
  readonly connections: OwnerConnections
  readonly oldOwners: OldOwners
  readonly followers: HashFollowers
}

/** What came of it: the file holds the image. */
export interface TransferredImage {
  readonly bytes: number
  readonly owner: string
  readonly failed: readonly FailedAttempt[]
  readonly resumedFrom: number
  /** Milliseconds since 1970: the file's time at the owner, where it told. */
  readonly modifiedMs: number | undefined
}

export interface TransferObserver extends DownloadObserver {
  onWrongContent(owner: Endpoint): void
  /** More was written; throws to end the transfer. */
  onWritten(bytes: number): void
}

/** Bytes from which an image is fetched from several owners at once. */
const SHARED_FROM_BYTES = 16 * 1024 ** 2

/** Owners that send parts of one image at once. */
const MAX_LANES = 4

/** Blocks that are fetched before the first gap is filled: what is found only when that is filled is fetched in vain. */
const MAX_AHEAD_BLOCKS = 16

/** Milliseconds for which an owner that was relieved of its block gets no other. */
const RELIEVED_MS = 5000

/**
 * Brings one image into a file: a small one from one owner after the other, a large one by blocks from several at once, in
 * order from the front. Blame is found by content: see {@link ImageTransfer.run}.
 */
export class ImageTransfer {
  readonly #job: TransferJob
  readonly #file: ArrivingFile
  readonly #tools: TransferTools
  readonly #observer: TransferObserver
  /** The caller's; ours when one of several lanes cannot go on. */
  readonly #stopping: AbortController
  readonly #signal: AbortSignal
  readonly #sources: ImageSource[]
  readonly #failed: FailedAttempt[] = []
  readonly #hash: PrefixHash
  readonly #lanes = new Set<Lane>()
  #blocks: BlockMap<ImageSource>
  #resumed: number
  #modifiedMs: number | undefined
  /** An owner gave content of the right MD5 and another SHA-256. */
  #isOtherContent = false
  #changed: PromiseWithResolvers<void> = Promise.withResolvers()

  constructor(
    job: TransferJob,
    file: ArrivingFile,
    tools: TransferTools,
    observer: TransferObserver,
    stopping: AbortController,
  ) {
    this.#job = job
    this.#file = file
    this.#tools = tools
    this.#observer = observer
    this.#stopping = stopping
    this.#signal = stopping.signal
    this.#sources = job.owners.map(owner => newSource(owner, tools.oldOwners.has(formatEndpoint(owner))))
    this.#hash = new PrefixHash(file, tools.followers, job.sha256 !== undefined)
    // The last byte comes anew: the answer then always tells size and owner, also where nothing was missing.
    this.#resumed = Math.max(0, file.resumed - 1)
    this.#blocks = new BlockMap(this.#resumed)
  }

  /** Bytes that are there without a gap, for a later download to go on from. */
  get prefix(): number {
    return this.#blocks.prefix
  }

  /**
   * Resolves when the file has the content asked for. Rejects with `allOwnersFailed`, `sha256Mismatch`, a `SaveError`,
   * what `onWritten` threw, or the signal's reason.
   *
   * Where the content is wrong: if an earlier download left some of it, all is fetched anew and nobody blamed. If one
   * owner gave it all, it is dropped. If several did, the one that gave most is asked for the rest too: either that is
   * right, and those whose blocks differed are dropped, or it is dropped itself.
   */
  async run(): Promise<TransferredImage> {
    try {
      for (;;) {
        await this.#collect()
        const owner = byBlocksGiven(this.#blocks)[0]?.name ?? ''
        const size = this.#blocks.size ?? 0
        const verdict = this.#judge(await this.#hash.finish(size))
        this.#signal.throwIfAborted()
        if (verdict === 'right') return this.#result(size, owner)
        if (this.#resumed === 0) {
          if (verdict === 'otherContent') this.#dropOtherContent()
          else if (await this.#findLiars()) return this.#result(size, owner)
        }
        this.#begin()
      }
    } finally {
      for (const lane of this.#lanes) lane.relief?.abort()
      this.#hash.reset()
    }
  }

  #result(bytes: number, owner: string): TransferredImage {
    this.#file.cutTo(bytes)
    return {
      ...{ bytes, owner, failed: this.#failed, resumedFrom: this.#resumed },
      modifiedMs: this.#modifiedMs,
    }
  }

  #judge({ md5, sha256 }: ContentDigests): 'right' | 'wrong' | 'otherContent' {
    // The size that was told is not held against it: any one owner can tell a wrong one, and keep everybody from the image.
    if (md5 !== this.#job.digest) return 'wrong'
    return sha256 === this.#job.sha256 ? 'right' : 'otherContent'
  }

  /** Begins anew with nothing. */
  #begin(): void {
    this.#resumed = 0
    this.#blocks = new BlockMap()
    this.#hash.reset()
    this.#file.cutTo(0)
  }

  /** Resolves once all bytes are there. */
  async #collect(): Promise<void> {
    while (!this.#blocks.isComplete) {
      this.#signal.throwIfAborted()
      if (this.#pick() !== undefined) {
        const isShared = (this.#blocks.size ?? 0) > SHARED_FROM_BYTES
        if (isShared) this.#file.notePrefix(this.#blocks.prefix)
        const lanes = isShared ? MAX_LANES : 1
        await this.#fillLanes(lanes, isShared)
        continue
      }
      const busy = this.#sources.filter(isWaiting).map(({ busyUntilMs }) => busyUntilMs)
      const whole = this.#sources.find(
        source => source.state === 'ready' && source.way !== 'ranges' && !isWaiting(source),
      )
      if (whole !== undefined) await this.#takeWhole(whole)
      else if (busy.length > 0) await this.#wait(Math.min(...busy))
      else if (!this.#tryOtherSize()) throw this.#failure()
    }
  }

  /** Who offered another size is asked for it once nobody is left who offers this one. */
  #tryOtherSize(): boolean {
    const others = this.#sources.filter(({ state }) => state === 'otherSize')
    for (const source of others) source.state = 'ready'
    if (others.length > 0) this.#begin()
    return others.length > 0
  }

  #failure(): Failure {
    const { name, digest, disputed } = this.#job
    if (this.#isOtherContent) return new Failure('sha256Mismatch', { name, digest, disputed })
    return new Failure('allOwnersFailed', { name, attempts: this.#failed })
  }

  async #fillLanes(count: number, isShared: boolean): Promise<void> {
    const lanes = Array.from({ length: count }, () =>
      this.#fillLane(isShared).catch((error: unknown) => {
        this.#stopping.abort(error)
        throw error
      }),
    )
    for (const outcome of await Promise.allSettled(lanes))
      if (outcome.status === 'rejected') throw outcome.reason
  }

  #pick(): ImageSource | undefined {
    return this.#sources.find(
      source => source.state === 'ready' && source.way === 'ranges' && !isWaiting(source),
    )
  }

  /** Has owners send blocks, one owner after the other as they fail, until nothing is left to do. */
  async #fillLane(isShared: boolean): Promise<void> {
    while (!this.#blocks.isComplete) {
      this.#signal.throwIfAborted()
      const source = this.#pick()
      if (source === undefined) {
        const busy = this.#sources.filter(isWaiting)
        if (!isShared || busy.length === 0) return
        await this.#wait(Math.min(...busy.map(({ busyUntilMs }) => busyUntilMs)))
        continue
      }
      source.state = 'working'
      try {
        while (source.state === 'working' && !this.#blocks.isComplete) {
          const block = this.#blocks.next(MAX_AHEAD_BLOCKS)
          if (block !== undefined) await this.#takePart(source, block, isShared)
          else {
            relieveSlowest(this.#lanes, source)
            await this.#somethingChanged()
          }
          // What the first answer told of the size decides how to go on.
          if (!isShared && (this.#blocks.size ?? 0) > SHARED_FROM_BYTES && this.#pick() !== undefined) return
        }
      } finally {
        if (source.state === 'working') source.state = 'ready'
      }
      if (!isShared) return
    }
  }

  /** Asks `source` for a block, or, where it is alone, for all that follows. */
  async #takePart(source: ImageSource, block: Block<ImageSource>, isShared: boolean): Promise<void> {
    const { limits, digest, claimedBytes } = this.#job
    const from = block.from + block.filled
    const isAlone = this.#sources.every(other => other === source || other.state !== 'ready')
    const isSmall = (this.#blocks.size ?? claimedBytes ?? Number.POSITIVE_INFINITY) <= SHARED_FROM_BYTES
    const isOpen = !isShared && (isAlone || isSmall)
    const end = isOpen ? limits.imageBytes + 1 : block.from + this.#blocks.lengthOf(block)
    const lane: Lane = {
      ...{ source, block, end, at: from, startedMs: monotonicMs(), startedAt: from },
      relief: isShared ? new AbortController() : undefined,
    }
    block.taken = true
    this.#lanes.add(lane)
    try {
      const answer = await requestRange(this.#tools.connections, source, {
        ...{ digest, limits, from },
        to: isOpen ? undefined : end,
        signal: lane.relief ? AbortSignal.any([this.#signal, lane.relief.signal]) : this.#signal,
        onSize: size => this.#takeSize(source, size),
        onBytes: bytes => this.#deposit(lane, bytes),
        onModified: milliseconds => {
          this.#modifiedMs ??= milliseconds
        },
      })
      this.#noteAnswer(source, answer)
    } catch (error) {
      this.#signal.throwIfAborted()
      if (lane.relief?.signal.aborted !== true) throw error
      source.state = 'ready'
      source.busyUntilMs = monotonicMs() + RELIEVED_MS
    } finally {
      block.taken = false
      const tookMs = Math.max(1, monotonicMs() - lane.startedMs)
      if (lane.at > from) source.bytesPerMs = (lane.at - from) / tookMs
      this.#lanes.delete(lane)
      this.#change()
    }
  }

  /** False where `size` is not that of the image being fetched. */
  #takeSize(source: ImageSource, size: number): boolean {
    const { imageBytes } = this.#job.limits
    if (size > imageBytes) {
      this.#fail(source, 'tooLarge', '')
      return false
    }
    if (size === 0) {
      this.#fail(source, 'nothing', '')
      return false
    }
    if (this.#blocks.size === undefined && size > this.#blocks.prefix) {
      this.#blocks.size = size
      return true
    }
    if (this.#blocks.size === size) return true
    if (this.#blocks.size === undefined && this.#resumed > 0) this.#begin()
    else source.state = 'otherSize'
    return false
  }

  #deposit(lane: Lane, bytes: Buffer): 'more' | 'enough' {
    const wanted = bytes.subarray(0, Math.max(0, lane.end - lane.at))
    this.#file.write(wanted, lane.at)
    this.#blocks.filled(lane.at, wanted.length, lane.source)
    const position = lane.at
    lane.at += wanted.length
    lane.source.gave += wanted.length
    this.#advance(wanted, position, lane.source)
    return lane.at >= lane.end ? 'enough' : 'more'
  }

  #advance(bytes: Buffer, position: number, source: ImageSource): void {
    const before = Math.floor(this.prefix / BLOCK_BYTES)
    this.#hash.advance(this.prefix, bytes, position)
    if (this.#lanes.size > 1 && Math.floor((this.prefix - bytes.length) / BLOCK_BYTES) < before)
      this.#file.notePrefix(this.prefix)
    this.#observer.onWritten(bytes.length)
    this.#observer.onBytes(source.name, this.prefix)
  }

  #noteAnswer(source: ImageSource, answer: SourceAnswer): void {
    if (source.state === 'failed' || source.state === 'otherSize') return
    if (answer.kind === 'given') return
    if (answer.kind === 'busy') {
      if (noteBusy(source, answer.retryAfterSeconds, monotonicMs())) source.state = 'ready'
      else this.#fail(source, 'busy', '')
    } else if (answer.kind === 'wholeOnly') {
      source.way = 'whole'
      source.state = 'ready'
    } else if (answer.kind === 'notHttp') {
      if (source.speaksHttp) this.#forgiveOrFail(source, 'cut', '')
      else {
        source.way = 'old'
        source.state = 'ready'
      }
    } else this.#forgiveOrFail(source, answer.fault, answer.detail)
  }

  #forgiveOrFail(source: ImageSource, fault: OwnerFault, detail: string): void {
    if (isForgiven(source, fault)) {
      // Others come first.
      this.#sources.splice(this.#sources.indexOf(source), 1)
      this.#sources.push(source)
      source.state = 'ready'
    } else this.#fail(source, fault, detail)
  }

  #fail(source: ImageSource, reason: OwnerFault, detail: string): void {
    source.state = 'failed'
    const attempt: FailedAttempt = { owner: source.name, reason, detail }
    this.#failed.push(attempt)
    this.#observer.onFailedAttempt(attempt)
    if (reason === 'wrongContent') this.#observer.onWrongContent(source.endpoint)
  }

  /** Takes the image from an owner that sends it only from the beginning, passing over what is there already. */
  async #takeWhole(source: ImageSource): Promise<void> {
    const { limits, digest } = this.#job
    this.#blocks.dropBehindPrefix()
    const skip = this.#blocks.prefix
    const told = this.#blocks.size
    let position = 0
    let isEndless = false
    source.state = 'working'
    const answer = await requestWhole(this.#tools.connections, source, {
      ...{ digest, limits, signal: this.#signal },
      onSize: size => this.#takeSize(source, size),
      onBytes: bytes => {
        if (position + bytes.length > (this.#blocks.size ?? limits.imageBytes)) {
          if (told === undefined) {
            // Who sends without end sent nothing to go on from.
            isEndless = true
            this.#fail(source, 'tooLarge', '')
          } else source.state = 'otherSize'
          return 'enough'
        }
        const fresh = bytes.subarray(Math.min(bytes.length, Math.max(0, skip - position)))
        const at = position + bytes.length - fresh.length
        position += bytes.length
        if (fresh.length === 0) return 'more'
        this.#file.write(fresh, at)
        this.#blocks.filled(at, fresh.length, source)
        source.gave += fresh.length
        this.#advance(fresh, at, source)
        return 'more'
      },
      onModified: milliseconds => {
        this.#modifiedMs ??= milliseconds
      },
    })
    if (isEndless) this.#begin()
    if (answer.kind !== 'given') this.#noteAnswer(source, answer)
    else if (source.state === 'working') this.#endWhole(source, position, skip)
    if (source.state === 'working') source.state = 'ready'
  }

  #endWhole(source: ImageSource, position: number, skip: number): void {
    if (source.way === 'old' && position > 0) this.#tools.oldOwners.add(source.name)
    if (this.#blocks.size === undefined && position >= skip && position > 0) this.#blocks.size = position
    else if (!this.#blocks.isComplete) this.#fail(source, position === 0 ? 'nothing' : 'cut', '')
  }

  #dropOtherContent(): void {
    this.#isOtherContent = true
    for (const source of byBlocksGiven(this.#blocks)) this.#fail(source, 'otherSha256', '')
  }

  #findLiars(): Promise<boolean> {
    const { digest, limits } = this.#job
    return findLiars({
      request: { digest, limits, signal: this.#signal },
      ...{ file: this.#file, blocks: this.#blocks, connections: this.#tools.connections },
      isRight: async () => {
        this.#hash.reset()
        return this.#judge(await this.#hash.finish(this.#blocks.size ?? 0)) === 'right'
      },
      fail: (source, fault) => this.#fail(source, fault, ''),
      onWrongContent: owner => this.#observer.onWrongContent(owner),
    })
  }

  async #wait(untilMs: number): Promise<void> {
    const waitMs = Math.max(1, untilMs - monotonicMs())
    const done = new AbortController()
    try {
      await Promise.race([
        delay(waitMs, undefined, { signal: AbortSignal.any([this.#signal, done.signal]) }),
        this.#changed.promise,
      ])
    } catch (error) {
      this.#signal.throwIfAborted()
      throw error
    } finally {
      done.abort()
    }
  }

  /** Resolves when a block was filled or given up, and after a while anyway: a slow owner does neither. */
  #somethingChanged(): Promise<void> {
    return this.#wait(monotonicMs() + RELIEF_MS)
  }

  #change(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

function isWaiting({ state, busyUntilMs }: ImageSource): boolean {
  return state === 'ready' && busyUntilMs > monotonicMs()
}
