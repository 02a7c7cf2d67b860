import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Failure, systemReason } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { ImageEntry } from '../../protocol/index-request.ts'
import type { HashResult } from './hash-file.ts'
import type { HashPool } from './hash-pool.ts'
import {
  type FileFingerprint,
  fingerprintOf,
  type ImageFile,
  type LibraryFile,
  sameFingerprint,
} from './image-file.ts'
import type { LibraryStore } from './library-store.ts'
import { type FoundFile, findFile, scanFolder } from './scan-folder.ts'
import { watchFolder } from './watch-folder.ts'

/** How a folder is read and watched. */
export interface LibraryOptions {
  readonly directory: string
  /** Whether pictures in subfolders are shared too. */
  readonly recursive: boolean
  readonly settleMs: number
  readonly rescanMs: number
  readonly store: LibraryStore
  readonly pool: HashPool
  /** Told while files are being read: how many of them, of how many. */
  readonly onProgress: (done: number, total: number) => void
  /** Told after the set of shared images changed. */
  readonly onChange: () => void
  /** Told when the folder could not be looked at; it counts as empty until it can. */
  readonly onTrouble: (failure: Failure) => void
}

/** An image of the library opened for reading, in the very state its digest was computed from. */
export interface OpenedImage {
  readonly file: FileHandle
  /** The file's name, for the person who shares it. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** True while the file is still in that state. */
  unchanged(): Promise<boolean>
}

/**
 * A file system that counts time in steps of up to 2 seconds (FAT) can hide a change that follows a look at once: what is
 * younger than that when it is read is not kept for the next start. Nanoseconds.
 */
const YOUNG_NS = 2_000_000_000n

/** The images of one folder, by digest, kept true while the folder changes. */
export class Library {
  readonly #options: LibraryOptions
  /** One entry for each file of the folder, so at most MAX_FOLDER_FILES. */
  readonly #files = new Map<string, LibraryFile>()
  /** Paths by digest: the same image may lie in the folder twice. */
  readonly #byDigest = new Map<Digest, Set<string>>()
  readonly #stopping = new AbortController()
  #stopWatching: (() => Promise<void>) | undefined
  /** Looks at the folder run one after the other. */
  #looking: Promise<void> = Promise.resolve()
  #lastTrouble = ''
  #isRefreshWaiting = false
  /** Whether an image or a name came or went since onChange was called last. */
  #changed = false

  constructor(options: LibraryOptions) {
    this.#options = options
  }

  /** Reads the folder for the first time and watches it from then on. */
  async start(): Promise<void> {
    const { directory, recursive, settleMs, rescanMs, store } = this.#options
    for (const file of store.files()) this.#put(file)
    const onChange = (paths: readonly string[] | 'all') => {
      const look = paths === 'all' ? this.#refreshOnce() : this.#refreshPaths(paths)
      look.catch(() => {})
    }
    this.#stopWatching = await watchFolder({ directory, recursive, settleMs, rescanMs, onChange })
    await this.refresh()
  }

  /** Looks at the whole folder now; afterwards the library holds what was there. */
  refresh(): Promise<void> {
    return this.#enqueue(async signal => {
      const { directory, recursive, onTrouble } = this.#options
      let found: FoundFile[]
      try {
        found = await scanFolder(directory, recursive, signal)
        this.#lastTrouble = ''
      } catch (error) {
        signal.throwIfAborted()
        const reason = systemReason(error)
        if (reason !== this.#lastTrouble) onTrouble(new Failure('directoryUnreadable', { directory, reason }))
        this.#lastTrouble = reason
        found = []
      }
      const present = new Set(found.map(file => file.path))
      const gone = [...this.#files.keys()].filter(path => !present.has(path))
      await this.#bringUpToDate(found, gone, signal)
    })
  }

