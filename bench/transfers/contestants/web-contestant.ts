import type { ReadyTransfer, TransferContestant, TransferTask } from '../transfer-contestant.ts'
import { findProgram } from './find-program.ts'
import { nginxObstacle, startNginx } from './nginx.ts'

/** What downloads over HTTP, and how it is started. */
export interface WebClient extends Pick<TransferContestant, 'name' | 'title' | 'kind'> {
  /** Its command, and the Debian package that has it. */
  readonly command: string
  readonly debianPackage: string
  /** The command that downloads the set from the root of `origin`. */
  download(origin: string, task: TransferTask): Promise<ReadyTransfer['download']>
}

/** The client from nginx. */
export function webContestant({ command, debianPackage, download, ...named }: WebClient): TransferContestant {
  return {
    ...named,
    async obstacle() {
      return (await findProgram(command, debianPackage)) ?? (await nginxObstacle())
    },
    async prepare(task) {
      const { program, port } = await startNginx({ folder: task.set.folder, scratch: task.scratch })
      return {
        owners: [program],
        helpers: [],
        download: await download(`http://127.0.0.1:${port}`, task),
      }
    },
  }
}
