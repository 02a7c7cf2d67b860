import type {
  DatagramHandler,
  DatagramServer,
  DatagramServerOptions,
} from '../../src/transport/datagram-server.ts'

/** A way to listen. */
export type Listen<Server extends DatagramServer = DatagramServer> = (
  options: DatagramServerOptions,
) => Promise<Server>

/** A server that is closed when its test ends, however that ends, and the faults it had. */
export interface Serving<Server extends DatagramServer = DatagramServer> extends AsyncDisposable {
  readonly server: Server
  readonly faults: Error[]
}

export const LOOPBACK = '127.0.0.1'

/** Listens on `host` at a port of the system's choice, or at `port`. */
export async function serve<Server extends DatagramServer>(
  listen: Listen<Server>,
  handler: DatagramHandler,
  host: string = LOOPBACK,
  port = 0,
): Promise<Serving<Server>> {
  const faults: Error[] = []
  const server = await listen({ host, port, handler, onFault: fault => faults.push(fault) })
  return { server, faults, [Symbol.asyncDispose]: () => server.close() }
}
