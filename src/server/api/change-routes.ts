import { asError } from '../../transport/faults.ts'
import { SECURITY_HEADERS } from './answer-problems.ts'
import type { ChangeWatchers } from './change-watchers.ts'
import { describeOperation } from './operation.ts'
import { type ApiServer, answersIn, connectionOf, type RouteContext } from './route-context.ts'

const changeNumber = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const

const ChangesQuery = {
  type: 'object',
  properties: {
    after: { ...changeNumber, description: 'the number of the last change that is known' },
  },
  additionalProperties: false,
} as const

const ChangesHeaders = {
  type: 'object',
  properties: {
    'last-event-id': {
      ...changeNumber,
      description: 'the same, as readers of events send it when they come back; it goes before `after`',
    },
  },
} as const

/** The stream of changes. */
export async function changeRoutes(
  app: ApiServer,
  context: RouteContext,
  watchers: ChangeWatchers,
): Promise<void> {
  app.get(
    '/v1/changes',
    {
      schema: {
        ...describeOperation({
          operationId: 'watchChanges',
          summary: 'The changes, as they happen',
          description: CHANGES_DESCRIPTION,
          tag: 'changes',
          answer: {
            status: 200,
            description: 'Server-sent events, without end.',
            mediaType: 'text/event-stream',
          },
          problems: ['badParameter', 'tooManyWatchersOfAddress', 'tooManyWatchers'],
        }),
        querystring: ChangesQuery,
        headers: ChangesHeaders,
      },
      exposeHeadRoute: false,
      preHandler: answersIn('text/event-stream'),
    },
    async (request, reply) => {
      const { remote, local, addressKey } = connectionOf(request, context.connections)
      watchers.takePlace(addressKey)
      reply.hijack()
      try {
        watchers.add({
          response: reply.raw,
          headers: SECURITY_HEADERS,
          addressKey,
          viewpoint: context.viewpointOf(remote, local),
          after: request.headers['last-event-id'] ?? request.query.after,
        })
      } catch (thrown) {
        reply.raw.destroy()
        context.onFault(asError(thrown))
      }
      return reply
    },
  )
}

const CHANGES_DESCRIPTION = [
  'Server-sent events, in the order in which the catalog changed:',
  '',
  '| event | data | meaning |',
  '|---|---|---|',
  '| `image` | an `Image` | it came, or its owners or details changed: this is how it stands |',
  '| `gone` | `{"md5": …}` | its last owner left |',
  '| `reset` | `{}` | changes were missed: list anew |',
  '',
  'The `id` of an event is the number of its change. Whoever was cut off asks again with the last one as `Last-Event-ID` (browsers do so by themselves), or as `after`, and misses nothing; without either, changes are told from now on. A reader that is too slow is cut off.',
].join('\n')
