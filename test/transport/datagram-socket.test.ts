import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { test } from 'node:test'
import {
  enlargeBuffers,
  MAX_WAITING_REPLIES,
  SEND_BUFFER_BYTES,
  sendOrDrop,
} from '../../src/transport/datagram-socket.ts'

/** A socket on which `count` replies of `bytes` in all wait, and which keeps what it is given to send. */
function waiting(
  count: number,
  bytes: number,
): { socket: Parameters<typeof sendOrDrop>[0]; sent: unknown[][] } {
  const sent: unknown[][] = []
  return {
    sent,
    socket: {
      getSendQueueCount: () => count,
      getSendQueueSize: () => bytes,
      send: (...parameters: unknown[]) => {
        sent.push(parameters)
      },
    },
  }
}

test('a reply is sent while there is room for those that wait', () => {
  const { socket, sent } = waiting(MAX_WAITING_REPLIES - 1, SEND_BUFFER_BYTES - 1)
  const reply = Buffer.from('reply')
  const onSent = (): void => {}
  assert.equal(sendOrDrop(socket, reply, 4242, '192.0.2.7', onSent), true)
  assert.deepEqual(sent, [[reply, 4242, '192.0.2.7', onSent]])
})

test('a reply is dropped when too many wait, or too many bytes', () => {
  for (const { socket, sent } of [waiting(MAX_WAITING_REPLIES, 0), waiting(1, SEND_BUFFER_BYTES)]) {
    assert.equal(
      sendOrDrop(socket, Buffer.from('reply'), 4242, '192.0.2.7', () => {}),
      false,
    )
    assert.deepEqual(sent, [])
  }
})

test('a system that refuses larger buffers is a fault, not the end', () => {
  const unbound = createSocket('udp4')
  const faults: Error[] = []
  enlargeBuffers(unbound, fault => faults.push(fault))
  assert.equal(faults.length, 2)
  unbound.close()
})
