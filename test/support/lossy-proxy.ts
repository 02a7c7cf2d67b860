import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { seededRandom } from './seeded-random.ts'

/** How bad the network is, each way. Chances are of 1, delays in milliseconds. */
export interface NetworkFaults {
  readonly loss: number
  readonly doubling: number
  readonly maxDelayMs: number
}

/**
 * A UDP proxy in front of a server that loses, doubles, delays and thereby reorders datagrams, by a seeded generator.
 * Each client's datagrams leave from a socket of their own, so the server tells clients apart by port but sees 127.0.0.1.
 */
export async function startLossyProxy(
  test: TestContext,
  serverPort: number,
  faults: NetworkFaults,
  seed: number,
): Promise<{ port: number; dropped: () => number }> {
  const random = seededRandom(seed)
  const timers = new Set<NodeJS.Timeout>()
  const upstreams = new Map<string, Promise<Socket>>()
  let dropped = 0
  let isClosed = false

  const pass = (send: () => void) => {
    if (random() < faults.loss) {
      dropped += 1
      return
    }
    const copies = random() < faults.doubling ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        if (!isClosed) send()
      }, random() * faults.maxDelayMs)
      timers.add(timer)
    }
  }
  const front = await boundSocket()
  const upstreamFor = (client: RemoteInfo) => {
    const key = `${client.address}:${client.port}`
    let upstream = upstreams.get(key)
    if (upstream === undefined) {
      upstream = boundSocket().then(socket => {
        socket.on('message', reply => pass(() => front.send(reply, client.port, client.address)))
        return socket
      })
      upstreams.set(key, upstream)
    }
    return upstream
  }
  front.on('message', (message, client) => {
    void upstreamFor(client).then(upstream => {
      pass(() => upstream.send(message, serverPort, '127.0.0.1'))
    })
  })
  test.after(async () => {
    isClosed = true
    for (const timer of timers) clearTimeout(timer)
    for (const upstream of await Promise.all(upstreams.values())) upstream.close()
    front.close()
  })
  return { port: front.address().port, dropped: () => dropped }
}

async function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}
