import { Counts, Image, ImagePage, Problem, RegistrationState } from '../../protocol/catalog-api.ts'
import { PROBLEM_MEDIA_TYPE, PROBLEMS, type ProblemCode, problemOf } from './problems.ts'

/** The shapes that the description names, so that whoever generates code from it gets one type for each. */
export const NAMED_SCHEMAS = {
  Counts,
  Image,
  ImagePage: {
    ...ImagePage,
    properties: { ...ImagePage.properties, images: { type: 'array', items: { $ref: 'Image#' } } },
  },
  Problem,
  RegistrationState,
} as const
type SchemaName = keyof typeof NAMED_SCHEMAS

/** What every operation may answer with. */
const ANY_OPERATION: readonly ProblemCode[] = [
  'malformedHttp',
  'badRequest',
  'notAcceptable',
  'tooSlow',
  'headersTooLarge',
  'internalError',
  'stopping',
]

/** What answers a request that reached no operation. */
export const NO_OPERATION: readonly ProblemCode[] = [
  'badUrl',
  'noSuchPath',
  'methodNotAllowed',
  'pathTooLong',
]

/** One answer that is no problem. */
interface Answer {
  readonly status: 200 | 204
  readonly description: string
  /** Absent where there is no body. */
  readonly schema?: SchemaName
  /** `text/event-stream` where the answer does not end. */
  readonly mediaType?: 'application/json' | 'text/event-stream'
  /** The answer has an ETag, and is 304 where it is the one that the asker has. */
  readonly hasEntityTag?: boolean
}

/** What an operation says of itself in the description. */
interface OperationText {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tag: 'images' | 'changes' | 'registrations'
  readonly answer: Answer
  readonly problems: readonly ProblemCode[]
  /** It needs the password of the registration. */
  readonly needsPassword?: boolean
}

/** The part of a route's schema that describes it; what it takes is added by the route itself. */
export function describeOperation(operation: OperationText) {
  const { operationId, summary, description, tag, answer, problems } = operation
  return {
    operationId,
    summary,
    description,
    tags: [tag],
    ...(operation.needsPassword === true ? { security: [{ password: [] }] } : {}),
    response: {
      [answer.status]: answerSchema(answer),
      ...(answer.hasEntityTag === true
        ? { 304: { description: 'It is what If-None-Match names: no body.', type: 'null' } }
        : {}),
      ...problemSchemas([...problems, ...ANY_OPERATION]),
    },
  }
}

function answerSchema({ description, schema, mediaType = 'application/json', hasEntityTag }: Answer) {
  const headers =
    hasEntityTag === true ? { headers: { ETag: { type: 'string', description: 'names this answer' } } } : {}
  if (mediaType === 'text/event-stream') {
    return { description, content: { [mediaType]: { schema: { type: 'string' } } } }
  }
  if (schema === undefined) return { description, type: 'null' }
  return { description, ...headers, content: { [mediaType]: { schema: { $ref: `${schema}#` } } } }
}

function problemSchemas(codes: readonly ProblemCode[]) {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) {
    const { status } = PROBLEMS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map(code => `\`${code}\`: ${PROBLEMS[code].title}.`).join('\n\n'),
        content: {
          [PROBLEM_MEDIA_TYPE]: {
            schema: { $ref: 'Problem#' },
            examples: Object.fromEntries(ofStatus.map(code => [code, { value: problemOf(code) }])),
          },
        },
      },
    ]),
  )
}

/** The header by which an answer that the asker has already is not sent again. */
export const ConditionalHeaders = {
  type: 'object',
  properties: {
    'if-none-match': { type: 'string', description: 'ETags of the answers that the asker has' },
  },
} as const
