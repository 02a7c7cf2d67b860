import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { TEMPORARY_NAME_PREFIX } from '../../peer/file-name.ts'
import type { Digest } from '../../protocol/digest.ts'

/** Bytes of originals on the disk, at most: some hundred photographs of a good camera. */
const DEFAULT_CACHE_BYTES = 1024 ** 3

/** A file under this name was checked before it got it, see `ImageDownloader`. */
const NAME = /^original-([0-9a-f]{32})[ ().a-z0-9]{0,40}$/

interface KeptFile {
  readonly path: string
  /** Bytes. */
  readonly bytes: number
}

/**
 * Pictures of others that were looked at in full, as files; those looked at longest ago go first when they take too many
 * bytes. One entry in memory for each file. What was not checked to its end is not kept.
 */
export class OriginalCache {
  readonly folder: string
  readonly #maxBytes: number
  /** The one used longest ago first; read from the folder when first needed. */
  readonly #files = new Map<string, KeptFile>()
  #bytes = 0
  #opening: Promise<void> | undefined

  /** `folder` is this cache's own, and is made when it is needed. */
  constructor(folder: string, maxBytes: number = DEFAULT_CACHE_BYTES) {
    this.folder = folder
    this.#maxBytes = maxBytes
  }

  /** Where an image's file is, which counts as used by that; `undefined` where it is not kept. */
  async find(digest: Digest): Promise<string | undefined> {
    await this.open()
    const file = this.#files.get(digest)
    if (file === undefined) return undefined
    const now = new Date()
    try {
      await utimes(file.path, now, now)
    } catch {
      this.#forget(digest)
      return undefined
    }
    this.#note(digest, file)
    return file.path
  }

  /** The name, less its extension, under which an image is to be saved in {@link folder}. */
  nameOf(digest: Digest): string {
    return `original-${digest}`
  }

  /** Takes over a file that was saved in {@link folder}; others go where there is no more room. */
  async keep(digest: Digest, file: KeptFile): Promise<void> {
    this.#note(digest, file)
    await this.#makeRoom()
  }

  /** Removes what a download that failed left. */
  async removeParts(digest: Digest): Promise<void> {
    for (const name of await readdir(this.folder).catch((): string[] => [])) {
      if (name.startsWith(`${TEMPORARY_NAME_PREFIX}${digest}`)) await remove(join(this.folder, name))
    }
  }

  /** Makes the folder and reads what an earlier run kept there. Rejects where it cannot be made. */
  open(): Promise<void> {
    this.#opening ??= this.#readFolder()
    return this.#opening
  }

  async #readFolder(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    const found: (KeptFile & { digest: string; usedMs: number })[] = []
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name)
      if (name.startsWith(TEMPORARY_NAME_PREFIX)) await remove(path)
      const [, digest] = NAME.exec(name) ?? []
      const status = digest === undefined ? undefined : await stat(path).catch(() => undefined)
      if (digest === undefined || status?.isFile() !== true) continue
      found.push({ digest, path, bytes: status.size, usedMs: status.mtimeMs })
    }
    found.sort((one, other) => one.usedMs - other.usedMs)
    for (const { digest, path, bytes } of found) this.#note(digest, { path, bytes })
    await this.#makeRoom()
  }

  async #makeRoom(): Promise<void> {
    for (const [digest, { path }] of [...this.#files]) {
      // The one that is shown now stays, however large it is.
      if (this.#bytes <= this.#maxBytes || this.#files.size === 1) return
      this.#forget(digest)
      await remove(path)
    }
  }

  #note(digest: string, file: KeptFile): void {
    this.#forget(digest)
    this.#files.set(digest, file)
    this.#bytes += file.bytes
  }

  #forget(digest: string): void {
    this.#bytes -= this.#files.get(digest)?.bytes ?? 0
    this.#files.delete(digest)
  }
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => {})
}
