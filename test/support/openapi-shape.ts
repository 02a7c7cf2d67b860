import type { ShapeOf } from '../../src/protocol/shape.ts'

const text = { type: 'string', minLength: 1 } as const

/** Fields of one shape, under any name or, where there is a pattern, under those that it matches. */
function fields<const Schema extends object>(schema: Schema, pattern = '') {
  return { type: 'object', additionalProperties: schema, propertyNames: { pattern } } as const
}

/** A JSON Schema (2020-12): whether it is one is found by compiling it. */
const Schema = { type: 'object', additionalProperties: {} } as const

const Example = {
  type: 'object',
  required: ['value'],
  properties: { value: {} },
  additionalProperties: false,
} as const

const MediaType = {
  type: 'object',
  required: ['schema'],
  properties: { schema: Schema, examples: fields(Example) },
  additionalProperties: false,
} as const

const Content = fields(MediaType, '^[a-z]+/[a-z0-9.+-]+$')

const Header = {
  type: 'object',
  required: ['description', 'schema'],
  properties: { description: text, schema: Schema },
  additionalProperties: false,
} as const

const Parameter = {
  type: 'object',
  required: ['name', 'in', 'required', 'description', 'schema'],
  properties: {
    name: text,
    in: { enum: ['path', 'query', 'header'] },
    required: { type: 'boolean' },
    description: text,
    schema: Schema,
  },
  additionalProperties: false,
} as const

const Response = {
  type: 'object',
  required: ['description'],
  properties: { description: text, headers: fields(Header), content: Content },
  additionalProperties: false,
} as const

const SecurityRequirement = fields({ type: 'array', items: { type: 'string' } })

const Operation = {
  type: 'object',
  required: ['operationId', 'summary', 'description', 'tags', 'responses'],
  properties: {
    operationId: { type: 'string', pattern: '^[a-z][A-Za-z]+$' },
    summary: text,
    description: text,
    tags: { type: 'array', items: text, minItems: 1 },
    parameters: { type: 'array', items: Parameter },
    requestBody: {
      type: 'object',
      required: ['required', 'content'],
      properties: { required: { type: 'boolean' }, content: Content },
      additionalProperties: false,
    },
    security: { type: 'array', items: SecurityRequirement },
    responses: fields(Response, '^[1-5][0-9][0-9]$'),
  },
  additionalProperties: false,
} as const
export type Operation = ShapeOf<typeof Operation>

const PathItem = {
  type: 'object',
  properties: { get: Operation, put: Operation, post: Operation, delete: Operation },
  additionalProperties: false,
} as const

const SecurityScheme = {
  type: 'object',
  required: ['type', 'scheme', 'description'],
  properties: { type: { const: 'http' }, scheme: { const: 'bearer' }, description: text },
  additionalProperties: false,
} as const

/**
 * The shape of an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1, section 4.8), as far as ours uses it: a field
 * that is not here is refused, so that a misspelt one does not pass for one that is not looked at.
 */
export const OpenApiDocument = {
  type: 'object',
  required: ['openapi', 'info', 'servers', 'tags', 'components', 'paths'],
  properties: {
    openapi: { type: 'string', pattern: '^3\\.1\\.[0-9]+$' },
    info: {
      type: 'object',
      required: ['title', 'version', 'description', 'license'],
      properties: {
        title: text,
        version: text,
        description: text,
        license: {
          type: 'object',
          required: ['name', 'identifier'],
          properties: { name: text, identifier: text },
          additionalProperties: false,
        },
      },
      additionalProperties: false,
    },
    servers: {
      type: 'array',
      items: {
        type: 'object',
        required: ['url', 'description'],
        properties: { url: text, description: text },
        additionalProperties: false,
      },
    },
    tags: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'description'],
        properties: { name: text, description: text },
        additionalProperties: false,
      },
    },
    components: {
      type: 'object',
      required: ['schemas', 'securitySchemes'],
      properties: {
        schemas: fields(Schema, '^[a-zA-Z0-9._-]+$'),
        securitySchemes: fields(SecurityScheme),
      },
      additionalProperties: false,
    },
    paths: fields(PathItem, '^/'),
  },
  additionalProperties: false,
} as const
export type OpenApiDocument = ShapeOf<typeof OpenApiDocument>

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
