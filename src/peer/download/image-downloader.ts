import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Failure, systemReason } from '../../base/failure.ts'
import { type SafeFileName, safeFileName } from '../file-name.ts'
import { saveFailure } from '../save-failure.ts'
import { DownloadFolder, type PartPlace } from './download-folder.ts'
import type { DownloadedImage, DownloadRequest } from './download-request.ts'
import { GroupCommit } from './group-commit.ts'
import type { TransferredImage } from './image-transfer.ts'
import { RateLimit } from './rate-limit.ts'
import type { TransferTrouble } from './transfer-messages.ts'
import { TransferThreads } from './transfer-threads.ts'

export interface ImageDownloaderOptions {
  /** Bytes per second of all downloads together; none without it. */
  readonly downloadLimit?: number
}

/**
 * Fetches images, many at once: receiving, writing and hashing in threads, naming here. One for each process. Nothing is
 * ever replaced, and a file has its name only once its content has the digest and is on the disk.
 */
export class ImageDownloader {
  readonly #limit = new RateLimit()
  readonly #threads = new TransferThreads({ rateLimit: this.#limit.memory })
  readonly #commit = new GroupCommit(() => this.#fetching > 0)
  /** Downloads that do not have all their bytes. */
  #fetching = 0
  readonly #folders = new Map<string, DownloadFolder>()
  /** By folder and digest. As many as downloads under way, which the caller bounds. */
  readonly #running = new Map<string, Promise<DownloadedImage>>()
  readonly #stopping = new AbortController()
  readonly #signals = new WeakMap<AbortSignal, AbortSignal>()

  constructor({ downloadLimit = 0 }: ImageDownloaderOptions = {}) {
    this.setDownloadLimit(downloadLimit)
  }

  /** Bytes per second of all downloads together, from now on; 0 for no limit. */
  setDownloadLimit(bytesPerSecond: number): void {
    this.#limit.set(bytesPerSecond)
  }

  /**
   * Fetches an image and gives it its name. The same image asked for twice in one folder is fetched once. Rejects with
   * `nameRefused`, `allOwnersFailed`, `sha256Mismatch`, `diskFull`, `cannotSave`, `cancelled`.
   */
  download(request: DownloadRequest): Promise<DownloadedImage> {
    const directory = resolve(request.directory)
    const key = `${request.image.digest} ${directory}`
    const running = this.#running.get(key)
    if (running !== undefined) return running
    const download = this.#download({ ...request, directory }).finally(() => this.#running.delete(key))
    this.#running.set(key, download)
    return download
  }

  /** Cancels what is under way, leaves it resumable, and ends all threads. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.allSettled(this.#running.values())
    await Promise.all([this.#threads.close(), this.#commit.close()])
  }

  async #download(request: DownloadRequest): Promise<DownloadedImage> {
    const { image, directory } = request
    const judged = safeFileName(image.name)
    if (judged.kind === 'refused')
      throw new Failure('nameRefused', { name: image.name, reason: judged.reason })
    const signal = this.#endingBy(request.signal)
    let folder: DownloadFolder | undefined
    let isFetching = true
    this.#fetching += 1
    const endFetching = () => {
      if (isFetching) this.#fetching -= 1
      isFetching = false
    }
    try {
      signal.throwIfAborted()
      folder = this.#enter(directory)
      const part = await folder.makeRoom(image)
      const { partPath } = part
      const { arrived, name } = await this.#fetch(request, judged.name, part, signal)
      // The next one is begun before this one counts as fetched, so that it is known that more is coming.
      request.observer.onArrived?.()
      endFetching()
      try {
        const { bytes, owner, failed, resumedFrom } = arrived
        const fileName = await this.#commit.commit({ partPath, directory, name, bytes })
        const path = join(directory, fileName)
        return { digest: image.digest, fileName, path, bytes, owner, failed, resumedFrom }
      } catch (error) {
        if (!part.isKept) await rm(partPath, { force: true }).catch(() => {})
        throw error
      }
    } catch (error) {
      folder?.noteLeft(image.digest)
      throw asFailure(error, image.name, directory, signal)
    } finally {
      endFetching()
      this.#commit.look()
      if (folder !== undefined) await this.#leave(directory, folder)
    }
  }

  /** Made once for each of the callers' signals: many images have the same. */
  #endingBy(signal: AbortSignal): AbortSignal {
    const known = this.#signals.get(signal) ?? AbortSignal.any([signal, this.#stopping.signal])
    this.#signals.set(signal, known)
    return known
  }

  #fetch(
    { image, directory, limits, observer, onWrongContent }: DownloadRequest,
    safeName: SafeFileName,
    part: PartPlace,
    signal: AbortSignal,
  ): Promise<{ arrived: TransferredImage; name: SafeFileName }> {
    const {
      promise,
      resolve: done,
      reject,
    } = Promise.withResolvers<{
      arrived: TransferredImage
      name: SafeFileName
    }>()
    const { digest, name, owners, details, disputed } = image
    const job = {
      ...{ digest, name, disputed, limits, owners: owners.map(({ address, port }) => ({ address, port })) },
      ...{ claimedBytes: details.bytes, sha256: details.sha256 },
    }
    const cancel = this.#threads.begin({ job, directory, ...part, safeName }, news => {
      if (news === undefined) return reject(new Error('the transfer thread ended'))
      if (news.kind === 'bytes') observer.onBytes(news.owner, news.bytes)
      else if (news.kind === 'written') this.#commit.begin(part.partPath)
      else if (news.kind === 'attempt') observer.onFailedAttempt(news.attempt)
      else if (news.kind === 'wrongContent') onWrongContent(news.owner)
      else if (news.kind === 'done') done({ arrived: news.image, name: news.name })
      else reject(errorOf(news.trouble, directory, name))
    })
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    return promise.finally(() => signal.removeEventListener('abort', cancel))
  }

  #enter(directory: string): DownloadFolder {
    const folder = this.#folders.get(directory) ?? new DownloadFolder(directory)
    folder.users += 1
    this.#folders.set(directory, folder)
    return folder
  }

  async #leave(directory: string, folder: DownloadFolder): Promise<void> {
    folder.users -= 1
    if (folder.users > 0) return
    this.#folders.delete(directory)
    await folder.close()
  }
}

function errorOf(trouble: TransferTrouble, directory: string, name: string): Error {
  if (trouble.kind === 'failure') return new Failure(trouble.code, trouble.details)
  if (trouble.kind === 'cancelled') return new Failure('cancelled', {})
  return saveFailure(trouble.reason, name, directory)
}

function asFailure(error: unknown, name: string, directory: string, signal: AbortSignal): Failure {
  if (error instanceof Failure) return error
  if (signal.aborted) return new Failure('cancelled', {}, { cause: error })
  return saveFailure(systemReason(error), name, directory, error)
}
