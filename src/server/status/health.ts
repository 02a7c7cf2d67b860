import { printable } from '../../base/printable.ts'
import type { ShapeOf } from '../../protocol/shape.ts'
import type { StatusReading } from './status-source.ts'

/** How the server is, for a supervisor. */
export const Health = {
  type: 'object',
  required: ['status'],
  properties: {
    status: {
      type: 'string',
      enum: ['ok', 'degraded'],
      description:
        'ok: it serves, and what it acknowledges is kept as was chosen; degraded: it serves, but see `reasons`',
    },
    reasons: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'detail'],
        properties: {
          code: {
            type: 'string',
            const: 'journalFailing',
            description: 'what is acknowledged now would not survive a restart; it is tried again by itself',
          },
          detail: { type: 'string', description: 'what the system says, such as ENOSPC' },
        },
      },
    },
  },
} as const
export type Health = ShapeOf<typeof Health>

/** What is wrong at that moment, if anything. */
export function healthOf({ journal }: StatusReading): Health {
  if (journal.state !== 'failing') return { status: 'ok' }
  return {
    status: 'degraded',
    reasons: [{ code: 'journalFailing', detail: printable(journal.reason ?? '', 100) }],
  }
}
