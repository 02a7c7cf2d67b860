import { randomBytes } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../protocol/digest.ts'
import type { CatalogImage } from '../catalog-image.ts'
import { TEMPORARY_NAME_PREFIX } from '../file-name.ts'
import { PART_SUFFIX } from './abandoned-downloads.ts'
import { FreeSpace } from './disk-space.ts'
import { FolderLock } from './folder-lock.ts'

/** Where an image arrives. */
export interface PartPlace {
  readonly partPath: string
  /** Whether what comes stays for a later download when this one fails. */
  readonly isKept: boolean
  /** Whether an earlier download may have left something there. */
  readonly mayBeThere: boolean
}

/** A folder while images are downloaded into it: made, locked, and looked through once for all of them. */
export class DownloadFolder {
  /** Downloads under way. */
  users = 0
  readonly #directory: string
  readonly #space: FreeSpace
  readonly #opened: Promise<FolderLock | undefined>
  /** What earlier downloads may have left parts of: as many as there are files, and as downloads that failed since. */
  readonly #left = new Set<string>()

  constructor(directory: string) {
    this.#directory = directory
    this.#space = new FreeSpace(directory)
    this.#opened = this.#open()
    // Whoever asks for a place is told.
    this.#opened.catch(() => {})
  }

  /** Rejects with `diskFull`, or the file system's error where the folder cannot be made. */
  async makeRoom({ digest, details }: Pick<CatalogImage, 'digest' | 'details'>): Promise<PartPlace> {
    const isKept = (await this.#opened) !== undefined
    await this.#space.take(details.bytes ?? 0)
    const name = isKept ? digest : `${digest}-${randomBytes(4).toString('hex')}`
    const partPath = join(this.#directory, `${TEMPORARY_NAME_PREFIX}${name}${PART_SUFFIX}`)
    return { partPath, isKept, mayBeThere: isKept && this.#left.has(digest) }
  }

  /** A download failed, and may have left something. */
  noteLeft(digest: Digest): void {
    this.#left.add(digest)
  }

  async close(): Promise<void> {
    ;(await this.#opened.catch(() => undefined))?.release()
  }

  async #open(): Promise<FolderLock | undefined> {
    await mkdir(this.#directory, { recursive: true })
    const lock = await FolderLock.take(this.#directory)
    if (lock === undefined) return undefined
    for (const name of await readdir(this.#directory).catch(() => []))
      if (name.startsWith(TEMPORARY_NAME_PREFIX)) this.#left.add(digestIn(name))
    return lock
  }
}

/** Whether it is one does not matter: it is only compared with digests. */
function digestIn(temporaryName: string): string {
  const [digest = ''] = temporaryName.slice(TEMPORARY_NAME_PREFIX.length).split('.')
  return digest
}
