import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { type ApiLimits, DEFAULT_API_LIMITS } from '../../../src/server/api/api-limits.ts'
import {
  type CatalogApi,
  type CatalogApiOptions,
  startCatalogApi,
} from '../../../src/server/api/catalog-api.ts'
import { PROBLEMS, type ProblemCode, ProblemError } from '../../../src/server/api/problems.ts'
import { InMemoryIndexState } from '../../support/in-memory-index-state.ts'

/** A catalog API over a state in memory, as a test sees it. */
export interface Serving {
  readonly api: CatalogApi
  readonly state: InMemoryIndexState
  readonly port: number
  /** What it told of itself; none may be left when the test ends. */
  readonly faults: Error[]
  ask(path: string, init?: RequestInit): Promise<Response>
  /** A connection to it, torn down with the test. */
  open(): Promise<RawConnection>
}

type Changes = Partial<Omit<CatalogApiOptions, 'state' | 'limits'>> & {
  readonly limits?: Partial<ApiLimits>
  readonly state?: InMemoryIndexState
}

export async function serve(t: TestContext, changes: Changes = {}): Promise<Serving> {
  const faults: Error[] = []
  const { limits, state = new InMemoryIndexState(), ...others } = changes
  const api = await startCatalogApi({
    host: '127.0.0.1',
    port: 0,
    viewpointOf: () => ({ loopbackAs: undefined }),
    onFault: fault => faults.push(fault),
    ...others,
    state,
    limits: { ...DEFAULT_API_LIMITS, ...limits },
  })
  t.after(async () => {
    await api.stop()
    assert.deepEqual(faults, [])
  })
  const { port } = api.endpoint
  return {
    api,
    state,
    port,
    faults,
    ask: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    open: () => openRaw(t, port),
  }
}

export const NDJSON_TYPE = { 'content-type': 'application/x-ndjson' } as const

/** Headers of a list that is sent with a password. */
export function listHeaders(password = 'pw'): Record<string, string> {
  return { ...NDJSON_TYPE, authorization: `Bearer ${encodeURIComponent(password)}` }
}

export function ndjson(entries: readonly object[]): string {
  return entries.map(entry => `${JSON.stringify(entry)}\n`).join('')
}

/** The problem that an answer is; fails for one that is none, or not the one of `code`. */
export async function assertProblem(
  response: Response,
  code: ProblemCode,
): Promise<{ detail: string; line?: number }> {
  const body = (await response.json()) as { detail: string; line?: number; type: string }
  assert.deepEqual(
    {
      type: body.type,
      status: response.status,
      mediaType: response.headers.get('content-type')?.split(';')[0],
      nosniff: response.headers.get('x-content-type-options'),
    },
    {
      type: `urn:imagep2p:problem:${code}`,
      status: PROBLEMS[code].status,
      mediaType: 'application/problem+json',
      nosniff: 'nosniff',
    },
  )
  return body
}

/** A connection on which bytes are sent as the test likes. */
export class RawConnection {
  readonly socket: Socket
  /** What came so far. */
  received = ''
  /** Resolves once the connection is closed, in whatever way. */
  readonly closed: Promise<void>
  #onData = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      this.received += text
      this.#onData()
    })
    socket.on('error', () => {})
    this.closed = new Promise(resolve => socket.once('close', () => resolve()))
  }

  write(text: string | Buffer): void {
    this.socket.write(text)
  }

  /** Resolves once something more came, or the connection is closed. */
  async news(): Promise<void> {
    const came = new Promise<void>(resolve => {
      this.#onData = resolve
    })
    await Promise.race([came, this.closed])
  }

  /** Resolves once `text` came; what came before it is forgotten. */
  async until(text: string): Promise<string> {
    let at = this.received.indexOf(text)
    while (at === -1) {
      assert.ok(!this.socket.destroyed, `closed after ${JSON.stringify(this.received)}`)
      await this.news()
      at = this.received.indexOf(text)
    }
    const before = this.received.slice(0, at + text.length)
    this.received = this.received.slice(at + text.length)
    return before
  }
}

export async function openRaw(t: TestContext, port: number, address = '127.0.0.1'): Promise<RawConnection> {
  const socket = connect({ host: address, port, noDelay: true })
  t.after(() => socket.destroy())
  const connection = new RawConnection(socket)
  // One that is turned away at once may never have been seen to stand.
  await Promise.race([once(socket, 'connect').catch(() => {}), connection.closed])
  return connection
}

/** For `assert.throws`: whether something is the problem of `code`. */
export function isProblem(code: ProblemCode): (error: unknown) => true {
  return error => {
    assert.ok(error instanceof ProblemError, String(error))
    assert.equal(error.code, code)
    return true
  }
}
