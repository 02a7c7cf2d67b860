import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { Digest } from '../../protocol/digest.ts'
import type { PreviewSize } from './preview-sizes.ts'

/** Bytes on the disk, at most: some twenty thousand previews of a grid's tiles. */
const DEFAULT_CACHE_BYTES = 256 * 1024 * 1024

/** Bytes that files take in multiples of, on most file systems: thousands of tiny ones are not as tiny as they say. */
const BLOCK_BYTES = 4096

/** SHA-256 of the file's own name and the preview, in front of it. */
const CHECK_BYTES = 32

const NAME = /^[0-9a-f]{32}-[0-9]{2,4}\.preview$/
const TEMPORARY_NAME = /^\.[0-9a-f]{16}\.preview-part$/

/**
 * Previews in a folder of the disk, the ones used longest ago going first when they take too many bytes; a file's time of
 * change says when it was used. A file that is not what was written is never given out. What the disk refuses is not
 * cached, and nothing else. One entry in memory for each file, so at most a sixteenth of a million with the default bound.
 */
export class PreviewCache {
  readonly #folder: string
  readonly #maxBytes: number
  /** Bytes on the disk by file name, the one used longest ago first; read from the folder when first needed. */
  readonly #sizes = new Map<string, number>()
  #bytes = 0
  #opening: Promise<void> | undefined

  /** `folder` is made when something is put in. What lies in it under other names is left alone. */
  constructor(folder: string, maxBytes: number = DEFAULT_CACHE_BYTES) {
    this.#folder = folder
    this.#maxBytes = maxBytes
  }

  /** The preview kept of an image, which counts as used by that; `undefined` where there is none that is whole. */
  async get(digest: Digest, size: PreviewSize): Promise<Buffer | undefined> {
    await this.#open()
    const name = nameOf(digest, size)
    const onDisk = this.#sizes.get(name)
    if (onDisk === undefined) return undefined
    const path = join(this.#folder, name)
    try {
      const content = await readFile(path)
      const preview = content.subarray(CHECK_BYTES)
      if (
        content.length > CHECK_BYTES &&
        timingSafeEqual(content.subarray(0, CHECK_BYTES), checkOf(name, preview))
      ) {
        this.#note(name, onDisk)
        const now = new Date()
        await utimes(path, now, now)
        return preview
      }
    } catch {
      // Gone or unreadable, which is the same: it is made anew.
    }
    await this.#drop(name)
    return undefined
  }

  /** Keeps a preview, where the disk takes it. */
  async put(digest: Digest, size: PreviewSize, preview: Buffer): Promise<void> {
    await this.#open()
    const name = nameOf(digest, size)
    const temporary = join(this.#folder, `.${randomBytes(8).toString('hex')}.preview-part`)
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      await writeFile(temporary, [checkOf(name, preview), preview], { mode: 0o600 })
      await rename(temporary, join(this.#folder, name))
    } catch {
      await rm(temporary, { force: true }).catch(() => {})
      return
    }
    this.#note(name, onDiskBytes(CHECK_BYTES + preview.length))
    for (const oldest of [...this.#namesToDrop()]) await this.#drop(oldest)
  }

  #open(): Promise<void> {
    this.#opening ??= this.#readFolder()
    return this.#opening
  }

  /** Takes over what an earlier run left, and removes what it did not finish. */
  async #readFolder(): Promise<void> {
    const found: { name: string; bytes: number; usedMs: number }[] = []
    for (const name of await readdir(this.#folder).catch((): string[] => [])) {
      const path = join(this.#folder, name)
      if (TEMPORARY_NAME.test(name)) await rm(path, { force: true }).catch(() => {})
      if (!NAME.test(name)) continue
      const status = await stat(path).catch(() => undefined)
      if (status?.isFile()) found.push({ name, bytes: onDiskBytes(status.size), usedMs: status.mtimeMs })
    }
    found.sort((one, other) => one.usedMs - other.usedMs)
    for (const { name, bytes } of found) this.#note(name, bytes)
    for (const oldest of [...this.#namesToDrop()]) await this.#drop(oldest)
  }

  /** Puts a file last in the order of going. */
  #note(name: string, bytes: number): void {
    this.#forget(name)
    this.#sizes.set(name, bytes)
    this.#bytes += bytes
  }

  #forget(name: string): void {
    this.#bytes -= this.#sizes.get(name) ?? 0
    this.#sizes.delete(name)
  }

  *#namesToDrop(): Generator<string, void> {
    let excess = this.#bytes - this.#maxBytes
    for (const [name, bytes] of this.#sizes) {
      if (excess <= 0) return
      excess -= bytes
      yield name
    }
  }

  async #drop(name: string): Promise<void> {
    this.#forget(name)
    await rm(join(this.#folder, name), { force: true }).catch(() => {})
  }
}

/** Where the previews of a folder are kept: beside the file in which the peer remembers it. */
export function previewFolderOf(storePath: string): string {
  return join(dirname(storePath), `${basename(storePath, extname(storePath))}-previews`)
}

function nameOf(digest: Digest, size: PreviewSize): string {
  return `${digest}-${size}.preview`
}

function checkOf(name: string, preview: Uint8Array): Buffer {
  return createHash('sha256').update(name).update(preview).digest()
}

function onDiskBytes(length: number): number {
  return Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES
}
