import type { Problem } from '../../protocol/catalog-api.ts'

/** One kind of problem: what happened, and what whoever asked can do. */
interface ProblemKind {
  readonly status: number
  readonly title: string
  readonly detail: string
  /** Seconds after which asking again is worth it. */
  readonly retryAfterSeconds?: number
}

/**
 * Every problem the catalog API answers with. 429 is for what one address has too much of, 503 for what the server has
 * too much of at this moment, 507 for what it has no room left to keep, 413 for what is too large for one request.
 */
export const PROBLEMS = {
  // What reached no operation
  malformedHttp: {
    status: 400,
    title: 'The request is not HTTP/1.1',
    detail: 'Send a well-formed request (RFC 9112).',
  },
  badUrl: {
    status: 400,
    title: 'The path is not a valid URL',
    detail: 'Percent-encode the path as UTF-8 (RFC 3986).',
  },
  noSuchPath: {
    status: 404,
    title: 'There is nothing at this path',
    detail: 'See /openapi.json for what there is.',
  },
  methodNotAllowed: {
    status: 405,
    title: 'The path does not know this method',
    detail: 'Use one of the methods in the Allow header.',
  },
  tooSlow: {
    status: 408,
    title: 'The request took too long to come',
    detail: 'Send it again, over a better connection or in smaller parts.',
  },
  pathTooLong: {
    status: 414,
    title: 'A part of the path is too long',
    detail: 'Shorten it: an MD5 has 32 digits, a port at most five.',
  },
  headersTooLarge: {
    status: 431,
    title: 'The headers of the request are too large',
    detail: 'Send fewer headers, or a shorter query.',
  },
  // Any operation
  badRequest: {
    status: 400,
    title: 'The request cannot be understood',
    detail: 'Compare it with /openapi.json.',
  },
  badParameter: {
    status: 400,
    title: 'A parameter is not what it should be',
    detail: 'Compare it with /openapi.json.',
  },
  notAcceptable: {
    status: 406,
    title: 'No acceptable form of the answer',
    detail: 'Let the Accept header allow the media type that /openapi.json names for the answer.',
  },
  internalError: {
    status: 500,
    title: 'The server made a mistake',
    detail: 'Try again later. Whoever runs the server finds the reason in its log.',
  },
  stopping: {
    status: 503,
    title: 'The server is stopping',
    detail: 'Try again in some seconds.',
    retryAfterSeconds: 5,
  },
  // Images
  noSuchImage: {
    status: 404,
    title: 'Nobody shares an image with this MD5',
    detail: 'List the images anew: its owners may have gone.',
  },
  badCursor: {
    status: 400,
    title: 'The cursor is none of this listing',
    detail: 'Take it as it stands in “next” of the page before, with the same search, filters and order.',
  },
  busy: {
    status: 503,
    title: 'Too many answers wait for slow readers',
    detail: 'Try again in some seconds.',
    retryAfterSeconds: 2,
  },
  // Changes
  tooManyWatchers: {
    status: 503,
    title: 'Too many watch the changes',
    detail: 'Try again later, or list now and then instead.',
    retryAfterSeconds: 60,
  },
  tooManyWatchersOfAddress: {
    status: 429,
    title: 'Too many watch the changes from your address',
    detail: 'Close the ones you do not need.',
    retryAfterSeconds: 60,
  },
  // Registrations
  missingPassword: {
    status: 401,
    title: 'The password of the registration is missing',
    detail: 'Send “Authorization: Bearer ” and the password, percent-encoded.',
  },
  malformedPassword: {
    status: 401,
    title: 'The password cannot be one',
    detail: 'A password has 1 to 256 bytes of UTF-8 and no white space. Percent-encode it after “Bearer ”.',
  },
  refusedPassword: {
    status: 403,
    title: 'The port is registered with another password, or not registered',
    detail: 'Register by PUT …/images with the password of the registration, or share on another port.',
  },
  unsupportedMediaType: {
    status: 415,
    title: 'The body is not of the right media type',
    detail: 'Send a list as “Content-Type: application/x-ndjson”, and no body where none is described.',
  },
  unsupportedContentEncoding: {
    status: 415,
    title: 'The body is compressed',
    detail: 'Send it without Content-Encoding.',
  },
  badLine: {
    status: 400,
    title: 'A line of the list is not what it should be',
    detail: 'The lines before it were taken; correct this one, and send it and those after it.',
  },
  tooManyEntries: {
    status: 413,
    title: 'The list has too many entries for one request',
    detail: 'The entries before this line were taken; send the rest by POST.',
  },
  tooManyLines: {
    status: 413,
    title: 'The list has too many lines for one request',
    detail: 'The entries before this line were taken; leave out empty lines, and send the rest by POST.',
  },
  tooManyListsOfAddress: {
    status: 429,
    title: 'Too many lists are being sent from your address',
    detail: 'Send them one after the other.',
    retryAfterSeconds: 2,
  },
  tooManyRegistrations: {
    status: 507,
    title: 'The server has no room for another registration',
    detail: 'End registrations of your address that are not needed, or ask whoever runs the server.',
  },
  tooManyImages: {
    status: 507,
    title: 'The server has no room for so many images',
    detail: 'Nothing of the last entries was taken. Share fewer images, or ask whoever runs the server.',
  },
} as const satisfies Readonly<Record<string, ProblemKind>>

export type ProblemCode = keyof typeof PROBLEMS

/** Media type of a problem (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** What is particular to one problem. */
export interface ProblemFacts {
  /** A whole sentence on what exactly is wrong. */
  readonly reason?: string
  /** The line of the list, from 1 on. */
  readonly line?: number
  /** The methods that the path knows. */
  readonly allow?: readonly string[]
}

/** Thrown to answer with a problem. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly facts: ProblemFacts

  constructor(code: ProblemCode, facts: ProblemFacts = {}) {
    super(code)
    this.name = 'ProblemError'
    this.code = code
    this.facts = facts
  }
}

/** The body of a problem. */
export function problemOf(code: ProblemCode, { reason, line }: ProblemFacts = {}): Problem {
  const { status, title, detail } = PROBLEMS[code]
  return {
    type: `urn:imagep2p:problem:${code}`,
    title,
    status,
    detail: reason === undefined ? detail : `${reason} ${detail}`,
    ...(line === undefined ? {} : { line }),
  }
}

/** The headers that go with a problem, apart from those of its body. */
export function problemHeaders(code: ProblemCode, { allow }: ProblemFacts = {}): Record<string, string> {
  const kind: ProblemKind = PROBLEMS[code]
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (kind.retryAfterSeconds !== undefined) headers['retry-after'] = String(kind.retryAfterSeconds)
  if (kind.status === 401) headers['www-authenticate'] = 'Bearer realm="registration"'
  if (allow !== undefined) headers['allow'] = allow.join(', ')
  // Whatever else is on its way on this connection cannot be told from the rest of the request.
  if (code === 'tooSlow' || code === 'stopping') headers['connection'] = 'close'
  return headers
}
