import type { Socket } from 'node:dgram'
import { asError } from './faults.ts'

/**
 * Bytes asked of the kernel for datagrams that wait. A burst of registrations from a class that starts at once should
 * not be dropped; the kernel gives less where it is told to (`net.core.rmem_max` on Linux).
 */
export const RECEIVE_BUFFER_BYTES: number = 4 << 20

/** Bytes asked of the kernel for replies that wait for the network: one batch of the longest ones. */
export const SEND_BUFFER_BYTES: number = 4 << 20

/**
 * Replies that may wait in `node:dgram` for room in the send buffer. Beyond this count, or as many bytes as that buffer
 * holds, they are dropped: what waits longer is of no use to a client that retries.
 */
export const MAX_WAITING_REPLIES = 1024

/** Asks for the buffers above. A system that refuses is reported and keeps its own. */
export function enlargeBuffers(socket: Socket, onFault: (fault: Error) => void): void {
  for (const enlarge of [
    () => socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES),
    () => socket.setSendBufferSize(SEND_BUFFER_BYTES),
  ]) {
    try {
      enlarge()
    } catch (fault) {
      onFault(asError(fault))
    }
  }
}

/**
 * The `lookup` of a socket that is given addresses only. The default one asks for a tick of the event loop even then, so
 * that a reply sent right before `close()` would be lost, and costs a good part of a send.
 */
export function literalLookup(
  address: string,
  _options: unknown,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  callback(null, address, 0)
}

/**
 * Sends one reply, of which `node:dgram` keeps the bytes until it left: they must be a copy. False when too much waits
 * already and the reply was dropped.
 */
export function sendOrDrop(
  socket: Pick<Socket, 'getSendQueueCount' | 'getSendQueueSize' | 'send'>,
  reply: Uint8Array,
  port: number,
  address: string,
  onSent: (fault: Error | null) => void,
): boolean {
  if (socket.getSendQueueCount() >= MAX_WAITING_REPLIES || socket.getSendQueueSize() >= SEND_BUFFER_BYTES) {
    return false
  }
  socket.send(reply, port, address, onSent)
  return true
}
