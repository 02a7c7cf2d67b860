import type { HashResult } from './hash-file.ts'
import type { ReadFile } from './image-file.ts'

/**
 * A file system that counts time in steps of up to 2 seconds (FAT) can hide a change that follows a look at once: what is
 * younger than that when it is read is read again at the next start. Nanoseconds.
 */
const YOUNG_NS = 2_000_000_000n

/**
 * What is kept of a file that could be read. `isCleaned` is what it was read with, `nowNs` a time before it was read,
 * nanoseconds since 1970.
 */
export function readFileOf(
  path: string,
  result: Exclude<HashResult, { readonly kind: 'changing' | 'unreadable' }>,
  isCleaned: boolean,
  nowNs: bigint,
): ReadFile {
  const { fingerprint } = result
  const isSettled = nowNs - fingerprint.modifiedNs > YOUNG_NS
  const file = { path, fingerprint, image: undefined, details: undefined, isCleaned, isSettled }
  switch (result.kind) {
    case 'other':
      return file
    case 'withheld':
      return {
        ...file,
        source: { digest: result.sourceDigest, formatId: result.formatId, withheld: result.reason },
      }
    case 'image': {
      const { digest, formatId, details, cleaned } = result
      const source = cleaned && { source: { digest: cleaned.sourceDigest, formatId }, edits: cleaned.edits }
      return { ...file, image: { digest, formatId }, details, ...source }
    }
    default:
      return result satisfies never
  }
}
