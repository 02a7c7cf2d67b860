import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { ADDRESS_BYTES, formatAddress, isIPv4Mapped, writeAddress } from '../protocol/ip-address.ts'
import { literalLookup } from './datagram-socket.ts'

/** The discard port (RFC 863). Any would do: a connected UDP socket sends nothing by itself. */
const DISCARD_PORT = 9

/**
 * The address of ours that datagrams to `remote` (16 bytes) would leave from, as the system's routes have it; `undefined`
 * where there is no route. Nothing is sent. Never rejects.
 */
export async function localAddressTowards(remote: Uint8Array): Promise<Uint8Array | undefined> {
  const socket = createSocket({
    type: isIPv4Mapped(remote) ? 'udp4' : 'udp6',
    lookup: literalLookup,
  })
  try {
    const connected = once(socket, 'connect')
    socket.connect(DISCARD_PORT, formatAddress(remote))
    await connected
    const local = new Uint8Array(ADDRESS_BYTES)
    return writeAddress(socket.address().address, local) ? local : undefined
  } catch {
    return undefined
  } finally {
    socket.close()
  }
}
