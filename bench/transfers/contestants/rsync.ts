import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProgram } from '../../system/programs.ts'
import { freePort, untilAccepting } from '../../system/tcp-ports.ts'
import type { TransferContestant } from '../transfer-contestant.ts'
import { findProgram } from './find-program.ts'

/** rsync from its daemon, with checksums of whole files. */
export const rsync: TransferContestant = {
  name: 'rsync',
  title: 'rsync --checksum',
  kind: 'peer',
  async obstacle() {
    return findProgram('rsync', 'rsync')
  },
  async prepare({ set, into, scratch }) {
    const port = await freePort()
    const configuration = join(scratch, 'rsyncd.conf')
    // As root it would go on as `nobody` and in a jail.
    const asRoot = process.getuid?.() === 0 ? 'uid = 0\ngid = 0\n' : ''
    await writeFile(
      configuration,
      `${asRoot}use chroot = no\nlog file = /dev/null\n[images]\npath = ${set.folder}\nread only = yes\n`,
    )
    const program = await startProgram({
      command: 'rsync',
      arguments: [
        ...['--daemon', '--no-detach', '--address', '127.0.0.1', '--port', String(port)],
        `--config=${configuration}`,
      ],
    })
    await untilAccepting(program, port)
    return {
      owners: [program],
      helpers: [],
      download: {
        command: 'rsync',
        arguments: ['--recursive', '--times', '--checksum', `rsync://127.0.0.1:${port}/images/`, `${into}/`],
      },
    }
  },
}
