import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { TEMPORARY_NAME_PREFIX } from '../../src/peer/file-name.ts'
import type { FaultImage } from './fault-images.ts'

/** What stands in a folder that was downloaded into. */
export interface FolderFindings {
  /** Files under final names. */
  readonly names: number
  /** What is wrong with them: a sentence each. */
  readonly wrong: readonly string[]
  /** Names of images that are not there. */
  readonly missing: readonly string[]
  /** Files under temporary names. */
  readonly leftovers: number
}

/** Reads every file of a folder; each under a final name has to be one of `images`, byte for byte. No folder has none. */
export async function checkFolder(
  folder: string,
  images: readonly FaultImage[],
  given: (path: string) => Promise<string> = md5Of,
): Promise<FolderFindings> {
  const entries = await readdir(folder).catch(() => [])
  const byName = new Map(images.map(image => [image.name, image]))
  const wrong: string[] = []
  const there = new Set<string>()
  let leftovers = 0
  for (const name of entries) {
    if (name.startsWith(TEMPORARY_NAME_PREFIX)) {
      leftovers += 1
      continue
    }
    const md5 = await given(join(folder, name))
    const image = byName.get(name.replace(/_downloaded(_\d+)?(?=\.png$)/, ''))
    if (image?.md5 === md5) there.add(image.name)
    else wrong.push(`${name} has the MD5 ${md5}${image === undefined ? ', and no image that name' : ''}`)
  }
  const missing = images.filter(({ name }) => !there.has(name)).map(({ name }) => name)
  return { names: entries.length - leftovers, wrong, missing, leftovers }
}

async function md5Of(path: string): Promise<string> {
  const digest = createHash('md5')
  await pipeline(createReadStream(path), digest)
  return digest.digest('hex')
}
