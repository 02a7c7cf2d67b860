import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Failure } from '../../base/failure.ts'
import { type Digest, parseDigest } from '../../protocol/digest.ts'
import { LibraryStore } from './library-store.ts'
import { findFile, isHidden } from './scan-folder.ts'

/** What is to be shared, or not. */
export interface SharingChange {
  readonly storePath: string
  readonly directory: string
  /** A picture of the folder: its MD5 sum, its path below the folder, or its name. */
  readonly which: string
  readonly isShared: boolean
}

/**
 * Stops or begins again the sharing of one picture of a folder. A peer that shares the folder sees it within half a second.
 * Gives the picture's path; `unknown` where the folder has none like that, `notKept` where it cannot be written down.
 * Rejects with `imageAmbiguous`, or the file system's error.
 */
export async function changeSharing(
  change: SharingChange,
): Promise<{ readonly path: string } | 'unknown' | 'notKept'> {
  const { storePath, which, isShared } = change
  const store = LibraryStore.glance(storePath)
  try {
    const meant = await theOne(store, change)
    if (meant === undefined) return 'unknown'
    const { digest, paths } = meant
    if (store.condition.kind === 'memoryOnly') return 'notKept'
    const isKept = isShared ? store.unshared.remove(digest, paths) : store.unshared.add(digest, paths)
    return isKept ? { path: paths[0] ?? which } : 'notKept'
  } finally {
    store.close()
  }
}

interface Meant {
  readonly digest: Digest
  readonly paths: readonly string[]
}

async function theOne(
  store: LibraryStore,
  { directory, which }: Pick<SharingChange, 'directory' | 'which'>,
): Promise<Meant | undefined> {
  const files = store.files().flatMap(({ path, image }) => (image === undefined ? [] : [{ path, ...image }]))
  const isMeant = [
    ({ digest }: { digest: Digest }) => digest === which.toLowerCase(),
    ({ path }: { path: string }) => path === which,
    ({ path }: { path: string }) => basename(path) === which,
  ]
  for (const isOne of isMeant) {
    const digests = [...new Set(files.filter(isOne).map(({ digest }) => digest))]
    const [digest] = digests
    if (digests.length > 1) throw new Failure('imageAmbiguous', { wanted: which, digests })
    if (digest !== undefined)
      return { digest, paths: files.filter(file => file.digest === digest).map(({ path }) => path) }
  }
  // What was never shared yet: sharing it may be just what is not wanted.
  if (which.split('/').some(isHidden) || (await findFile(directory, which)) === undefined) return undefined
  const hash = createHash('md5')
  await pipeline(createReadStream(join(directory, which)), hash)
  const digest = parseDigest(hash.digest('hex'))
  return digest === undefined ? undefined : { digest, paths: [which] }
}
