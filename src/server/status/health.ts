import { type Static, Type } from 'typebox'
import { printable } from '../../base/printable.ts'
import type { StatusReading } from './status-source.ts'

/** How the server is, for a supervisor. */
export const Health = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')], {
    description:
      'ok: it serves, and what it acknowledges is kept as was chosen; degraded: it serves, but see `reasons`',
  }),
  reasons: Type.Optional(
    Type.Array(
      Type.Object({
        code: Type.Literal('journalFailing', {
          description: 'what is acknowledged now would not survive a restart; it is tried again by itself',
        }),
        detail: Type.String({ description: 'what the system says, such as ENOSPC' }),
      }),
    ),
  ),
})
export type Health = Static<typeof Health>

/** What is wrong at that moment, if anything. */
export function healthOf({ journal }: StatusReading): Health {
  if (journal.state !== 'failing') return { status: 'ok' }
  return {
    status: 'degraded',
    reasons: [{ code: 'journalFailing', detail: printable(journal.reason ?? '', 100) }],
  }
}
