/**
 * The obvious way: Node's own `dgram`, one `send` for each `message`. Answers every datagram with the bytes of one file, or
 * echoes without one.
 *
 *     node dgram-echo-server.ts [file]      prints {"event":"listening","port":N} and answers on 127.0.0.1
 */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { argv, stdout } from 'node:process'

/** Bytes asked of the kernel for datagrams that wait; the same for every server of this bench. */
const RECEIVE_BUFFER_BYTES = 4 << 20

const [replyPath] = argv.slice(2)
const reply = replyPath === undefined ? undefined : readFileSync(replyPath)
const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES })
socket.on('message', (message, from) => socket.send(reply ?? message, from.port, from.address))
socket.bind(0, '127.0.0.1', () => {
  stdout.write(`${JSON.stringify({ event: 'listening', port: socket.address().port })}\n`)
})
