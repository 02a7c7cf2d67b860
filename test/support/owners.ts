import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { Endpoint } from '../../src/protocol/endpoint.ts'

/** An owner of images as somebody else, or somebody hostile, would write it: `behave` gets each connection's request. */
export async function startOwner(
  test: TestContext,
  behave: (socket: Socket, request: string) => void,
): Promise<Endpoint & { requests: () => number }> {
  const open = new Set<Socket>()
  let requests = 0
  const server = createServer(socket => {
    open.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => open.delete(socket))
    socket.once('data', data => {
      requests += 1
      behave(socket, data.toString('latin1'))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.after(async () => {
    for (const socket of open) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has a port')
  return { address: '127.0.0.1', port: bound.port, requests: () => requests }
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<Endpoint> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  server.close()
  await once(server, 'close')
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has a port')
  return { address: '127.0.0.1', port: bound.port }
}

/** The ways an owner can fail to give `image`, by name. */
export const faultyOwners: Readonly<Record<string, (image: Buffer) => (socket: Socket) => void>> = {
  nothing: () => socket => socket.end(),
  'an error text': () => socket => socket.end('ERR NO_SUCH_IMAGE'),
  'other bytes': image => socket => socket.end(Buffer.from(image).fill(0x41)),
  'one bit flipped': image => socket => {
    const copy = Buffer.from(image)
    copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1
    socket.end(copy)
  },
  'half and a clean end': image => socket => socket.end(image.subarray(0, image.length >> 1)),
  'half and a reset': image => socket =>
    void socket.write(image.subarray(0, image.length >> 1), () =>
      setTimeout(() => socket.resetAndDestroy(), 20),
    ),
  'one byte too many': image => socket => socket.end(Buffer.concat([image, Buffer.from([0])])),
  'the image twice': image => socket => socket.end(Buffer.concat([image, image])),
  'endless bytes': () => socket => {
    const chunk = Buffer.alloc(64 * 1024, 0x42)
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    }
    socket.on('drain', more)
    more()
  },
  'a byte now and then': image => socket => {
    let at = 0
    const timer = setInterval(() => socket.write(image.subarray(at, ++at)), 40)
    socket.once('close', () => clearInterval(timer))
  },
  silence: () => () => {},
}
