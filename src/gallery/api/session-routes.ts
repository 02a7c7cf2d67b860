import type { FastifyInstance } from 'fastify'
import { Admission } from '../gallery-shapes.ts'
import type { Locks } from '../locks.ts'

/** Admits a page that knows the token. */
export async function sessionRoutes(
  app: FastifyInstance,
  { locks }: { readonly locks: () => Locks },
): Promise<void> {
  app.post<{ Body: { token: string } }>(
    '/api/session',
    {
      schema: {
        operationId: 'admit',
        summary: 'Exchanges the token of the page’s address for a cookie',
        body: Admission,
        response: { 204: { description: 'Admitted: the cookie is set.', type: 'null' } },
      },
    },
    async (request, reply) => {
      locks().checkToken(request.body.token)
      return reply.header('set-cookie', locks().cookie).header('cache-control', 'no-store').code(204).send()
    },
  )
}
