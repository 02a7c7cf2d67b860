import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { systemReason } from '../base/failure.ts'
import { type Digest, parseDigest } from '../protocol/digest.ts'

/** Bytes of a list of digests: a hundred thousand lines of 33 bytes and as much in comments. */
const MAX_LIST_BYTES = 8 * 1024 ** 2

/** What a list of digests holds: those that could be read, and the lines that could not. */
export interface DigestList {
  readonly digests: readonly Digest[]
  readonly wrong: readonly { readonly line: number; readonly text: string }[]
}

/** Reads a list: a digest a line, alone or with more behind it (as `md5sum` writes it); `#` begins a comment. */
export function parseDigestList(list: string): DigestList {
  const digests = new Set<Digest>()
  const wrong: { line: number; text: string }[] = []
  for (const [index, line] of list.split(/\r?\n/).entries()) {
    const [word = ''] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (word === '') continue
    const digest = parseDigest(word)
    if (digest === undefined) wrong.push({ line: index + 1, text: word })
    else digests.add(digest)
  }
  return { digests: [...digests], wrong }
}

/** The text of a list's file, or of standard input for `-`; the reason why it cannot be read otherwise. */
export async function readList(
  file: string,
): Promise<{ readonly text: string } | { readonly reason: string }> {
  try {
    const list = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
    return list.length > MAX_LIST_BYTES ? { reason: 'EFBIG' } : { text: list }
  } catch (error) {
    return { reason: systemReason(error) }
  }
}
