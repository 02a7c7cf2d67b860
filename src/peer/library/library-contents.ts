import type { Digest } from '../../protocol/digest.ts'
import { heldImageOf, type ImageFile, type LibraryFile } from './image-file.ts'
import { ImagesByDigest } from './images-by-digest.ts'
import { SourceImages, type WithheldImage } from './source-images.ts'
import type { UnsharedPictures } from './unshared-pictures.ts'

/** What the files of a folder hold, by path and by digest: what is shared, what is not, and what it is for its owner alone. */
export class LibraryContents {
  readonly #stopped: Pick<UnsharedPictures, 'has'>
  /** One entry for each file of the folder, so at most MAX_FOLDER_FILES. */
  readonly #files = new Map<string, LibraryFile>()
  /** Paths of what is shared, by digest: the same image may lie in the folder twice. */
  readonly #shared = new ImagesByDigest()
  /** The same of what a person stopped sharing. */
  readonly #unshared = new ImagesByDigest()
  readonly #sources = new SourceImages()
  #isNews = false

  /** `stopped` says which pictures are not to be shared; {@link sortAll} follows a change of it. */
  constructor(stopped: Pick<UnsharedPictures, 'has'>) {
    this.#stopped = stopped
  }

  /** A file is there, in this state. */
  put(file: LibraryFile): void {
    const { path, image, source } = file
    const known = this.#files.get(path)
    const isSame =
      known?.image?.digest === image?.digest &&
      known?.source?.digest === source?.digest &&
      known?.source?.withheld === source?.withheld
    if (!isSame) this.remove(path)
    this.#files.set(path, file)
    if (isSame) {
      // The time of a picture is told to others.
      if (image !== undefined && known?.fingerprint.modifiedNs !== file.fingerprint.modifiedNs)
        this.noteNews()
      return
    }
    if (source !== undefined) this.#sources.add(path, source)
    if (image === undefined) return
    this.noteNews()
    this.sort(path)
  }

  /** A file is not there any more, or nobody can tell what it holds. */
  remove(path: string): undefined {
    const { image, source } = this.#files.get(path) ?? {}
    this.#files.delete(path)
    if (source !== undefined) this.#sources.remove(path, source)
    if (image === undefined) return
    this.noteNews()
    this.#shared.remove(image.digest, path)
    this.#unshared.remove(image.digest, path)
  }

  /** Puts the image of a file among those that are shared or those that are not. */
  sort(path: string): void {
    const { image, source } = this.#files.get(path) ?? {}
    if (image === undefined) return
    const { digest } = image
    const isStopped =
      this.#stopped.has(digest, path) || (source !== undefined && this.#stopped.has(source.digest, path))
    const [to, from] = isStopped ? [this.#unshared, this.#shared] : [this.#shared, this.#unshared]
    if (to.get(digest)?.has(path)) return
    from.remove(digest, path)
    to.add(digest, path)
    this.noteNews()
  }

  sortAll(): void {
    for (const path of this.#files.keys()) this.sort(path)
  }

  /** Something became known that others are to be told. */
  noteNews(): void {
    this.#isNews = true
  }

  /** Whether an image, a name or a detail came or went since this was asked last. */
  takeNews(): boolean {
    const isNews = this.#isNews
    this.#isNews = false
    return isNews
  }

  get(path: string): LibraryFile | undefined {
    return this.#files.get(path)
  }

  /** All files, those that hold no image among them. */
  files(): MapIterator<LibraryFile> {
    return this.#files.values()
  }

  /** How many images are shared. */
  get imageCount(): number {
    return this.#shared.size
  }

  /** How many files are shared other than they are. */
  get cleanedCount(): number {
    return this.#sources.cleanedCount
  }

  /** Images that are withheld, in the order of their paths. */
  get withheld(): WithheldImage[] {
    return this.#sources.withheld
  }

  /** True when that image is shared. */
  shares(digest: Digest): boolean {
    return this.#shared.has(digest)
  }

  /** The files that an image is shared from; empty where it is not. */
  sharedPathsOf(digest: Digest): ReadonlySet<string> {
    return this.#shared.get(digest) ?? NONE
  }

  /** The files that hold an image, as it is or as it is shared, whether or not it is. */
  pathsOf(digest: Digest): string[] {
    const groups = [this.#shared, this.#unshared, this.#sources].map(images => images.get(digest) ?? NONE)
    return groups.flatMap(paths => [...paths])
  }

  /** Of the image in a file, as it is shared and as it is. */
  digestsOf(path: string): Digest[] {
    const { image, source } = this.#files.get(path) ?? {}
    return [image, source].flatMap(held => (held === undefined ? [] : [held.digest]))
  }

  /** Up to `limit` shared images behind `after` (from the first one without it), by ascending digest. */
  page(after: Digest | undefined, limit: number): ImageFile[] {
    return this.#shared.page(after, limit).flatMap(digest => {
      const [path = ''] = this.#shared.get(digest) ?? []
      const file = this.#files.get(path)
      return file !== undefined && isImage(file) ? [file] : []
    })
  }

  /** What is shared: the first of these files for each image. */
  sharedOf(files: Iterable<LibraryFile>): ImageFile[] {
    const seen = new Set<Digest>()
    const shared: ImageFile[] = []
    for (const file of files) {
      if (!isImage(file) || seen.has(file.image.digest) || !this.shares(file.image.digest)) continue
      seen.add(file.image.digest)
      shared.push(file)
    }
    return shared
  }

  /** What is held, shared or not: one file for each image. */
  held(): IteratorObject<ImageFile, undefined> {
    return this.#files.values().flatMap(file => {
      const held = heldImageOf(file)
      return held !== undefined && this.pathsOf(held.image.digest)[0] === file.path ? [held] : []
    })
  }
}

const NONE: ReadonlySet<string> = new Set()

function isImage(file: LibraryFile): file is ImageFile {
  return file.image !== undefined
}
