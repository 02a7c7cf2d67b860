import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'

/** Where things are remembered between starts: `--data`, or where this system's users expect it (XDG on Linux). */
export function dataFolder(given: string | undefined): string {
  return given === undefined ? envPaths('imagep2p', { suffix: '' }).data : resolve(given)
}

/** The file in which a peer remembers one shared folder. */
export function storePathOf(data: string, directory: string): string {
  const absolute = resolve(directory)
  let canonical = absolute
  try {
    canonical = realpathSync.native(absolute)
  } catch {
    // A folder that is not there is told of when the peer starts.
  }
  const id = createHash('sha256').update(canonical).digest('hex').slice(0, 32)
  return join(data, 'folders', id, 'library.sqlite')
}
