import { basename, join } from 'node:path'
import { monotonicMs } from '../../base/clock.ts'
import { Failure, systemReason } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import { mediaTypeOf } from '../image-format.ts'
import { decodeEdits } from '../private-metadata/edit-codec.ts'
import { EditedFile } from './edited-file.ts'
import type { ExaminedFile } from './examine-file.ts'
import type { HashResult } from './hash-file.ts'
import type { HashPool } from './hash-pool.ts'
import {
  type DatedImage,
  heldImageOf,
  type ImageCopy,
  type ImageFile,
  type LibraryFile,
  type ReadFile,
  type SharedImage,
  sameFingerprint,
} from './image-file.ts'
import { LibraryContents } from './library-contents.ts'
import type { KeptDetails, LibraryStore } from './library-store.ts'
import { type OpenedImage, openImage } from './opened-image.ts'
import { type OwnImage, type OwnImageQuery, type OwnPage, ownPage } from './own-images.ts'
import { readFileOf } from './read-file.ts'
import { type FoundFile, findFile, scanFolder } from './scan-folder.ts'
import type { WithheldImage } from './source-images.ts'
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
  /** Told after the set of shared images changed, or more became known of them. */
  readonly onChange: () => void
  /** Told when the folder could not be looked at; it counts as empty until it can. */
  readonly onTrouble: (failure: Failure) => void
}

/** Files read between two transactions of the store: so many are read again after the program was killed. */
const FILES_KEPT_AT_ONCE = 256

/** Images whose details are completed at once: one worker's batch, so that a change of the folder waits for no more. */
const COMPLETED_AT_ONCE = 16

/** Milliseconds between two words on details that were completed: after each the index server may be told of all images. */
const COMPLETION_NEWS_MS = 30_000

/** Milliseconds between two looks at what another process says (`imagep2p unshare`, `imagep2p privacy`). */
const STORE_LOOK_MS = 500

/** Entries, of some 300 bytes each. */
const MAX_REMEMBERED_SHA256 = 1024

/** The images of one folder, by digest, kept true while the folder changes. */
export class Library {
  readonly #options: LibraryOptions
  readonly #contents: LibraryContents
  /** By digest and path; those that were asked for longest ago go first. */
  readonly #sha256 = new Map<string, string>()
  /** Whether what is private is taken out of what is shared. */
  #isCleaned: boolean
  readonly #stopping = new AbortController()
  #stopWatching: (() => Promise<void>) | undefined
  #storeLook: NodeJS.Timeout | undefined
  /** Looks at the folder run one after the other. */
  #looking: Promise<void> = Promise.resolve()
  #lastTrouble = ''
  #completing: Promise<void> = Promise.resolve()
  #isRefreshWaiting = false
  #revision = 0

  constructor(options: LibraryOptions) {
    this.#options = options
    this.#contents = new LibraryContents(options.store.unshared)
    this.#isCleaned = options.store.isCleaned
  }

