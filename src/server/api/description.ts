import { fastifySwagger } from '@fastify/swagger'
import { fastifySwaggerUi } from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { addEntityTags } from './entity-tags.ts'
import { NAMED_SCHEMAS } from './operation.ts'
import { PROBLEMS } from './problems.ts'
import { answersIn } from './route-context.ts'

/** Collects the description of the routes that are added after it. */
export async function collectDescription(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Catalog of an image index',
        version: '1.0.0',
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'this server' }],
      tags: [
        { name: 'images', description: 'What there is' },
        { name: 'changes', description: 'What comes and goes' },
        { name: 'registrations', description: 'What a peer says of itself' },
      ],
      components: {
        securitySchemes: {
          password: {
            type: 'http',
            scheme: 'bearer',
            description:
              'The password of the registration, percent-encoded: 1 to 256 bytes of UTF-8 without white space.',
          },
        },
      },
    },
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) => String(json['$id'] ?? `unnamed-${index}`),
    },
  })
  for (const [name, schema] of Object.entries(NAMED_SCHEMAS)) app.addSchema({ ...schema, $id: name })
}

/** Serves what was collected: `/openapi.json` for programs, `/docs` for people. */
export async function descriptionRoutes(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_POLICY,
    theme: { title: 'Catalog of an image index' },
    uiConfig: { layout: 'BaseLayout', docExpansion: 'list' },
  })
  await app.register(async scope => {
    await addEntityTags(scope)
    scope.get(
      '/openapi.json',
      { schema: { hide: true }, preHandler: answersIn('application/json') },
      async (_request, reply) => {
        reply.header('cache-control', 'no-cache')
        return app.swagger()
      },
    )
  })
}

/** The page has its scripts and styles from this server, and asks nothing of any other. */
const DOCS_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
}

const PROBLEM_ROWS = Object.entries(PROBLEMS).map(
  ([code, { status, title }]) => `| ${status} | \`${code}\` | ${title} |`,
)

const DESCRIPTION = [
  'Which images are shared, by whom, and what is known of them. The images themselves are fetched from their owners.',
  '',
  'Names, and whatever else owners say, are strangers’ text.',
  '',
  '## Problems',
  '',
  'What goes wrong is answered as `application/problem+json` (RFC 9457); `type` is `urn:imagep2p:problem:` and the code.',
  '',
  '| status | code | title |',
  '|---|---|---|',
  ...PROBLEM_ROWS,
].join('\n')
