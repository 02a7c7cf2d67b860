import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { ADDRESS_BYTES, writeAddress } from '../protocol/ip-address.ts'
import { MAX_DATAGRAM_BYTES } from '../protocol/limits.ts'
import type { DatagramServer, DatagramServerOptions } from './datagram-server.ts'
import { enlargeBuffers, literalLookup, sendOrDrop } from './datagram-socket.ts'
import { GuardedHandler } from './guarded-handler.ts'
import { checkListenAddress, listenWithIPv4Fallback } from './listen-address.ts'

/**
 * Replies that wait for one commit, at most. `node:dgram` hands over up to 32 datagrams in one turn of the event loop
 * (libuv's `uv__udp_recvmsg`), so more would never come together; at the longest they are 2 MiB.
 */
const BATCH_REPLIES = 32

/** A reply that is written and not yet committed. */
interface PendingReply {
  readonly bytes: Buffer
  readonly port: number
  readonly address: string
}

/**
 * Answers datagrams through `node:dgram`, on every system: what one turn of the event loop brings is one batch. Rejects
 * with the system's error (EADDRINUSE and so on), and with a RangeError for what is no address.
 */
export async function listenPortable(options: DatagramServerOptions): Promise<DatagramServer> {
  checkListenAddress(options.host, options.port)
  const socket = await listenWithIPv4Fallback(options.host, host => bind(host, options.port))
  const { onFault } = options
  const handler = new GuardedHandler(options.handler, onFault)
  const source = Buffer.alloc(ADDRESS_BYTES)
  const reply = Buffer.alloc(MAX_DATAGRAM_BYTES)
  let pending: PendingReply[] = []
  let turnEnd: NodeJS.Immediate | undefined
  let answering = false
  let closed: Promise<void> | undefined
  let close: (() => void) | undefined

  const onSent = (fault: Error | null): void => {
    if (fault !== null && closed === undefined) onFault(fault)
  }

  const finishBatch = (): void => {
    clearImmediate(turnEnd)
    turnEnd = undefined
    const batch = pending
    pending = []
    answering = true
    try {
      if (handler.commit()) {
        let dropped = 0
        for (const { bytes, port, address } of batch) {
          if (!sendOrDrop(socket, bytes, port, address, onSent)) dropped += 1
        }
        if (dropped > 0) onFault(new Error(`${dropped} replies dropped: too many wait for the network`))
      }
    } finally {
      answering = false
      close?.()
    }
  }

  socket.on('message', (message: Buffer, from: RemoteInfo) => {
    if (from.port === 0 || !writeAddress(from.address, source)) return
    turnEnd ??= setImmediate(finishBatch)
    answering = true
    try {
      const length = handler.answer(message, 0, message.length, source, 0, reply, 0)
      if (length >= 0) {
        const bytes = Buffer.from(reply.subarray(0, length))
        pending.push({ bytes, port: from.port, address: from.address })
      }
    } finally {
      answering = false
    }
    if (pending.length >= BATCH_REPLIES) finishBatch()
  })
  socket.on('error', onFault)
  enlargeBuffers(socket, onFault)

  const { address, port } = socket.address()
  return {
    endpoint: { address, port },
    path: 'portable',
    close() {
      closed ??= new Promise(resolve => {
        close = () => {
          close = undefined
          socket.close(() => resolve())
        }
        if (answering) return
        if (turnEnd === undefined) close()
        else finishBatch()
      })
      return closed
    },
  }
}

async function bind(host: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', lookup: literalLookup })
  try {
    const listening = once(socket, 'listening')
    socket.bind({ port, address: host, exclusive: true })
    await listening
    return socket
  } catch (fault) {
    socket.close()
    throw fault
  }
}
