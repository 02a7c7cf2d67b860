import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders = new Set<string>()

/** Makes an empty folder that is gone, with all that is in it, when the bench ends. */
export async function makeScratchFolder(): Promise<string> {
  if (folders.size === 0) process.once('exit', () => folders.forEach(remove))
  const folder = await mkdtemp(join(tmpdir(), 'imagep2p-bench-'))
  folders.add(folder)
  return folder
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}
