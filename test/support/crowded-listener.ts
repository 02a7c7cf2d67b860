import { listenForRequests } from '../../src/transport/request-listener.ts'

/**
 * A program of its own: answers every request with its digest, and tells its port on standard output. It is started with
 * few file descriptors, so that they run out; its own bounds are far above them.
 */
const limits = {
  connections: 10_000,
  connectionsPerAddress: 10_000,
  requestMs: 60_000,
  idleMs: 60_000,
  lingerMs: 60_000,
}
const listener = await listenForRequests({
  host: '127.0.0.1',
  port: 0,
  limits,
  onRequest: async (digest, connection) => {
    connection.socket.write(digest)
    connection.end()
  },
})
process.stdout.write(`${listener.endpoint.port}\n`)
process.stdin.resume()
process.stdin.once('end', () => void listener.close())
