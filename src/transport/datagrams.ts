import {
  type DatagramPath,
  type DatagramServer,
  type DatagramServerOptions,
  FastPathUnavailableError,
} from './datagram-server.ts'
import { listenFast } from './fast-datagrams.ts'
import type { SystemCalls } from './linux-datagrams.ts'
import { listenPortable } from './portable-datagrams.ts'

/** Where and how to listen, and by which path. */
export interface ListenOptions extends DatagramServerOptions {
  /** `auto` takes the fast path where there is one. */
  readonly path: DatagramPath | 'auto'
}

/** A server and how its path was chosen. */
export interface ListeningDatagramServer extends DatagramServer {
  /** Why `auto` did not take the fast path, to be told to whoever runs the server; absent when it did or was not asked. */
  readonly fallbackReason?: string
}

/**
 * Listens for datagrams. Rejects with the system's error where the address cannot be bound (EADDRINUSE and so on), with a
 * RangeError for what is no address, and with a FastPathUnavailableError where `fast` was asked for and there is none.
 */
export async function listenDatagrams(
  { path, ...options }: ListenOptions,
  loadCalls?: () => Promise<SystemCalls>,
): Promise<ListeningDatagramServer> {
  if (path === 'portable') return listenPortable(options)
  try {
    return await listenFast(options, loadCalls)
  } catch (fault) {
    if (path === 'fast' || !(fault instanceof FastPathUnavailableError)) throw fault
    return { ...(await listenPortable(options)), fallbackReason: fault.message }
  }
}
