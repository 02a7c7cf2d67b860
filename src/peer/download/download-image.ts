import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, type OwnerFault, systemReason } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import { type Endpoint, formatEndpoint } from '../../protocol/endpoint.ts'
import type { ListedImage } from '../../protocol/listing.ts'
import { safeFileName, TEMPORARY_NAME_PREFIX, withImageExtension } from '../file-name.ts'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../image-format.ts'
import { placeFile } from '../place-file.ts'
import { type FetchLimits, fetchImage, SaveError } from './fetch-image.ts'

/** One owner that was asked and did not give the image. */
export interface FailedAttempt {
  readonly owner: string
  readonly reason: OwnerFault
  /** What the system or the owner said, where it said something. */
  readonly detail: string
}

/** An image that arrived whole. */
export interface DownloadedImage {
  readonly digest: Digest
  /** The name it got, in the directory asked for. */
  readonly fileName: string
  readonly path: string
  readonly bytes: number
  readonly owner: string
  /** Owners that were asked before. */
  readonly failed: readonly FailedAttempt[]
}

/** Told while a download is under way. */
export interface DownloadObserver {
  onBytes(owner: string, bytes: number): void
  /** An owner failed and the next one is asked, where there is one. */
  onFailedAttempt(attempt: FailedAttempt): void
}

/** What to fetch and where to put it. */
export interface DownloadRequest {
  /** Its owners are asked in this order. */
  readonly image: ListedImage
  readonly directory: string
  readonly limits: FetchLimits
  readonly signal: AbortSignal
  readonly observer: DownloadObserver
  /** Called with an owner that sent wrong bytes. */
  readonly onWrongContent: (owner: Endpoint) => void
}

const TEMPORARY_SUFFIX = '.part'

/** Milliseconds: a temporary file that nobody wrote to for so long belongs to no download; each is cut off long before. */
const ABANDONED_MS = 60 * 60 * 1000

/** Bytes that a download leaves free on the disk, for everything else that runs there. */
const DISK_RESERVE_BYTES = 64 * 1024 ** 2

/** Bytes between two looks at how much disk is free. */
const DISK_CHECK_BYTES = 64 * 1024 ** 2

/**
 * Fetches an image from the first of its owners that gives it whole, into a temporary file in `directory`, and gives the
 * file its name once its content has the digest. Nothing is ever replaced, and nothing is left behind on failure. Rejects
 * with the failures `nameRefused`, `allOwnersFailed`, `diskFull`, `cannotSave`, `cancelled`.
 */
export async function downloadImage(request: DownloadRequest): Promise<DownloadedImage> {
  const { image, directory, signal } = request
  const wanted = safeFileName(image.name)
  if (wanted.kind === 'refused') throw new Failure('nameRefused', { name: image.name, reason: wanted.reason })
  const temporaryPath = join(
    directory,
    `${TEMPORARY_NAME_PREFIX}${image.digest}-${randomBytes(4).toString('hex')}${TEMPORARY_SUFFIX}`,
  )
  let file: FileHandle | undefined
  try {
    await mkdir(directory, { recursive: true })
    await checkFreeSpace(directory)
    file = await open(temporaryPath, 'wx+')
    const { bytes, owner, failed } = await fetchFromAny(request, file)
    const fitting = withImageExtension(wanted.name, await formatOf(file))
    if (fitting.kind === 'refused')
      throw new Failure('nameRefused', { name: image.name, reason: fitting.reason })
    // On the disk before it has a name: a power cut must not leave a named file without its content.
    await file.sync()
    await file.close()
    file = undefined
    const fileName = await placeFile({ temporaryPath, directory, name: fitting.name })
    return { digest: image.digest, fileName, path: join(directory, fileName), bytes, owner, failed }
  } catch (error) {
    throw asFailure(error, image.name, directory, signal)
  } finally {
    await file?.close().catch(() => {})
    await rm(temporaryPath, { force: true }).catch(() => {})
  }
}

/** Removes what downloads of an earlier start left in `directory` when they were killed. */
export async function removeAbandonedDownloads(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => [])
  for (const name of names) {
    if (!name.startsWith(TEMPORARY_NAME_PREFIX) || !name.endsWith(TEMPORARY_SUFFIX)) continue
    const path = join(directory, name)
    const status = await stat(path).catch(() => undefined)
    if (status !== undefined && Date.now() - status.mtimeMs > ABANDONED_MS)
      await rm(path, { force: true }).catch(() => {})
  }
}

async function fetchFromAny(
  { image, directory, limits, signal, observer, onWrongContent }: DownloadRequest,
  file: FileHandle,
): Promise<{ bytes: number; owner: string; failed: readonly FailedAttempt[] }> {
  const failed: FailedAttempt[] = []
  const note = (attempt: FailedAttempt) => {
    failed.push(attempt)
    observer.onFailedAttempt(attempt)
  }
  for (const endpoint of image.owners) {
    const owner = formatEndpoint(endpoint)
    await file.truncate(0)
    const guard = new DiskGuard(directory, signal)
    const result = await fetchImage(endpoint, image.digest, file, limits, guard.signal, bytes => {
      guard.written(bytes)
      observer.onBytes(owner, bytes)
    }).finally(() => guard.end())
    if (result.kind === 'verified') return { bytes: result.bytes, owner, failed }
    if (result.fault === 'wrongContent') onWrongContent(endpoint)
    note({ owner, reason: result.fault, detail: result.detail })
  }
  throw new Failure('allOwnersFailed', { name: image.name, attempts: failed })
}

/** Stops a transfer before it fills the disk. */
class DiskGuard {
  readonly #directory: string
  readonly #full = new AbortController()
  readonly signal: AbortSignal
  #nextCheck = DISK_CHECK_BYTES

  constructor(directory: string, signal: AbortSignal) {
    this.#directory = directory
    this.signal = AbortSignal.any([signal, this.#full.signal])
  }

  written(bytes: number): void {
    if (bytes < this.#nextCheck) return
    this.#nextCheck = bytes + DISK_CHECK_BYTES
    checkFreeSpace(this.#directory).catch((failure: unknown) => this.#full.abort(failure))
  }

  end(): void {
    this.#nextCheck = Number.POSITIVE_INFINITY
  }
}

/** A file system that does not tell its size (some in user space and on the network) is written to until it refuses. */
async function checkFreeSpace(directory: string): Promise<void> {
  const status = await statfs(directory).catch(() => undefined)
  if (status === undefined || status.blocks === 0) return
  const freeBytes = status.bavail * status.bsize
  if (freeBytes < DISK_RESERVE_BYTES) throw new Failure('diskFull', { directory, freeBytes })
}

async function formatOf(file: FileHandle): Promise<ReturnType<typeof recogniseImage>> {
  const head = Buffer.alloc(IMAGE_HEAD_BYTES)
  const { bytesRead } = await file.read(head, 0, head.length, 0)
  return recogniseImage(head.subarray(0, bytesRead))
}

function asFailure(error: unknown, name: string, directory: string, signal: AbortSignal): Failure {
  if (error instanceof Failure) return error
  if (signal.aborted) return new Failure('cancelled', {}, { cause: error })
  const reason = systemReason(error instanceof SaveError ? error.cause : error)
  if (reason === 'ENOSPC' || reason === 'EDQUOT')
    return new Failure('diskFull', { directory, freeBytes: 0 }, { cause: error })
  return new Failure('cannotSave', { name, directory, reason }, { cause: error })
}
