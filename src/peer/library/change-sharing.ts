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
    const { digests, paths } = meant
    if (store.condition.kind === 'memoryOnly') return 'notKept'
    const isKept = isShared ? store.unshared.remove(digests, paths) : store.unshared.add(digests, paths)
    return isKept ? { path: paths[0] ?? which } : 'notKept'
  } finally {
    store.close()
  }
}

interface Meant {
  /** All that the picture is known by: as it is shared, and as it is. */
  readonly digests: readonly Digest[]
  readonly paths: readonly string[]
}

async function theOne(
  store: LibraryStore,
  { directory, which }: Pick<SharingChange, 'directory' | 'which'>,
): Promise<Meant | undefined> {
  const files = store.files(store.isCleaned).flatMap(({ path, image, source }) => {
    const digest = image?.digest ?? source?.digest
    return digest === undefined ? [] : [{ path, digest, sourceDigest: source?.digest ?? digest }]
  })
  const asDigest = which.toLowerCase()
  const isMeant = [
    ({ digest, sourceDigest }: (typeof files)[number]) => digest === asDigest || sourceDigest === asDigest,
    ({ path }: (typeof files)[number]) => path === which,
    ({ path }: (typeof files)[number]) => basename(path) === which,
  ]
  for (const isOne of isMeant) {
    const digests = [...new Set(files.filter(isOne).map(({ digest }) => digest))]
    const [digest] = digests
    if (digests.length > 1) throw new Failure('imageAmbiguous', { wanted: which, digests })
    if (digest === undefined) continue
    const copies = files.filter(file => file.digest === digest)
    return {
      digests: [...new Set(copies.flatMap(copy => [digest, copy.sourceDigest]))],
      paths: copies.map(({ path }) => path),
    }
  }
  // What was never shared yet: sharing it may be just what is not wanted.
  if (which.split('/').some(isHidden) || (await findFile(directory, which)) === undefined) return undefined
  const hash = createHash('md5')
  await pipeline(createReadStream(join(directory, which)), hash)
  const digest = parseDigest(hash.digest('hex'))
  return digest === undefined ? undefined : { digests: [digest], paths: [which] }
}
