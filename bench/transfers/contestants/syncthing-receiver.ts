/**
 * Starts Syncthing, waits until its folder is in sync, and ends it:
 *
 *     syncthing-receiver.ts HOME API-PORT FILES
 *
 * It is killed then: what it has in its folder is whole, and what it does as it stops is nobody's download.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { argv } from 'node:process'
import { serveArguments } from './syncthing-instance.ts'
import { untilInSync } from './syncthing-status.ts'

const [home = '', apiPort, files] = argv.slice(2)
const child = spawn('syncthing', serveArguments(home), { stdio: ['ignore', 'ignore', 'inherit'] })
const ended = new AbortController()
const closed = once(child, 'close').then(([status]) => {
  ended.abort(new Error(`syncthing ended with ${status}`))
})
process.once('SIGTERM', () => child.kill('SIGKILL'))
await untilInSync(Number(apiPort), Number(files), ended.signal).finally(() => child.kill('SIGKILL'))
await closed
