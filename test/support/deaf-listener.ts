/** A thread of its own: listens with the shortest backlog and then accepts nobody, ever. Tells its port. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { parentPort } from 'node:worker_threads'

const server = createServer()
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 })
await once(server, 'listening')
parentPort?.postMessage(server.address())
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
