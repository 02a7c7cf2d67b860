import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { isFailure } from '../base/failure.ts'
import { FreeSpace } from '../peer/download/disk-space.ts'
import { safeFileName, TEMPORARY_NAME_PREFIX, withImageExtension } from '../peer/file-name.ts'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../peer/image-format.ts'
import { FilePlacer } from '../peer/place-file.ts'
import { type Digest, parseDigest } from '../protocol/digest.ts'
import type { UploadAllowance } from './guest-limits.ts'
import { GuestProblem } from './guest-problem.ts'
import { UploadTally } from './upload-tally.ts'

/** How the names of our temporary files begin and end. */
const PREFIX = `${TEMPORARY_NAME_PREFIX}guest-`
const SUFFIX = '.part'

/** What became of a picture that a guest brought. */
export type UploadResult = { readonly kind: 'new'; readonly name: string } | { readonly kind: 'known' }

/** What {@link UploadReceiver} needs beside the folder; a test gives a disk that is full. */
export interface UploadSurroundings {
  /** Whether the picture with that MD5 sum is shared already. */
  readonly has: (md5: Digest) => boolean
  readonly space?: Pick<FreeSpace, 'take'>
}

/** Takes the pictures of guests into one folder. */
export class UploadReceiver {
  readonly #folder: string
  readonly #allowance: UploadAllowance
  readonly #surroundings: UploadSurroundings
  readonly #space: Pick<FreeSpace, 'take'>
  readonly #placer = new FilePlacer()
  readonly #tally: UploadTally
  /** SHA-256 of what was brought. As many as pictures may be brought. */
  readonly #brought = new Set<string>()
  readonly #stopping = new AbortController()
  readonly #running = new Set<Promise<unknown>>()

  constructor(folder: string, allowance: UploadAllowance, surroundings: UploadSurroundings) {
    this.#folder = folder
    this.#allowance = allowance
    this.#surroundings = surroundings
    this.#space = surroundings.space ?? new FreeSpace(folder)
    this.#tally = new UploadTally(allowance)
  }

  /** Makes the folder, and removes what a kill left in it. */
  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    for (const name of await readdir(this.#folder))
      if (name.startsWith(PREFIX) && name.endsWith(SUFFIX))
        await rm(join(this.#folder, name), { force: true })
  }

  /** Ends what is under way; afterwards no temporary file is left. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.allSettled(this.#running)
  }

  /**
   * Takes the body of `request` for a picture called `givenName`. Rejects with a {@link GuestProblem}, and then leaves
   * nothing behind. `guest` is by whom it is counted.
   */
  receive(request: IncomingMessage, givenName: string, guest: string): Promise<UploadResult> {
    const receiving = this.#receive(request, givenName, guest)
    this.#running.add(receiving)
    const done = () => this.#running.delete(receiving)
    receiving.then(done, done)
    return receiving
  }

  async #receive(request: IncomingMessage, givenName: string, guest: string): Promise<UploadResult> {
    const judged = safeFileName(givenName)
    if (judged.kind === 'refused') throw new GuestProblem('badName')
    const bytes = lengthOf(request)
    if (bytes > this.#allowance.fileBytes) throw new GuestProblem('tooLarge')
    const leave = this.#tally.enter(guest, bytes)
    let isKept = false
    try {
      await this.#takeSpace(bytes)
      const body = request.iterator({ destroyOnReturn: false })
      const head = await readHead(body, this.#stopping.signal)
      const format = recogniseImage(head.subarray(0, IMAGE_HEAD_BYTES))
      if (format === undefined) throw new GuestProblem('noPicture')
      const named = withImageExtension(judged.name, format)
      if (named.kind === 'refused') throw new GuestProblem('badName')
      const temporaryPath = join(this.#folder, `${PREFIX}${randomUUID()}${SUFFIX}`)
      try {
        const sums = await this.#write(temporaryPath, head, body, bytes)
        if (this.#surroundings.has(sums.md5) || this.#brought.has(sums.sha256)) return { kind: 'known' }
        const { signal } = this.#stopping
        const name = await this.#placer.place({
          temporaryPath,
          directory: this.#folder,
          name: named.name,
          signal,
        })
        this.#brought.add(sums.sha256)
        isKept = true
        return { kind: 'new', name }
      } finally {
        await rm(temporaryPath, { force: true })
      }
    } catch (error) {
      throw problemOf(error)
    } finally {
      leave(isKept)
    }
  }

  async #takeSpace(bytes: number): Promise<void> {
    try {
      await this.#space.take(bytes)
    } catch (error) {
      throw isFailure(error, 'diskFull') ? new GuestProblem('diskFull', { cause: error }) : error
    }
  }

  /** Writes exactly `bytes` and waits until the disk has them. */
  async #write(path: string, head: Buffer, body: AsyncIterator<Buffer>, bytes: number): Promise<Sums> {
    const file = await open(path, 'wx')
    try {
      const [md5, sha256] = [createHash('md5'), createHash('sha256')]
      let written = 0
      for (let chunk: Buffer | undefined = head; chunk !== undefined; chunk = await nextOf(body)) {
        this.#stopping.signal.throwIfAborted()
        written += chunk.length
        if (written > bytes) throw new GuestProblem('tooLarge')
        md5.update(chunk)
        sha256.update(chunk)
        await writeAll(file, chunk)
      }
      if (written !== bytes) throw new GuestProblem('failed')
      await file.sync()
      const digest = parseDigest(md5.digest('hex'))
      if (digest === undefined) throw new TypeError('an MD5 sum has 32 digits')
      return { md5: digest, sha256: sha256.digest('hex') }
    } finally {
      await file.close()
    }
  }
}

interface Sums {
  readonly md5: Digest
  readonly sha256: string
}

/** The length that the head tells: without it, room could not be taken beforehand. */
function lengthOf({ headers }: IncomingMessage): number {
  const text = headers['content-length'] ?? ''
  if (!/^[0-9]{1,15}$/.test(text)) throw new GuestProblem('lengthMissing')
  return Number(text)
}

async function readHead(body: AsyncIterator<Buffer>, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let length = 0; length < IMAGE_HEAD_BYTES; ) {
    const chunk = await nextOf(body)
    signal.throwIfAborted()
    if (chunk === undefined) break
    chunks.push(chunk)
    length += chunk.length
  }
  return Buffer.concat(chunks)
}

async function nextOf(body: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  const { done, value } = await body.next()
  return done === true ? undefined : value
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten
}

function problemOf(error: unknown): GuestProblem {
  if (error instanceof GuestProblem) return error
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return new GuestProblem(code === 'ENOSPC' || code === 'EDQUOT' ? 'diskFull' : 'failed', { cause: error })
}
