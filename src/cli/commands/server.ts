import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { monotonicMs } from '../../base/clock.ts'
import { Failure } from '../../base/failure.ts'
import type { Messages } from '../../messages/messages.ts'
import { type Endpoint, formatEndpoint } from '../../protocol/endpoint.ts'
import { FIELD_BUFFER_BYTES } from '../../protocol/limits.ts'
import { DEFAULT_SERVER_CONFIG, type ServerConfig } from '../../server/config.ts'
import { IndexServer } from '../../server/index-server.ts'
import { type LogLevel, logJournal, openServerLog, RequestLog } from '../../server/server-log.ts'
import type { CommandContext } from '../context.ts'
import { dataFolder } from '../folders.ts'
import { isDatagramPath } from '../parse-arguments.ts'
import { programVersion } from '../program-version.ts'
import { untilAborted } from '../until-aborted.ts'

/** `imagep2p server`: an index server until a signal. */
export async function runServer({ messages, options, signal }: CommandContext): Promise<number> {
  const log = openServerLog(process.stdout, levelOf(options))
  const requests = new RequestLog(log, messages.server, monotonicMs)
  const config = configOf(options)
  const server = await IndexServer.start(
    config,
    {
      wants: (word, result) => requests.wants(word, result),
      observe: (...request) => requests.observe(...request),
      onFault: reason => requests.fault(reason),
      onJournal: condition => logJournal(log, condition, messages.server),
      onRefused: count => log.warn('refused', { count }, messages.server.keptOut(count)),
    },
    signal,
  )
  const { address, port } = server.endpoint
  log.info(
    'listening',
    { address, port },
    messages.server.listening(describeEndpoint(server.endpoint, messages)),
  )
  const { path, fallbackReason } = server.datagramPath
  log.info('datagrams', { path, reason: fallbackReason }, messages.server.path(path, fallbackReason))
  const { dataFolder } = config
  log.info('journal', { folder: dataFolder }, messages.server.journal(dataFolder))
  log.info('status', { port }, messages.server.statusPage(statusAddress(server.endpoint)))
  await untilAborted(signal)
  await server.stop()
  log.info('stopped', {}, messages.server.stopped)
  return 0
}

function configOf(options: ReadonlyMap<string, string>): ServerConfig {
  const { host, port, path, limits, replyBudget } = DEFAULT_SERVER_CONFIG
  const given = options.get('udp')
  const registrationsPerAddress = Number(
    options.get('registrations-per-address') ?? limits.registrationsPerAddress,
  )
  const bytesPerSecond = Number(options.get('reply-bytes-per-second') ?? replyBudget.bytesPerSecond)
  const portText = options.get('port') ?? String(port)
  return {
    ...DEFAULT_SERVER_CONFIG,
    host: options.get('host') ?? host,
    port: Number(portText),
    path: given !== undefined && isDatagramPath(given) ? given : path,
    dataFolder: serverDataFolder(options, portText),
    version: programVersion(),
    limits: { ...limits, registrationsPerAddress },
    replyBudget: {
      ...replyBudget,
      bytesPerSecond,
      burstBytes: Math.max(2 * bytesPerSecond, FIELD_BUFFER_BYTES),
    },
  }
}

/** `--data` is this server's own; without it each port has a folder, so that servers side by side keep apart. */
function serverDataFolder(options: ReadonlyMap<string, string>, port: string): string | undefined {
  if (options.has('memory')) {
    if (options.has('data')) throw new Failure('extraArgument', { argument: '--memory', command: 'server' })
    return undefined
  }
  const given = options.get('data')
  return given === undefined ? join(dataFolder(undefined), `server-${port}`) : dataFolder(given)
}

/** Where a person on this computer sees the status page. */
function statusAddress({ address, port }: Endpoint): string {
  const isAny = address === '::' || address === '0.0.0.0'
  return `http://${formatEndpoint({ address: isAny ? '127.0.0.1' : address, port })}/`
}

function levelOf(options: ReadonlyMap<string, string>): LogLevel {
  if (options.has('quiet') && options.has('verbose')) {
    throw new Failure('extraArgument', { argument: '--verbose', command: 'server' })
  }
  if (options.has('quiet')) return 'quiet'
  return options.has('verbose') ? 'verbose' : 'normal'
}

/** For a wildcard address, the addresses that peers elsewhere can use. */
export function describeEndpoint(endpoint: Endpoint, { server }: Messages): string {
  if (endpoint.address !== '::' && endpoint.address !== '0.0.0.0') return formatEndpoint(endpoint)
  const outside = Object.values(networkInterfaces())
    .flatMap(list => list ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
    .map(({ address }) => address)
  return server.anyAddress(endpoint.port, outside.length === 0 ? ['127.0.0.1'] : outside)
}
