import { mkdir } from 'node:fs/promises'
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as openRequest } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { DEFAULT_GUEST_LIMITS, type GuestLimits } from '../../src/guests/guest-limits.ts'
import { GuestServer, type GuestServerOptions } from '../../src/guests/guest-server.ts'
import { DEFAULT_PEER_CONFIG } from '../../src/peer/config.ts'
import { Peer } from '../../src/peer/peer.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A peer with its page for guests. Its index server is never asked. */
export interface Hosted {
  readonly peer: Peer
  readonly directory: string
  readonly server: GuestServer
  readonly port: number
  /** `/<token>/` */
  readonly base: string
  readonly faults: unknown[]
}

/** Starts a real peer on a folder that `fill` fills, and its page for guests. */
export async function hostGuests(
  t: TestContext,
  fill: (directory: string) => Promise<unknown>,
  {
    recursive = false,
    limits = DEFAULT_GUEST_LIMITS,
    ...changes
  }: Partial<Pick<GuestServerOptions, 'uploads' | 'space'>> & {
    limits?: GuestLimits
    recursive?: boolean
  } = {},
): Promise<Hosted> {
  const folder = await temporaryFolder(t)
  const directory = join(folder, 'Party <b>')
  await mkdir(directory)
  await fill(directory)
  const nothing = () => {}
  const peer = await Peer.start(
    {
      ...DEFAULT_PEER_CONFIG,
      ...{ server: { host: '127.0.0.1', port: 9 }, host: '127.0.0.1', directory, recursive, settleMs: 20 },
      storePath: join(folder, 'library.sqlite'),
    },
    {
      ...{ onReading: nothing, onServed: nothing, onRenewed: nothing, onRetry: nothing, onLimit: nothing },
      ...{ onReachability: nothing, onStoreCondition: nothing, onTrouble: nothing },
    },
  )
  t.after(() => peer.stop())
  const faults: unknown[] = []
  const server = await GuestServer.start({
    ...{ peer, host: '127.0.0.1', port: 0, uploads: undefined, limits, ...changes },
    onFault: fault => faults.push(fault),
  })
  t.after(() => server.stop())
  const base = new URL(server.addresses[0] ?? '').pathname
  return { peer, directory, server, port: server.endpoint.port, base, faults }
}

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
}

/** A request whose path goes out as it is written: no client tidies it up. */
export function ask(
  { port }: Pick<Hosted, 'port'>,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: OutgoingHttpHeaders; body?: Uint8Array | string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = openRequest(
      { host: '127.0.0.1', port, path, method, headers, agent: false },
      response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const whole = Buffer.concat(chunks)
          const { statusCode: status = 0, headers } = response
          resolve({ status, headers, body: whole, text: whole.toString() })
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** Brings a picture as the page does. */
export function bring(
  host: Pick<Hosted, 'port' | 'base'>,
  name: string,
  body: Uint8Array,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  return ask(host, `${host.base}pictures?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { Origin: `http://127.0.0.1:${host.port}`, 'Content-Length': body.length, ...headers },
    body,
  })
}
