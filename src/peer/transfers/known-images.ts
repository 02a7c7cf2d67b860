import { join } from 'node:path'
import { systemReason } from '../../base/failure.ts'
import type { Digest } from '../../protocol/digest.ts'
import { HashPool } from '../library/hash-pool.ts'
import { type LibraryFile, type ReadFile, sameFingerprint } from '../library/image-file.ts'
import { LibraryStore } from '../library/library-store.ts'
import { readFileOf } from '../library/read-file.ts'
import { type FoundFile, scanFolder } from '../library/scan-folder.ts'

/** Files read between two transactions of the store. */
const FILES_KEPT_AT_ONCE = 256

/**
 * The images that a folder holds, by content. Only files that are new since the last time are read; a folder that is not
 * there holds none. Rejects with the signal's reason when cancelled.
 */
export async function knownImages(
  { directory, storePath }: { readonly directory: string; readonly storePath: string },
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Set<Digest>> {
  const found = await filesOf(directory, signal)
  const known = new Set<Digest>()
  const store = LibraryStore.glance(storePath)
  const pool = new HashPool()
  const read: ReadFile[] = []
  try {
    const { isCleaned } = store
    const kept = new Map(store.files(isCleaned, true).map(file => [file.path, file]))
    const know = ({ image, source }: LibraryFile) => {
      if (image !== undefined) known.add(image.digest)
      // What was fetched counts also where it would not be shared as it is.
      if (source !== undefined) known.add(source.digest)
    }
    const toRead = new Map<string, string>()
    for (const { path, fingerprint } of found) {
      const before = kept.get(path)
      if (before === undefined || !sameFingerprint(before.fingerprint, fingerprint))
        toRead.set(join(directory, path), path)
      else know(before)
    }
    const nowNs = BigInt(Date.now()) * 1_000_000n
    let done = 0
    await pool.hash(
      [...toRead.keys()],
      (absolute, result) => {
        done += 1
        onProgress(done, toRead.size)
        if (result.kind === 'changing' || result.kind === 'unreadable') return
        const file = readFileOf(toRead.get(absolute) ?? '', result, isCleaned, nowNs)
        know(file)
        read.push(file)
        if (read.length >= FILES_KEPT_AT_ONCE) store.keep(read.splice(0), [])
      },
      signal,
      isCleaned,
    )
  } finally {
    store.keep(read, [])
    store.close()
    await pool.close()
  }
  return known
}

async function filesOf(directory: string, signal: AbortSignal): Promise<FoundFile[]> {
  try {
    return await scanFolder(directory, false, signal)
  } catch (error) {
    if (systemReason(error) === 'ENOENT') return []
    throw error
  }
}
