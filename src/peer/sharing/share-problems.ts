import type { ShareResponse } from './share-message.ts'

interface ProblemKind {
  readonly status: number
  readonly title: string
  readonly detail?: string
  /** Seconds after which it may work. */
  readonly retryAfterSeconds?: number
}

/** Everything that the HTTP of a share port answers with instead of what was asked for, by the code in its `type`. */
const PROBLEMS = {
  notFound: { status: 404, title: 'There is nothing at this address' },
  imageNotShared: { status: 404, title: 'No such image is shared' },
  methodNotAllowed: { status: 405, title: 'Only GET and HEAD are answered' },
  badQuery: { status: 400, title: 'A parameter of the query is not what it should be' },
  preconditionFailed: { status: 412, title: 'The image is not the one that the condition names' },
  rangeNotSatisfiable: { status: 416, title: 'The image has no bytes in this range' },
  noPreview: { status: 422, title: 'No preview of this image can be made' },
  uploadsBusy: {
    status: 503,
    title: 'Too many images are being sent',
    detail: 'Ask again later, or ask another owner.',
    retryAfterSeconds: 5,
  },
  previewsBusy: {
    status: 503,
    title: 'Too many previews are being made',
    detail: 'Ask again later.',
    retryAfterSeconds: 5,
  },
  previewsUnavailable: {
    status: 503,
    title: 'No previews are made now',
    detail: 'Ask for the image itself.',
    retryAfterSeconds: 300,
  },
} as const satisfies Readonly<Record<string, ProblemKind>>

export type ShareProblemCode = keyof typeof PROBLEMS

/** A problem (RFC 9457) as an answer. `detail` says what exactly is wrong, and holds no text of a stranger. */
export function problemResponse(
  code: ShareProblemCode,
  { detail, headers }: { detail?: string; headers?: Readonly<Record<string, string>> } = {},
): ShareResponse {
  const kind: ProblemKind = PROBLEMS[code]
  const { status, title, retryAfterSeconds } = kind
  const explained = detail ?? kind.detail
  const problem = {
    type: `urn:imagep2p:problem:${code}`,
    title,
    status,
    ...(explained === undefined ? {} : { detail: explained }),
  }
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
      ...headers,
    },
    body: Buffer.from(JSON.stringify(problem)),
  }
}

/** The answer to any other method than GET and HEAD, at every address. */
export function methodNotAllowed(): ShareResponse {
  return problemResponse('methodNotAllowed', { headers: { Allow: 'GET, HEAD' } })
}
