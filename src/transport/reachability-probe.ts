import { connect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { systemReason } from '../base/failure.ts'
import { isLinkLocal } from '../protocol/address-scope.ts'
import { formatAddress, isIPv4Mapped } from '../protocol/ip-address.ts'
import { localAddressTowards } from './local-address.ts'

/** What came of an attempt to connect. */
export type ProbeOutcome =
  /** The connection stood. */
  | 'reached'
  /** Nobody listens there. */
  | 'refused'
  | 'timeout'
  /** The network knows no way to it, or it is an address that cannot be connected to. */
  | 'unreachable'
  /** It could not be tried for a reason on our side: no descriptor, no port, no route. It says nothing about the peer. */
  | 'localFault'
  | 'cancelled'

/** Tries whether a TCP connection to a port of an address (16 bytes) stands. Never rejects. */
export type ReachabilityProbe = (
  address: Uint8Array,
  port: number,
  signal: AbortSignal,
) => Promise<ProbeOutcome>

/**
 * Bytes that the other end may send unasked until it is cut; an error text, as some share servers answer an empty request
 * with. What is read lets them close in peace: unread, it would make our close a reset.
 */
const MAX_UNASKED_BYTES = 4096

/** What an error of the system says; `noRoute` may be either side's. */
const OUTCOMES: Readonly<Record<string, ProbeOutcome | 'noRoute'>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  ETIMEDOUT: 'timeout',
  ENETUNREACH: 'noRoute',
  EHOSTUNREACH: 'noRoute',
  EMFILE: 'localFault',
  ENFILE: 'localFault',
  ENOBUFS: 'localFault',
  ENOMEM: 'localFault',
  EAGAIN: 'localFault',
  EADDRINUSE: 'localFault',
  EADDRNOTAVAIL: 'localFault',
  EAFNOSUPPORT: 'localFault',
  ENETDOWN: 'localFault',
  EACCES: 'localFault',
  EPERM: 'localFault',
}

/**
 * Connects to `port` of `address` (16 bytes) and closes at once without a byte, so that a share server sees a client that
 * left. Takes `deadlineMs` milliseconds at most, the other end's closing included; no descriptor is open afterwards.
 */
export async function probeReachability(
  address: Uint8Array,
  port: number,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const host = hostOf(address)
  if (host === undefined) return 'unreachable'
  const outcome = await connectAndClose(host, port, deadlineMs, signal)
  if (outcome !== 'noRoute') return outcome
  // A router on the way says the same as our own table of routes.
  return (await localAddressTowards(address)) === undefined ? 'localFault' : 'unreachable'
}

/**
 * True for a connection that has no other end: a port nobody listens on that the system happened to choose as the source
 * of a connection to it (TCP's simultaneous open, RFC 9293 section 3.5).
 */
export function isConnectedToItself(socket: Socket): boolean {
  return socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress
}

function connectAndClose(
  host: string,
  port: number,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<ProbeOutcome | 'noRoute'> {
  if (signal.aborted) return Promise.resolve('cancelled')
  return new Promise(resolve => {
    let outcome: ProbeOutcome | 'noRoute' | undefined
    let unaskedBytes = 0
    const socket = connect({ host, port })
    const finish = (result: ProbeOutcome | 'noRoute') => {
      outcome ??= result
      socket.destroy()
    }
    const onAbort = () => finish('cancelled')
    const deadline = setTimeout(finish, deadlineMs, 'timeout')
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('connect', () => {
      if (isConnectedToItself(socket)) return finish('refused')
      outcome = 'reached'
      socket.end()
    })
    socket.on('data', chunk => {
      unaskedBytes += chunk.length
      if (unaskedBytes > MAX_UNASKED_BYTES) socket.destroy()
    })
    socket.on('error', error => finish(OUTCOMES[systemReason(error)] ?? 'unreachable'))
    socket.once('close', () => {
      clearTimeout(deadline)
      signal.removeEventListener('abort', onAbort)
      resolve(outcome ?? 'unreachable')
    })
  })
}

/**
 * The address as `connect` takes it. A link-local IPv6 address needs the network it is on, which its 16 bytes do not tell:
 * it is known where there is only one, and else there is no way to connect to it.
 */
function hostOf(address: Uint8Array): string | undefined {
  const text = formatAddress(address)
  if (isIPv4Mapped(address) || !isLinkLocal(address)) return text
  const zones: string[] = []
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    const scopeId = addresses.find(({ family, scopeid }) => family === 'IPv6' && scopeid !== 0)?.scopeid
    if (scopeId !== undefined) zones.push(process.platform === 'win32' ? String(scopeId) : name)
  }
  const [zone] = zones
  return zone !== undefined && zones.length === 1 ? `${text}%${zone}` : undefined
}