  /** What is shared: one entry for each image, in the order of their paths. */
  entries(): ImageEntry[] {
    const seen = new Set<Digest>()
    const entries: ImageEntry[] = []
    for (const path of [...this.#files.keys()].sort()) {
      const image = this.#files.get(path)?.image
      if (image === undefined || seen.has(image.digest)) continue
      seen.add(image.digest)
      entries.push({ digest: image.digest, name: basename(path) })
    }
    return entries
  }

  /** How many images are shared. */
  get imageCount(): number {
    return this.#byDigest.size
  }

  /** True when the folder holds that image. */
  has(digest: Digest): boolean {
    return this.#byDigest.has(digest)
  }

  /**
   * Opens the image with that digest, or `undefined` where none is shared. A file that is no longer what was hashed is
   * never opened under the old digest, nor is a link or anything that took its place.
   */
  async open(digest: Digest): Promise<OpenedImage | undefined> {
    for (const path of this.#byDigest.get(digest) ?? []) {
      const known = this.#files.get(path)
      if (known === undefined) continue
      const opened = await openUnchanged(join(this.#options.directory, path), known.fingerprint)
      if (opened !== undefined) return opened
      this.#refreshPaths([path]).catch(() => {})
    }
    return undefined
  }

  /** Stops watching and reading. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#stopWatching?.()
    await this.#looking
  }

  /** However often it is asked for while a look at the whole folder waits for its turn, it is one look. */
  #refreshOnce(): Promise<void> {
    if (this.#isRefreshWaiting) return this.#looking
    this.#isRefreshWaiting = true
    const begins = this.#enqueue(async () => {
      this.#isRefreshWaiting = false
    })
    begins.catch(() => {})
    return this.refresh()
  }

  #refreshPaths(paths: readonly string[]): Promise<void> {
    return this.#enqueue(async signal => {
      const found: FoundFile[] = []
      const gone: string[] = []
      for (const path of paths) {
        const file = await findFile(this.#options.directory, path)
        if (file !== undefined) found.push(file)
        else if (this.#files.has(path)) gone.push(path)
      }
      await this.#bringUpToDate(found, gone, signal)
    })
  }

  #enqueue(look: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#stopping
    const result = this.#looking.then(() => (signal.aborted ? undefined : look(signal)))
    this.#looking = result.catch(() => {})
    return result
  }

  async #bringUpToDate(
    found: readonly FoundFile[],
    gone: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const { directory, pool, store, onProgress, onChange } = this.#options
    const toRead = found.filter(({ path, fingerprint }) => {
      const known = this.#files.get(path)
      return known === undefined || !sameFingerprint(known.fingerprint, fingerprint)
    })
    for (const path of gone) this.#remove(path)
    const changed: LibraryFile[] = []
    let done = 0
    const relativePaths = new Map(toRead.map(({ path }) => [join(directory, path), path]))
    const nowNs = BigInt(Date.now()) * 1_000_000n
    try {
      await pool.hash(
        [...relativePaths.keys()],
        (absolute, result) => {
          const file = this.#take(relativePaths.get(absolute) ?? '', result)
          if (file !== undefined && nowNs - file.fingerprint.modifiedNs > YOUNG_NS) changed.push(file)
          done += 1
          onProgress(done, toRead.length)
        },
        signal,
      )
    } finally {
      store.keep(changed, gone)
      if (this.#changed && !signal.aborted) {
        this.#changed = false
        onChange()
      }
    }
  }

  /** Takes over what reading a file told; a file that could not be read is not shared. */
  #take(path: string, result: HashResult): LibraryFile | undefined {
    switch (result.kind) {
      case 'image': {
        const { fingerprint, digest, formatId } = result
        return this.#put({ path, fingerprint, image: { digest, formatId } })
      }
      case 'other':
        return this.#put({ path, fingerprint: result.fingerprint, image: undefined })
      case 'changing':
      case 'unreadable':
        this.#remove(path)
        return undefined
      default:
        return result satisfies never
    }
  }

  #put(file: LibraryFile): LibraryFile {
    const sameImage = this.#files.get(file.path)?.image?.digest === file.image?.digest
    if (!sameImage) this.#remove(file.path)
    this.#files.set(file.path, file)
    if (!sameImage && isImage(file)) {
      this.#changed = true
      const paths = this.#byDigest.get(file.image.digest)
      if (paths === undefined) this.#byDigest.set(file.image.digest, new Set([file.path]))
      else paths.add(file.path)
    }
    return file
  }

  #remove(path: string): void {
    const digest = this.#files.get(path)?.image?.digest
    this.#files.delete(path)
    if (digest === undefined) return
    this.#changed = true
    const paths = this.#byDigest.get(digest)
    paths?.delete(path)
    if (paths?.size === 0) this.#byDigest.delete(digest)
  }
}

function isImage(file: LibraryFile): file is ImageFile {
  return file.image !== undefined
}

async function openUnchanged(path: string, expected: FileFingerprint): Promise<OpenedImage | undefined> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch {
    return undefined
  }
  const unchanged = async () => {
    const status = await file.stat({ bigint: true })
    return status.isFile() && sameFingerprint(fingerprintOf(status), expected)
  }
  try {
    if (await unchanged()) return { file, name: basename(path), size: Number(expected.size), unchanged }
  } catch {
    // Told like any other file that is not what was hashed.
  }
  await file.close()
  return undefined
}
