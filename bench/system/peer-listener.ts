import { once } from 'node:events'
import { createServer } from 'node:net'

/** The TCP port all peers of the bench share on. */
export interface PeerListener {
  readonly port: number
  close(): void
}

/**
 * Accepts and closes connections to any address of this machine: a server that checks whether its peers are alive finds
 * them so. It listens on every address because Linux takes 127.0.0.0/8 only one by one or altogether.
 */
export async function listenAsPeers(): Promise<PeerListener> {
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.destroy()
  })
  server.listen(0, '0.0.0.0', 1024)
  await once(server, 'listening')
  server.unref()
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the listener has no port')
  return { port: address.port, close: () => void server.close() }
}
