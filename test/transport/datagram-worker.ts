/** A client on a thread of its own: sends its datagrams and counts in `seen` the replies that came. */
import { createSocket } from 'node:dgram'
import { workerData } from 'node:worker_threads'
import type { Endpoint } from '../../src/protocol/endpoint.ts'

const { server, datagrams, seen } = workerData as {
  readonly server: Endpoint
  readonly datagrams: number
  readonly seen: Int32Array
}
const socket = createSocket('udp4')
socket.on('message', () => {
  const count = Atomics.add(seen, 0, 1) + 1
  Atomics.notify(seen, 0)
  if (count === datagrams) socket.close()
})
for (let index = 0; index < datagrams; index += 1) socket.send(`${index}`, server.port, server.address)
