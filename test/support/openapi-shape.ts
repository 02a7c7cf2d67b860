import { type Static, Type } from 'typebox'

/**
 * The shape of an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1, section 4.8), as far as ours uses it: a field
 * that is not here is refused, so that a misspelt one does not pass for one that is not looked at.
 */
const strict = { additionalProperties: false } as const
const text = Type.String({ minLength: 1 })

/** A JSON Schema (2020-12): whether it is one is found by compiling it. */
const Schema = Type.Record(Type.String(), Type.Unknown())

const Example = Type.Object({ value: Type.Unknown() }, strict)

const MediaType = Type.Object(
  { schema: Schema, examples: Type.Optional(Type.Record(Type.String(), Example)) },
  strict,
)

const Content = Type.Record(Type.String({ pattern: '^[a-z]+/[a-z0-9.+-]+$' }), MediaType)

const Header = Type.Object({ description: text, schema: Schema }, strict)

const Parameter = Type.Object(
  {
    name: text,
    in: Type.Union([Type.Literal('path'), Type.Literal('query'), Type.Literal('header')]),
    required: Type.Boolean(),
    description: text,
    schema: Schema,
  },
  strict,
)

const Response = Type.Object(
  {
    description: text,
    headers: Type.Optional(Type.Record(Type.String(), Header)),
    content: Type.Optional(Content),
  },
  strict,
)

const SecurityRequirement = Type.Record(Type.String(), Type.Array(Type.String()))

const Operation = Type.Object(
  {
    operationId: Type.String({ pattern: '^[a-z][A-Za-z]+$' }),
    summary: text,
    description: text,
    tags: Type.Array(text, { minItems: 1 }),
    parameters: Type.Optional(Type.Array(Parameter)),
    requestBody: Type.Optional(Type.Object({ required: Type.Boolean(), content: Content }, strict)),
    security: Type.Optional(Type.Array(SecurityRequirement)),
    responses: Type.Record(Type.String({ pattern: '^[1-5][0-9][0-9]$' }), Response),
  },
  strict,
)
export type Operation = Static<typeof Operation>

const PathItem = Type.Object(
  {
    get: Type.Optional(Operation),
    put: Type.Optional(Operation),
    post: Type.Optional(Operation),
    delete: Type.Optional(Operation),
  },
  strict,
)

const SecurityScheme = Type.Object(
  { type: Type.Literal('http'), scheme: Type.Literal('bearer'), description: text },
  strict,
)

export const OpenApiDocument = Type.Object(
  {
    openapi: Type.String({ pattern: '^3\\.1\\.[0-9]+$' }),
    info: Type.Object(
      {
        title: text,
        version: text,
        description: text,
        license: Type.Object({ name: text, identifier: text }, strict),
      },
      strict,
    ),
    servers: Type.Array(Type.Object({ url: text, description: text }, strict)),
    tags: Type.Array(Type.Object({ name: text, description: text }, strict)),
    components: Type.Object(
      {
        schemas: Type.Record(Type.String({ pattern: '^[a-zA-Z0-9._-]+$' }), Schema),
        securitySchemes: Type.Record(Type.String(), SecurityScheme),
      },
      strict,
    ),
    paths: Type.Record(Type.String({ pattern: '^/' }), PathItem),
  },
  strict,
)
export type OpenApiDocument = Static<typeof OpenApiDocument>

/** Every operation of a document, with its path and method. */
export function operationsOf({ paths }: OpenApiDocument): {
  path: string
  method: string
  operation: Operation
}[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
}

/** Every `$ref` in a value, however deep. */
export function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  )
}
