import type { FastifyInstance } from 'fastify'
import type { CatalogWatchers } from '../catalog-watchers.ts'

/** What changes, as it does. */
export async function eventRoutes(
  app: FastifyInstance,
  { watchers }: { readonly watchers: CatalogWatchers },
): Promise<void> {
  app.get(
    '/api/events',
    {
      schema: {
        operationId: 'watch',
        summary: 'Server-sent events: `catalog` CatalogNews, `takings` Takings',
        produces: ['text/event-stream'],
      },
    },
    async (_request, reply) => {
      watchers.takePlace()
      const headers = reply.getHeaders()
      reply.hijack()
      reply.raw.writeHead(200, {
        ...(headers as Record<string, string>),
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
      })
      watchers.add(reply.raw)
      return reply
    },
  )
}
