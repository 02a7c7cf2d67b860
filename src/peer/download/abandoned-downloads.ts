import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TEMPORARY_NAME_PREFIX } from '../file-name.ts'

/** How the names of temporary files end. */
export const PART_SUFFIX = '.part'

/** Milliseconds: what nobody wrote to for so long, nobody comes back for. */
const ABANDONED_MS = 7 * 24 * 60 * 60 * 1000

/** Removes what downloads left in `directory` long ago. */
export async function removeAbandonedDownloads(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => [])
  for (const name of names) {
    const isOurs = name.endsWith(PART_SUFFIX) || name.endsWith(`${PART_SUFFIX}.prefix`)
    if (!name.startsWith(TEMPORARY_NAME_PREFIX) || !isOurs) continue
    const path = join(directory, name)
    const status = await stat(path).catch(() => undefined)
    if (status !== undefined && Date.now() - status.mtimeMs > ABANDONED_MS)
      await rm(path, { force: true }).catch(() => {})
  }
}
