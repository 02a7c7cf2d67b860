import type { IncomingMessage, ServerResponse } from 'node:http'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  FastifyTypeProvider,
  RawServerDefault,
} from 'fastify'
import type { ShapeOf } from '../../protocol/shape.ts'
import type { IndexState, Viewpoint } from '../index-state.ts'
import type { ApiLimits } from './api-limits.ts'
import type { Connection, Connections } from './connections.ts'
import { accepts } from './media-types.ts'
import { ProblemError } from './problems.ts'

/** Has what a handler is given be of the types of its route's schemas. */
export interface SchemaTypes extends FastifyTypeProvider {
  readonly validator: ShapeOf<this['schema']>
}

/** A server whose routes take the types of their schemas. */
export type ApiServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  SchemaTypes
>

/** What the routes work with. */
export interface RouteContext {
  readonly state: IndexState
  readonly limits: ApiLimits
  readonly connections: Connections
  /** By what addresses owners are named to whoever asks from `remote` and reached the server at `local` (16 bytes each). */
  readonly viewpointOf: (remote: Uint8Array, local: Uint8Array) => Viewpoint
  readonly onFault: (fault: Error) => void
}

/** The connection that a request came on. Throws where it is gone already: nobody can be answered. */
export function connectionOf(request: FastifyRequest, connections: Connections): Connection {
  const connection = connections.of(request.raw.socket)
  if (connection === undefined)
    throw Object.assign(new Error('the connection is gone'), { code: 'ECONNRESET' })
  return connection
}

/** Where a request asks from. */
export function viewpointOf(request: FastifyRequest, context: RouteContext): Viewpoint {
  const { remote, local } = connectionOf(request, context.connections)
  return context.viewpointOf(remote, local)
}

/** A hook that refuses, with `notAcceptable`, to answer in `mediaType` where the Accept header does not allow it. */
export function answersIn(mediaType: string): (request: FastifyRequest) => Promise<void> {
  return async request => {
    if (!accepts(request.headers.accept, mediaType)) throw new ProblemError('notAcceptable')
  }
}
