import { fileURLToPath } from 'node:url'
import { commands } from '../../../src/cli/command-table.ts'
import { english } from '../../../src/messages/english.ts'
import { listeningPort } from '../../subjects/listening.ts'
import { type RunningProgram, startProgram } from '../../system/programs.ts'
import type { TransferContestant } from '../transfer-contestant.ts'
import type { SourceSet } from '../transfer-sets.ts'

const COMMAND = fileURLToPath(new URL('../../../bin/imagep2p.js', import.meta.url))

/** An index server and somebody who shares a folder. */
export interface SharedFolder {
  readonly index: RunningProgram
  readonly owner: RunningProgram
  readonly indexPort: number
  readonly sharePort: number
}

/** Starts both, the owner on a core of its own where there is one, and settles when everything is listed. */
export async function shareFolder(folder: string, scratch: string, core?: number): Promise<SharedFolder> {
  const index = await startProgram({
    command: process.execPath,
    arguments: [COMMAND, 'server', '--host', '127.0.0.1', '--port', '0', '--memory'],
  })
  const indexPort = await listeningPort(index)
  const owner = await startProgram({
    command: process.execPath,
    arguments: [
      COMMAND,
      ...['share', `127.0.0.1:${indexPort}`, folder, '--port', '0', '--data', scratch, '--lang', 'en'],
      // What makes up the size of these pictures is nothing that a program knows.
      '--keep-metadata',
    ],
    core,
  })
  const sharePort = owner.readLine(line => {
    const port = /on port ([0-9]+)/.exec(line)?.[1]
    return port === undefined ? undefined : Number(port)
  })
  await owner.readLine(line => (line === english.share.running ? true : undefined))
  return { index, owner, indexPort, sharePort: await sharePort }
}

/** The command line that fetches a whole set. */
function getAll(indexPort: number, into: string, { sources }: SourceSet): string[] {
  // One digest after another where a version cannot be asked for everything.
  const what = 'all' in commands.get.options ? ['--all'] : sources.map(({ md5 }) => md5)
  return [COMMAND, 'get', `127.0.0.1:${indexPort}`, ...what, '--out', into, '--lang', 'en']
}

/** This project's own: index server, owner and downloader as their commands start them. */
export const imagep2pTransfer: TransferContestant = {
  name: 'imagep2p',
  title: 'imagep2p',
  kind: 'ours',
  async obstacle() {
    return undefined
  },
  async prepare({ set, into, scratch }) {
    const { index, owner, indexPort } = await shareFolder(set.folder, scratch)
    return {
      owners: [owner],
      helpers: [index],
      download: { command: process.execPath, arguments: getAll(indexPort, into, set) },
    }
  },
}
