import { once } from 'node:events'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { Worker } from 'node:worker_threads'
import type { Endpoint } from '../../src/protocol/endpoint.ts'

/** Connections that Linux lets wait in a backlog of one: it drops who comes when there are more than were asked for. */
const WAITING = 2

/** A port to which no connection comes to stand, nor is refused: its backlog is full. Linux only. */
export async function fullBacklog(test: TestContext): Promise<Endpoint> {
  const worker = new Worker(new URL('./deaf-listener.ts', import.meta.url))
  const [{ address, port }] = (await once(worker, 'message')) as [Endpoint]
  const waiting = Array.from({ length: WAITING }, () => connect({ host: address, port }))
  test.after(async () => {
    for (const socket of waiting) socket.destroy()
    await worker.terminate()
  })
  for (const socket of waiting) {
    socket.on('error', () => {})
    if (socket.connecting) await once(socket, 'connect')
  }
  return { address, port }
}
