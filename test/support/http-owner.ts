import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import type { Endpoint } from '../../src/protocol/endpoint.ts'

/** Bytes asked for, `end` not included. */
export interface AskedRange {
  readonly start: number
  readonly end: number
}

/** An owner that speaks HTTP, written from the protocol's description: it gives `image` whole or by ranges. */
export interface HttpOwner extends Endpoint {
  readonly asked: readonly AskedRange[]
}

/**
 * Starts an owner of `image`. `behave` may answer a request in another way, and then says true; it is also given the
 * number of requests before this one.
 */
export async function startHttpOwner(
  test: TestContext,
  image: Buffer,
  behave: (response: ServerResponse, range: AskedRange, before: number) => boolean = () => false,
): Promise<HttpOwner> {
  const asked: AskedRange[] = []
  const server = createServer((request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
    const start = Number(from ?? 0)
    const end = to === undefined || to === '' ? image.length : Math.min(Number(to) + 1, image.length)
    asked.push({ start, end })
    if (behave(response, { start, end }, asked.length - 1)) return
    answerRange(response, image, { start, end })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.after(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has a port')
  return { address: '127.0.0.1', port: bound.port, asked }
}

/** Answers as an owner of `bytes` does. */
export function answerRange(response: ServerResponse, bytes: Buffer, { start, end }: AskedRange): void {
  headOf(response, bytes.length, { start, end })
  response.end(bytes.subarray(start, end))
}

/** Writes the head of that answer. */
export function headOf(response: ServerResponse, size: number, { start, end }: AskedRange): void {
  response.writeHead(206, {
    'Content-Length': end - start,
    'Content-Range': `bytes ${start}-${end - 1}/${size}`,
    'Last-Modified': 'Sat, 04 Jul 2020 10:00:00 GMT',
  })
}