  /**
   * Reads the folder for the first time and watches it from then on. Details that an earlier version of the program did
   * not keep are read after that, while the images are shared already.
   */
  async start(): Promise<void> {
    const { directory, recursive, settleMs, rescanMs, store } = this.#options
    for (const file of store.files(this.#isCleaned)) this.#contents.put(file)
    const onChange = (paths: readonly string[] | 'all') => {
      const look = paths === 'all' ? this.#refreshOnce() : this.#refreshPaths(paths)
      look.catch(() => {})
    }
    this.#stopWatching = await watchFolder({ directory, recursive, settleMs, rescanMs, onChange })
    this.#storeLook = setInterval(() => this.#lookAtStore(), STORE_LOOK_MS)
    this.#storeLook.unref()
    await this.refresh()
    this.#completing = this.#completeDetails()
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
      const known = [...this.#contents.files()].map(({ path }) => path)
      const gone = known.filter(path => !present.has(path))
      await this.#bringUpToDate(found, gone, signal)
    })
  }

  /**
   * Follows what the store says of taking out what is private, where that changed. What may not be shared as it was before
   * is not from now on, and is read anew. Resolves when it is shared as it should be.
   */
  async applySetting(): Promise<void> {
    const { isCleaned } = this.#options.store
    if (isCleaned === this.#isCleaned) return this.#looking
    this.#isCleaned = isCleaned
    for (const { path, image, source } of [...this.#contents.files()]) {
      if (source !== undefined || (isCleaned && image !== undefined)) this.#contents.remove(path)
    }
    this.#tellChange()
    await this.refresh()
  }

  /** What is shared: one entry for each image, in the order of their paths. */
  entries(): SharedImage[] {
    const known = this.#options.store.details()
    const files = [...this.#contents.files()].sort((one, other) => (one.path < other.path ? -1 : 1))
    return this.#contents.sharedOf(files).map(file => sharedImageOf(file, known.get(file.path)))
  }

  /**
   * Up to `limit` shared images behind `after` (from the first one without it), by ascending digest: an order in which an
   * image has its place however the folder changes.
   */
  page(after: Digest | undefined, limit: number): SharedImage[] {
    const files = this.#contents.page(after, limit)
    const known = this.#options.store.detailsOf(files.map(({ path }) => path))
    return files.map(file => sharedImageOf(file, known.get(file.path)))
  }

  /** What is shared: one entry for each image with the time its file was last changed, the latest first. */
  newestFirst(): DatedImage[] {
    const known = this.#options.store.details()
    const files = [...this.#contents.files()].sort((one, other) =>
      Number(other.fingerprint.modifiedNs - one.fingerprint.modifiedNs),
    )
    return this.#contents.sharedOf(files).map(file => {
      const modifiedMs = Number(file.fingerprint.modifiedNs / 1_000_000n)
      return { ...sharedImageOf(file, known.get(file.path)), modifiedMs }
    })
  }

  /** Grows with each change that is told of: of the set of shared images, or of what is known of them. */
  get revision(): number {
    return this.#revision
  }

  /** How many images are shared. */
  get imageCount(): number {
    return this.#contents.imageCount
  }

  /** True when that image is shared. */
  has(digest: Digest): boolean {
    return this.#contents.shares(digest)
  }

  /** How many files are shared other than their owner has them. */
  get cleanedCount(): number {
    return this.#contents.cleanedCount
  }

  /** Images that are withheld, in the order of their paths. */
  get withheld(): WithheldImage[] {
    return this.#contents.withheld
  }

  /** True when the folder holds that image, as it is or as it is shared, whether or not it is. */
  holds(digest: Digest): boolean {
    return this.#contents.pathsOf(digest).length > 0
  }

  /** What the folder holds, shared or not, the file that was changed last first. */
  own(query: OwnImageQuery): OwnPage {
    const { files, next } = ownPage(this.#contents.held(), digest => this.has(digest), query)
    const known = this.#options.store.detailsOf(files.map(({ path }) => path))
    const pictures = files.map((file): OwnImage => {
      const isShared = this.has(file.image.digest)
      const withheld = file.source?.withheld
      return { ...sharedImageOf(file, known.get(file.path)), isShared, ...(withheld && { withheld }) }
    })
    return { pictures, next }
  }

  /**
   * Stops or begins again the sharing of one image, for as long as a person does not say otherwise. `unknown` where the
   * folder does not hold it; `notKept` where it holds only until the end of this process.
   */
  setShared(digest: Digest, isShared: boolean): 'done' | 'notKept' | 'unknown' {
    const paths = this.#contents.pathsOf(digest)
    if (paths.length === 0) return 'unknown'
    const { unshared } = this.#options.store
    // By what the files hold as they are as well: the picture stays what it is when the setting changes.
    const digests = [digest, ...paths.flatMap(path => this.#contents.digestsOf(path))]
    const isKept = isShared ? unshared.remove(digests, paths) : unshared.add(digests, paths)
    for (const path of paths) this.#contents.sort(path)
    this.#tellChange()
    return isKept ? 'done' : 'notKept'
  }

  /** Looks at files of the folder at once, whatever the watch tells and when. */
  look(paths: readonly string[]): Promise<void> {
    return this.#refreshPaths(paths)
  }

  /**
   * Opens the image with that digest, or `undefined` where none is shared. A file that is no longer what was hashed is
   * never opened under the old digest, nor is a link or anything that took its place.
   */
  open(digest: Digest): OpenedImage | undefined {
    for (const path of this.#contents.sharedPathsOf(digest)) {
      const known = this.#contents.get(path)
      if (known === undefined) continue
      const changes = known.source && this.#changesOf(known, digest, known.source.digest)
      const opened =
        known.source !== undefined && changes === undefined
          ? undefined
          : openImage(`${this.#options.directory}/${path}`, known.fingerprint, {
              mediaType: mediaTypeOf(known.image?.formatId ?? ''),
              sha256: () => this.#sha256Of(path, digest),
              changes,
            })
      if (opened !== undefined) return opened
      // The file as it is may be the same: it is read anew for what else is missing.
      if (known.source !== undefined && changes === undefined) this.#contents.remove(path)
      this.#refreshPaths([path]).catch(() => {})
    }
    return undefined
  }

  /** What others see of a file that is not shared as it is; without it, it is not shared at all. */
  #changesOf({ path, fingerprint }: LibraryFile, digest: Digest, source: Digest): EditedFile | undefined {
    const encoded = this.#options.store.editsOf(path, digest, source)
    const edits = encoded && decodeEdits(encoded, Number(fingerprint.size))
    return edits && new EditedFile(edits)
  }

  /** Remembered for a while: who takes a large image in ranges, or looks at a gallery, asks for it again and again. */
  #sha256Of(path: string, digest: Digest): string | undefined {
    const key = `${digest} ${path}`
    const remembered = this.#sha256.get(key)
    if (remembered !== undefined) return remembered
    const sha256 = this.#options.store.sha256Of(path, digest)
    if (sha256 === undefined) return undefined
    this.#sha256.set(key, sha256)
    const [oldest] = this.#sha256.keys()
    if (this.#sha256.size > MAX_REMEMBERED_SHA256 && oldest !== undefined) this.#sha256.delete(oldest)
    return sha256
  }

  /** Where that image lies, as it was when it was hashed, shared or not; empty where the folder does not hold it. */
  copies(digest: Digest): ImageCopy[] {
    return this.#contents.pathsOf(digest).flatMap(path => {
      const known = this.#contents.get(path)
      const held = known && heldImageOf(known)
      if (held === undefined) return []
      const { fingerprint, image } = held
      return [{ path: join(this.#options.directory, path), fingerprint, formatId: image.formatId }]
    })
  }

  /** What the file of an image tells beyond its picture, shared or not; `undefined` where the folder does not hold it. */
  async examine(digest: Digest): Promise<ExaminedFile | undefined> {
    const [copy] = this.copies(digest)
    return copy && this.#options.pool.examine(copy.path)
  }

  /** Stops watching and reading. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    clearInterval(this.#storeLook)
    await this.#stopWatching?.()
    await this.#looking
    await this.#completing
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
        else if (this.#contents.get(path) !== undefined) gone.push(path)
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
    const toRead = found.filter(({ path, fingerprint }) => {
      const known = this.#contents.get(path)
      return known === undefined || !sameFingerprint(known.fingerprint, fingerprint)
    })
    for (const path of gone) this.#contents.remove(path)
    this.#options.store.keep([], gone)
    let done = 0
    const onRead = () => {
      done += 1
      this.#options.onProgress(done, toRead.length)
    }
    const paths = toRead.map(({ path }) => path)
    try {
      await this.#read(paths, onRead, signal)
    } finally {
      this.#tellChange()
    }
  }

  /**
   * Reads again the images of which no details were kept, few at a time: what changes in the folder meanwhile goes
   * first. Each is tried once; what cannot be read or kept now is tried again after the next start.
   */
  async #completeDetails(): Promise<void> {
    const { signal } = this.#stopping
    const onRead = () => this.#contents.noteNews()
    let toldAtMs = monotonicMs()
    for (let last = ''; !signal.aborted; ) {
      const paths = this.#options.store.pathsWithoutDetails(last, COMPLETED_AT_ONCE)
      const [lastOfThese] = paths.slice(-1)
      if (lastOfThese === undefined) break
      last = lastOfThese
      await this.#enqueue(async signal => {
        const found = await Promise.all(paths.map(path => findFile(this.#options.directory, path)))
        const toRead = found.flatMap(file => (file === undefined ? [] : [file.path]))
        await this.#read(toRead, onRead, signal)
      }).catch(() => {})
      if (monotonicMs() - toldAtMs < COMPLETION_NEWS_MS) continue
      this.#tellChange()
      toldAtMs = monotonicMs()
    }
    this.#tellChange()
  }

  async #read(paths: readonly string[], onRead: () => void, signal: AbortSignal): Promise<void> {
    const { directory, pool, store } = this.#options
    const relativePaths = new Map(paths.map(path => [join(directory, path), path]))
    const nowNs = BigInt(Date.now()) * 1_000_000n
    const read: ReadFile[] = []
    const isCleaned = this.#isCleaned
    try {
      await pool.hash(
        [...relativePaths.keys()],
        (absolute, result) => {
          // Read for a setting that changed meanwhile: the look that follows reads it again.
          const isOutdated = isCleaned !== this.#isCleaned
          const path = relativePaths.get(absolute) ?? ''
          const file = isOutdated ? this.#contents.remove(path) : this.#take(path, result, nowNs)
          if (file !== undefined) read.push(file)
          if (read.length >= FILES_KEPT_AT_ONCE) store.keep(read.splice(0), [])
          onRead()
        },
        signal,
        isCleaned,
      )
    } finally {
      store.keep(read, [])
    }
  }

  #tellChange(): void {
    if (this.#stopping.signal.aborted || !this.#contents.takeNews()) return
    this.#revision += 1
    this.#options.onChange()
  }

  /** Takes over what reading a file told; a file that could not be read is not shared. */
  #take(path: string, result: HashResult, nowNs: bigint): ReadFile | undefined {
    if (result.kind === 'changing' || result.kind === 'unreadable') return this.#contents.remove(path)
    const file = readFileOf(path, result, this.#isCleaned, nowNs)
    const { fingerprint, image, source } = file
    this.#contents.put({ path, fingerprint, image, ...(source && { source }) })
    return file
  }

  #lookAtStore(): void {
    this.applySetting().catch(() => {})
    if (!this.#options.store.unshared.reread()) return
    this.#contents.sortAll()
    this.#tellChange()
  }
}

/** `kept` counts only where it was read from this very image. */
function sharedImageOf({ path, fingerprint, image }: ImageFile, kept: KeptDetails | undefined): SharedImage {
  const { digest, formatId } = image
  const details = {
    bytes: Number(fingerprint.size),
    format: formatId,
    ...(kept?.digest === digest ? kept.details : {}),
  }
  return { digest, name: basename(path), details }
}
