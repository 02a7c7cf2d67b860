/** Peers and people of the bench as the index server sees them over HTTP. */
import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { NDJSON } from '../../src/protocol/catalog-api.ts'

/** A peer that registers over HTTP. */
export interface HttpPeer {
  /** The address of 127.0.0.0/8 that it comes from. */
  readonly address: string
  /** The TCP port that it shares on. */
  readonly port: number
}

/** One connection that is kept open for one request after another. */
export function keptConnection(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 })
}

/** The body of what is asked for; rejects for every answer but 200. */
export async function getOverHttp(agent: Agent, serverPort: number, path: string): Promise<Buffer> {
  const asked = request({ agent, host: '127.0.0.1', port: serverPort, path })
  asked.end()
  return bodyOf(asked, path)
}

/** Makes `list`, one JSON object a line, the list of a peer; rejects when it is not taken, or the signal ends it. */
export async function putList(
  serverPort: number,
  peer: HttpPeer,
  list: Buffer,
  signal?: AbortSignal,
): Promise<void> {
  const path = `/v1/registrations/${peer.port}/images`
  const asked = request({
    host: '127.0.0.1',
    port: serverPort,
    localAddress: peer.address,
    method: 'PUT',
    path,
    headers: {
      authorization: 'Bearer pw-of-the-bench',
      'content-type': NDJSON,
      'content-length': list.length,
    },
    agent: false,
    ...(signal !== undefined && { signal }),
  })
  asked.end(list)
  await bodyOf(asked, path)
}

/** Has a TCP connection stand from an address for a moment: the server then knows that somebody is there. */
export async function showItself(serverPort: number, address: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: serverPort, localAddress: address })
  await once(socket, 'connect')
  socket.end().resume()
  await once(socket, 'close')
}

/** Does `task` for each of 0 to `count` - 1, as many at once as given; rejects with the first that fails. */
export async function forEachAtOnce(
  count: number,
  atOnce: number,
  task: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next
      next += 1
      await task(index)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/** The IPv4 address that comes so many after another. */
export function addressAfter(first: string, count: number): string {
  const number = first.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + count
  return [24, 16, 8, 0].map(shift => (number >>> shift) & 255).join('.')
}

async function bodyOf(asked: ClientRequest, path: string): Promise<Buffer> {
  const [answer]: IncomingMessage[] = await once(asked, 'response')
  if (answer === undefined) throw new Error(`${path} was not answered`)
  const body = await buffer(answer)
  if (answer.statusCode !== 200) {
    throw new Error(`${path} was answered with ${answer.statusCode}: ${body.toString('utf8', 0, 200)}`)
  }
  return body
}
