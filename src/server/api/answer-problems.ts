import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { systemReason } from '../../base/failure.ts'
import { asError } from '../../transport/faults.ts'
import {
  PROBLEM_MEDIA_TYPE,
  PROBLEMS,
  type ProblemCode,
  ProblemError,
  type ProblemFacts,
  problemHeaders,
  problemOf,
} from './problems.ts'

/** What every answer of ours says: it is what its media type says, and no page may frame it or run anything in it. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const

/** Answers with a problem. */
function sendProblem(reply: FastifyReply, code: ProblemCode, facts: ProblemFacts = {}): FastifyReply {
  return reply
    .code(PROBLEMS[code].status)
    .headers({ ...SECURITY_HEADERS, ...problemHeaders(code, facts) })
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problemOf(code, facts)))
}

/** The problems that the framework finds, by its codes; what is not here goes by its status. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_BAD_URL: 'badUrl',
  FST_ERR_MAX_PARAM_LENGTH: 'pathTooLong',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupportedMediaType',
}

/** What a request fails with when whoever asked is gone: there is nobody to tell, and no fault. */
const GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'])

/** Makes every error of `app` a problem; those that are ours are told to `onFault`, and nothing of them to the asker. */
export function answerProblems(app: FastifyInstance, onFault: (fault: Error) => void): void {
  app.setErrorHandler((thrown, _request, reply) => answerError(thrown, reply, onFault))
  app.setNotFoundHandler((request, reply) => {
    const allow = methodsOf(app, request)
    return allow.length === 0
      ? sendProblem(reply, 'noSuchPath')
      : sendProblem(reply, 'methodNotAllowed', { allow })
  })
}

export function answerError(
  thrown: unknown,
  reply: FastifyReply,
  onFault: (fault: Error) => void,
): FastifyReply {
  const error = asError(thrown)
  if (error instanceof ProblemError) return sendProblem(reply, error.code, error.facts)
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>
  const known = FRAMEWORK_PROBLEMS[code]
  if (known !== undefined) return sendProblem(reply, known)
  if (statusCode >= 400 && statusCode < 500) return sendProblem(reply, 'badRequest')
  const isGone = error.name === 'AbortError' || GONE.has(systemReason(error))
  if (!(reply.raw.destroyed && isGone)) onFault(error)
  return sendProblem(reply, 'internalError')
}

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']

function methodsOf(app: FastifyInstance, { url, method }: FastifyRequest): readonly string[] {
  const known = METHODS.filter(candidate => app.findRoute({ url, method: candidate }) !== null)
  return known.includes(method as HTTPMethods) ? [] : known
}

/**
 * Answers what is no request at all on its bare connection, and closes it. Where an answer has been begun already, its
 * bytes must not be mixed with others: the connection is only closed.
 */
export function answerMalformedRequest(
  fault: NodeJS.ErrnoException,
  socket: Socket,
  isAnswering: boolean,
): void {
  if (fault.code === 'ECONNRESET' || !socket.writable || isAnswering) {
    socket.destroy()
    return
  }
  const code = malformedRequestProblem(fault.code)
  const { status } = PROBLEMS[code]
  const body = JSON.stringify(problemOf(code))
  const headers = {
    ...SECURITY_HEADERS,
    ...problemHeaders(code),
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroy(),
  )
}

function malformedRequestProblem(code: string | undefined): ProblemCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'tooSlow'
  if (code === 'HPE_HEADER_OVERFLOW') return 'headersTooLarge'
  return 'malformedHttp'
}
