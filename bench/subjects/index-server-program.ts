/**
 * The index server with settings that its command has no options for, until SIGTERM:
 *
 *     index-server-program.ts [--data FOLDER] [--lease SECONDS] [--bound-loopback]
 *
 * Without `--data` it keeps nothing; with `--bound-loopback` who asks from this machine is answered as anybody else is.
 */
import { parseArgs } from 'node:util'
import { DEFAULT_SERVER_CONFIG } from '../../src/server/config.ts'
import { IndexServer } from '../../src/server/index-server.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    lease: { type: 'string' },
    'bound-loopback': { type: 'boolean', default: false },
  },
})
const { times, replyBudget } = DEFAULT_SERVER_CONFIG
const server = await IndexServer.start(
  {
    ...DEFAULT_SERVER_CONFIG,
    host: '127.0.0.1',
    port: 0,
    version: 'bench',
    dataFolder: values.data,
    times: { ...times, lease: Number(values.lease ?? times.lease) },
    replyBudget: { ...replyBudget, exemptLoopback: !values['bound-loopback'] },
  },
  {
    wants: () => false,
    observe: () => undefined,
    onFault: reason => process.stderr.write(`Error: ${reason}\n`),
    onJournal: () => undefined,
    onRefused: () => undefined,
  },
  new AbortController().signal,
)
process.stdout.write(`${JSON.stringify({ event: 'listening', port: server.endpoint.port })}\n`)
process.once('SIGTERM', () => void server.stop())
