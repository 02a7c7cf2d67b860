import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { runProgram } from '../../system/programs.ts'
import type { TransferContestant } from '../transfer-contestant.ts'
import { torrentContestant } from './torrent-contestant.ts'

const PROGRAM = fileURLToPath(new URL('webtorrent-peer.ts', import.meta.url))
/** The environment variable with the folder that it was installed into. */
const FOLDER_VARIABLE = 'WEBTORRENT_FOLDER'

/** webtorrent from another webtorrent, over TCP. It is no dependency: it is looked for where somebody installed it. */
export const webtorrent: TransferContestant = torrentContestant({
  name: 'webtorrent',
  title: 'webtorrent',
  async obstacle() {
    return (await findLibrary()) === undefined
      ? `webtorrent is not installed (npm install --ignore-scripts --prefix FOLDER webtorrent, then ${FOLDER_VARIABLE}=FOLDER)`
      : undefined
  },
  seeder: (torrent, folder, port) => peer('seed', torrent, folder, port),
  leecher: (torrent, folder, port) => peer('get', torrent, folder, port),
})

async function peer(mode: 'seed' | 'get', torrent: string, folder: string, port: number) {
  const library = (await findLibrary()) ?? 'webtorrent'
  return { command: process.execPath, arguments: [PROGRAM, mode, torrent, folder, String(port), library] }
}

/** The URL of its module, in the folder that the variable names or among what npm installed for everybody. */
async function findLibrary(): Promise<string | undefined> {
  const named = env[FOLDER_VARIABLE]
  const folders = [...(named ? [join(named, 'node_modules')] : []), ...(await globalFolder())]
  const path = folders.map(folder => join(folder, 'webtorrent', 'index.js')).find(existsSync)
  return path === undefined ? undefined : pathToFileURL(path).href
}

async function globalFolder(): Promise<string[]> {
  try {
    const { stdout } = await runProgram({ command: 'npm', arguments: ['root', '--global'] })
    return [stdout.trim()]
  } catch {
    return []
  }
}
