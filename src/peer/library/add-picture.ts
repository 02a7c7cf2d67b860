import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, systemReason } from '../../base/failure.ts'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import { PART_SUFFIX } from '../download/abandoned-downloads.ts'
import { DISK_CHECK_BYTES, FreeSpace } from '../download/disk-space.ts'
import { type SafeFileName, safeFileName, TEMPORARY_NAME_PREFIX, withImageExtension } from '../file-name.ts'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../image-format.ts'
import { FilePlacer } from '../place-file.ts'
import { saveFailure } from '../save-failure.ts'

/** A file that a person gives, as it arrives. */
export interface GivenFile {
  /** Its name elsewhere. */
  readonly name: string
  /** Bytes that are to come; what has fewer or more of them is not kept. */
  readonly size: number
  readonly bytes: AsyncIterable<Uint8Array>
  /** When it was last changed there, milliseconds since 1970. */
  readonly modifiedMs?: number | undefined
}

/** What became of a given file. */
export type GivenResult =
  | { readonly kind: 'added'; readonly digest: Digest; readonly name: string }
  /** The folder holds the same picture already. */
  | { readonly kind: 'present'; readonly digest: Digest }
  /** It is no picture of a known format. */
  | { readonly kind: 'notPicture' }
  /** It ended early, or went on beyond its size. */
  | { readonly kind: 'incomplete' }

/** Where pictures are added. */
export interface PictureAdderOptions {
  readonly directory: string
  /** Whether the folder holds a picture. */
  readonly holds: (digest: Digest) => boolean
  /** Called for each file under its final name, before it is said to be added. */
  readonly onPlaced?: (name: string, digest: Digest) => Promise<void>
  /** What the names of temporary files have in them, by which those that a kill left can be told. */
  readonly mark?: string
  readonly space?: Pick<FreeSpace, 'take'>
}

/** Adds pictures to a folder: under a safe name, when they are whole and on the disk, never replacing anything. */
export class PictureAdder {
  readonly #options: PictureAdderOptions
  readonly #space: Pick<FreeSpace, 'take'>
  readonly #prefix: string
  readonly #placer = new FilePlacer()
  /** Pictures that are being added, as many as the caller lets arrive at once: the same one twice is added once. */
  readonly #placing = new Map<Digest, Promise<unknown>>()

  constructor(options: PictureAdderOptions) {
    this.#options = options
    this.#space = options.space ?? new FreeSpace(options.directory)
    this.#prefix = `${TEMPORARY_NAME_PREFIX}${options.mark ?? 'added'}-`
  }

  /** Removes what a kill left of files that were being added; to be called before any is. */
  async clear(): Promise<void> {
    const { directory } = this.#options
    for (const name of await readdir(directory))
      if (name.startsWith(this.#prefix) && name.endsWith(PART_SUFFIX))
        await rm(join(directory, name), { force: true })
  }

  /**
   * Adds a file. Nothing stays of one that is not added, whatever happens. Rejects with `nameRefused`, `diskFull`,
   * `cannotSave`, the signal's reason, or as the bytes do.
   */
  async add(given: GivenFile, signal: AbortSignal): Promise<GivenResult> {
    const { directory } = this.#options
    const judged = safeFileName(given.name)
    if (judged.kind === 'refused')
      throw new Failure('nameRefused', { name: given.name, reason: judged.reason })
    await this.#space.take(given.size)
    const arrived = await readHead(given.bytes)
    const format = recogniseImage(arrived.head.subarray(0, IMAGE_HEAD_BYTES))
    if (format === undefined) return { kind: 'notPicture' }
    const named = withImageExtension(judged.name, format)
    if (named.kind === 'refused') throw new Failure('nameRefused', { name: given.name, reason: named.reason })
    const random = randomBytes(8).toString('hex')
    const temporaryPath = join(directory, `${this.#prefix}${random}${PART_SUFFIX}`)
    try {
      const digest = await this.#write(temporaryPath, given, arrived, signal)
      if (digest === undefined) return { kind: 'incomplete' }
      return await this.#place(temporaryPath, named.name, digest, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!isOfSystem(error)) throw error
      throw saveFailure(systemReason(error), given.name, directory, error)
    } finally {
      await rm(temporaryPath, { force: true }).catch(() => {})
    }
  }

  /** The digest of what is on the disk now; `undefined` where it is not what was announced. */
  async #write(
    path: string,
    { size, modifiedMs }: GivenFile,
    { head, rest }: Arrived,
    signal: AbortSignal,
  ): Promise<Digest | undefined> {
    const hash = createHash('md5')
    const file = await open(path, 'wx')
    try {
      let written = 0
      let checkedAt = 0
      const write = async (chunk: Uint8Array) => {
        signal.throwIfAborted()
        written += chunk.length
        if (written > size) return
        hash.update(chunk)
        await writeWhole(file, chunk)
        if (written - checkedAt < DISK_CHECK_BYTES) return
        checkedAt = written
        await this.#space.take(0)
      }
      await write(head)
      for await (const chunk of rest) {
        await write(chunk)
        if (written > size) break
      }
      if (written !== size) return undefined
      if (modifiedMs !== undefined) await file.utimes(new Date(), new Date(modifiedMs))
      await file.sync()
      return parseDigest(hash.digest('hex'))
    } finally {
      await file.close()
    }
  }

  async #place(
    temporaryPath: string,
    name: SafeFileName,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<GivenResult> {
    for (;;) {
      const placing = this.#placing.get(digest)
      if (placing === undefined) break
      await placing.catch(() => {})
    }
    if (this.#options.holds(digest)) return { kind: 'present', digest }
    const placed = this.#placeAndTell(temporaryPath, name, digest, signal)
    this.#placing.set(digest, placed)
    try {
      return { kind: 'added', digest, name: await placed }
    } finally {
      this.#placing.delete(digest)
    }
  }

  async #placeAndTell(
    temporaryPath: string,
    name: SafeFileName,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<string> {
    const { directory, onPlaced } = this.#options
    const given = await this.#placer.place({ temporaryPath, directory, name, signal })
    await syncDirectory(directory)
    await onPlaced?.(given, digest)
    return given
  }
}

interface Arrived {
  /** At least {@link IMAGE_HEAD_BYTES}, or all there is. */
  readonly head: Uint8Array
  readonly rest: AsyncIterable<Uint8Array>
}

async function readHead(bytes: AsyncIterable<Uint8Array>): Promise<Arrived> {
  const iterator = bytes[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let length = 0
  while (length < IMAGE_HEAD_BYTES) {
    const next = await iterator.next()
    if (next.done === true) break
    chunks.push(next.value)
    length += next.value.length
  }
  return { head: Buffer.concat(chunks), rest: { [Symbol.asyncIterator]: () => iterator } }
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}

/** Not every system can; the name is on the disk some seconds later then. */
async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
