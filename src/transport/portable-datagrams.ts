import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { ADDRESS_BYTES, writeAddress } from '../protocol/ip-address.ts'
import { MAX_DATAGRAM_BYTES } from '../protocol/limits.ts'
import type { DatagramServer, DatagramServerOptions } from './datagram-server.ts'

/**
 * Bytes asked of the kernel for datagrams that wait. A burst of registrations from a class that starts at once should
 * not be dropped; the kernel gives less where it is told to.
 */
const RECEIVE_BUFFER_BYTES = 4 << 20

/** Answers datagrams through `node:dgram`, on every system. Rejects with the system's error (EADDRINUSE and so on). */
export async function listenPortable(options: DatagramServerOptions): Promise<DatagramServer> {
  const socket = await bind(options.host, options.port)
  const { handler, onFault } = options
  const source = Buffer.alloc(ADDRESS_BYTES)
  const reply = Buffer.alloc(MAX_DATAGRAM_BYTES)
  socket.on('message', (message: Buffer, from: RemoteInfo) => {
    if (!writeAddress(from.address, source)) return
    const length = handler.answer(message, 0, message.length, source, 0, reply, 0)
    handler.commit()
    if (length < 0) return
    // dgram keeps the buffer until the datagram left, and the next answer reuses `reply`: hence the copy.
    socket.send(Buffer.from(reply.subarray(0, length)), from.port, from.address, fault => {
      if (fault !== null) onFault(fault)
    })
  })
  socket.on('error', onFault)
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
  } catch (fault) {
    onFault(fault as Error)
  }
  let closed: Promise<void> | undefined
  return {
    endpoint: socket.address(),
    path: 'portable',
    close() {
      closed ??= new Promise(resolve => socket.close(() => resolve()))
      return closed
    },
  }
}

async function bind(host: string, port: number): Promise<Socket> {
  try {
    return await bindOnce(host, port)
  } catch (fault) {
    const code = (fault as NodeJS.ErrnoException).code
    if (host === '::' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL'))
      return bindOnce('0.0.0.0', port)
    throw fault
  }
}

async function bindOnce(host: string, port: number): Promise<Socket> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  try {
    socket.bind(port, host)
    await once(socket, 'listening')
    return socket
  } catch (fault) {
    socket.close()
    throw fault
  }
}
