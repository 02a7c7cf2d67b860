import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { formatAddress, writeAddress } from '../protocol/ip-address.ts'
import { localAddressTowards } from '../transport/local-address.ts'

/** An address of nobody (RFC 5737), to ask the system by which of ours it would go out. Nothing is sent to it. */
const ANYWHERE = '192.0.2.1'

/**
 * IPv4 addresses at which others may reach what listens on `host`, the one of the way out of this network first: a phone
 * is most likely on its side. Without any, that of this computer alone.
 */
export async function guestAddresses(host: string): Promise<readonly string[]> {
  if (host !== '::' && host !== '0.0.0.0') return [isIPv4(host) ? host : `[${host}]`]
  const remote = new Uint8Array(16)
  writeAddress(ANYWHERE, remote)
  const local = await localAddressTowards(remote)
  const outward = local === undefined ? [] : [formatAddress(local)]
  const others = Object.values(networkInterfaces())
    .flatMap(list => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
  const all = [...new Set([...outward, ...others])]
  return all.length > 0 ? all : ['127.0.0.1']
}
