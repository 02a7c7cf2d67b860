import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { systemReason } from '../base/failure.ts'
import { MAX_PORT } from '../protocol/limits.ts'

/** Throws a RangeError unless `host` is an IP address and `port` one to bind (0 lets the system choose). */
export function checkListenAddress(host: string, port: number): void {
  if (isIP(host) === 0) throw new RangeError(`not an IP address to listen on: ${host}`)
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) {
    throw new RangeError(`not a port to listen on: ${port}`)
  }
}

/** Listens by `listen`, on `0.0.0.0` where `::` was asked for and the system has no IPv6. */
export async function listenWithIPv4Fallback<Listening>(
  host: string,
  listen: (host: string) => Promise<Listening>,
): Promise<Listening> {
  try {
    return await listen(host)
  } catch (fault) {
    const code = systemReason(fault)
    if (host === '::' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) return listen('0.0.0.0')
    throw fault
  }
}

/**
 * The number the kernel knows the zone of a link-local address by (`fe80::1%eth0`, RFC 4007 section 11); 0 for an
 * address without zone, `undefined` where this machine has no such interface up.
 */
export function scopeId(address: string): number | undefined {
  const zoneAt = address.indexOf('%')
  if (zoneAt === -1) return 0
  const addresses = networkInterfaces()[address.slice(zoneAt + 1)] ?? []
  for (const { scopeid = 0 } of addresses) {
    if (scopeid !== 0) return scopeid
  }
  return undefined
}
