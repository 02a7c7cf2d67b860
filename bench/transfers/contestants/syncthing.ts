import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProgram } from '../../system/programs.ts'
import type { TransferContestant } from '../transfer-contestant.ts'
import { findProgram } from './find-program.ts'
import { configureInstance, makeInstance, serveArguments } from './syncthing-instance.ts'
import { untilInSync } from './syncthing-status.ts'

const RECEIVER = fileURLToPath(new URL('syncthing-receiver.ts', import.meta.url))
/** Milliseconds the giving side may take to look through its folder. */
const SCAN_PATIENCE_MS = 120_000

/** Syncthing from another Syncthing, until the folders are in sync. */
export const syncthing: TransferContestant = {
  name: 'syncthing',
  title: 'Syncthing',
  kind: 'peer',
  async obstacle() {
    return findProgram('syncthing', 'syncthing')
  },
  async prepare({ set, into, scratch }) {
    const [giving, receiving] = await Promise.all(
      ['giving', 'receiving'].map(async side => {
        const home = join(scratch, side)
        await mkdir(home)
        return makeInstance(home)
      }),
    )
    if (giving === undefined || receiving === undefined) throw new Error('it takes two')
    await configureInstance(giving, receiving, set.folder, 'sendonly')
    await configureInstance(receiving, giving, into, 'receiveonly')
    const owner = await startProgram({ command: 'syncthing', arguments: serveArguments(giving.home) })
    const tooLate = AbortSignal.timeout(SCAN_PATIENCE_MS)
    try {
      await untilInSync(giving.apiPort, set.files, tooLate)
    } catch (fault) {
      await owner.stop()
      throw fault
    }
    return {
      owners: [owner],
      helpers: [],
      download: {
        command: process.execPath,
        arguments: [RECEIVER, receiving.home, String(receiving.apiPort), String(set.files)],
      },
    }
  },
}
