import { realpath, stat } from 'node:fs/promises'
import { fingerprintOf } from '../library/image-file.ts'
import type { ImageDecoder } from '../previews/image-decoder.ts'

/** What became of a wish for the likeness of a file. */
export type FileLikeness =
  | { readonly kind: 'known'; readonly likeness: string }
  /**
   * `unreadable`: the file is not there or may not be read; `undecodable`: it holds no picture that can be decoded; `blank`:
   * there is nothing to see on it; `unavailable`: another time it may work.
   */
  | { readonly kind: 'none'; readonly reason: 'unreadable' | 'undecodable' | 'blank' | 'unavailable' }

/**
 * The likeness of the picture in any file, links followed: what it is searched for by. Rejects only with the signal's
 * reason.
 */
export async function likenessOfFile(
  path: string,
  decoder: Pick<ImageDecoder, 'decode'>,
  signal: AbortSignal,
): Promise<FileLikeness> {
  const file = await fileAt(path)
  if (file === undefined) return { kind: 'none', reason: 'unreadable' }
  const outcome = await decoder.decode({ ...file, output: 'appearance' }, 'asked', signal)
  switch (outcome.kind) {
    case 'made':
      return outcome.likeness === undefined
        ? { kind: 'none', reason: 'blank' }
        : { kind: 'known', likeness: outcome.likeness }
    case 'changed':
      return { kind: 'none', reason: 'unreadable' }
    case 'refused':
      return { kind: 'none', reason: 'undecodable' }
    case 'unavailable':
      return { kind: 'none', reason: 'unavailable' }
    default:
      return outcome satisfies never
  }
}

async function fileAt(path: string) {
  try {
    const real = await realpath(path)
    const status = await stat(real, { bigint: true })
    return status.isFile() ? { path: real, fingerprint: fingerprintOf(status) } : undefined
  } catch {
    return undefined
  }
}
