import { type Static, Type } from 'typebox'
import { Counts } from '../../protocol/catalog-api.ts'
import { Health, healthOf } from './health.ts'
import { RATE_COLUMNS, type RateColumn, type StatusHistory } from './status-history.ts'
import type { StatusSource } from './status-source.ts'

const MEANINGS: Readonly<Record<RateColumn, string>> = {
  REG: 'registrations',
  LST: 'listings',
  UPD: 'replacements',
  END: 'ends',
  ALV: 'renewals',
  unknown: 'datagrams that could not be decoded',
  HTTP: 'HTTP requests',
}

function ofEachWord<Value>(describe: (name: RateColumn) => Value): Record<RateColumn, Value> {
  const values = RATE_COLUMNS.map(name => [name, describe(name)] as const)
  return Object.fromEntries(values) as Record<RateColumn, Value>
}

const levels = (description: string) => Type.Array(Type.Integer({ minimum: 0 }), { description })

/** The state of the server and its last hour, for programs. */
export const StatusDocument = Type.Object({
  ...Health.properties,
  version: Type.String(),
  uptimeSeconds: Type.Integer({ minimum: 0 }),
  ...Counts.properties,
  absentRegistrations: Type.Integer({
    minimum: 0,
    description: 'peers taken off the list and kept aside until they are back',
  }),
  watchers: Type.Integer({ minimum: 0, description: 'connections that watch the changes of the catalog' }),
  residentBytes: Type.Integer({ minimum: 0, description: 'memory of the process' }),
  journal: Type.Object({
    state: Type.Union([Type.Literal('durable'), Type.Literal('memory'), Type.Literal('failing')], {
      description:
        'durable: what is acknowledged is on the disk; memory: nothing is kept, by choice; failing: it should be kept and cannot be',
    }),
    logBytes: Type.Integer({ minimum: 0, description: 'log that is not yet folded into registrations' }),
    failures: Type.Integer({ minimum: 0, description: 'commits that failed since the start' }),
  }),
  requestsPerSecond: Type.Object(
    ofEachWord(name => Type.Number({ minimum: 0, description: MEANINGS[name] })),
    { description: 'between the last two samples' },
  ),
  requestsTotal: Type.Object(
    ofEachWord(name => Type.Integer({ minimum: 0, description: MEANINGS[name] })),
    { description: 'since the start' },
  ),
  history: Type.Object(
    {
      sampleSeconds: Type.Number({ description: 'from one sample to the next' }),
      secondsAgo: Type.Array(Type.Number({ minimum: 0 }), { description: 'when each was taken' }),
      registrations: levels('peers that were listed'),
      absentRegistrations: levels('peers kept aside'),
      images: levels('images that had an owner'),
      requestsPerSecond: Type.Object(
        ofEachWord(name => Type.Array(Type.Number({ minimum: 0 }), { description: MEANINGS[name] })),
        { description: 'since the sample before' },
      ),
    },
    { description: 'samples of the last hour, oldest first; all arrays are of one length' },
  ),
})
export type StatusDocument = Static<typeof StatusDocument>

/** What {@link statusDocument} is put together from. */
export interface DocumentSources {
  readonly source: StatusSource
  readonly history: StatusHistory
  readonly version: string
}

/** The state of the server at this moment. */
export function statusDocument({ source, history, version }: DocumentSources): StatusDocument {
  const reading = source.read()
  const { registrations, images, holdings, absentRegistrations, watchers, journal } = reading
  return {
    ...healthOf(reading),
    version,
    uptimeSeconds: Math.floor(history.uptimeSeconds),
    registrations,
    images,
    holdings,
    absentRegistrations,
    watchers,
    residentBytes: process.memoryUsage.rss(),
    journal: { state: journal.state, logBytes: journal.logBytes, failures: journal.failures },
    requestsPerSecond: ofEachWord(name => inThousandths(history.last(name))),
    requestsTotal: ofEachWord(name => history.total(name)),
    history: {
      sampleSeconds: history.sampleMs / 1000,
      secondsAgo: history.secondsAgo().map(inThousandths),
      registrations: history.column('registrations'),
      absentRegistrations: history.column('absentRegistrations'),
      images: history.column('images'),
      requestsPerSecond: ofEachWord(name => history.column(name).map(inThousandths)),
    },
  }
}

/** Digits beyond are noise, and most of the document. */
function inThousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}
