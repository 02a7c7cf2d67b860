import { networkInterfaces } from 'node:os'
import { monotonicMs } from '../../base/clock.ts'
import { Failure } from '../../base/failure.ts'
import type { Messages } from '../../messages/messages.ts'
import { type Endpoint, formatEndpoint } from '../../protocol/endpoint.ts'
import { DEFAULT_SERVER_CONFIG, type ServerConfig } from '../../server/config.ts'
import { IndexServer } from '../../server/index-server.ts'
import { type LogLevel, openServerLog, RequestLog } from '../../server/server-log.ts'
import type { CommandContext } from '../context.ts'
import { isDatagramPath } from '../parse-arguments.ts'
import { untilAborted } from '../until-aborted.ts'

/** `imagep2p server`: an index server until a signal. */
export async function runServer({ messages, options, signal }: CommandContext): Promise<number> {
  const log = openServerLog(process.stdout, levelOf(options))
  const requests = new RequestLog(log, messages.server, monotonicMs)
  const server = await IndexServer.start(configOf(options), {
    wants: (word, result) => requests.wants(word, result),
    observe: (...request) => requests.observe(...request),
    onFault: reason => requests.fault(reason),
  })
  const { address, port } = server.endpoint
  log.info(
    'listening',
    { address, port },
    messages.server.listening(describeEndpoint(server.endpoint, messages)),
  )
  const { path, fallbackReason } = server.datagramPath
  log.info('datagrams', { path, reason: fallbackReason }, messages.server.path(path, fallbackReason))
  await untilAborted(signal)
  await server.stop()
  log.info('stopped', {}, messages.server.stopped)
  return 0
}

function configOf(options: ReadonlyMap<string, string>): ServerConfig {
  const { host, port, path, limits } = DEFAULT_SERVER_CONFIG
  const given = options.get('udp')
  const registrationsPerAddress = Number(
    options.get('registrations-per-address') ?? limits.registrationsPerAddress,
  )
  return {
    host: options.get('host') ?? host,
    port: Number(options.get('port') ?? port),
    path: given !== undefined && isDatagramPath(given) ? given : path,
    limits: { ...limits, registrationsPerAddress },
  }
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
