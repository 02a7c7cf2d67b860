import { Counts } from '../../protocol/catalog-api.ts'
import type { ShapeOf } from '../../protocol/shape.ts'
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

/** A field for each word, all of one schema. */
function wordsSchema<const Schema extends object>(schema: Schema) {
  return {
    type: 'object',
    required: RATE_COLUMNS,
    properties: ofEachWord(name => ({ ...schema, description: MEANINGS[name] })),
  } as const
}

const count = { type: 'integer', minimum: 0 } as const
const quantity = { type: 'number', minimum: 0 } as const
const levels = { type: 'array', items: count } as const

/** The state of the server and its last hour, for programs. */
export const StatusDocument = {
  type: 'object',
  required: [
    ...Health.required,
    'version',
    'uptimeSeconds',
    ...Counts.required,
    'absentRegistrations',
    'watchers',
    'residentBytes',
    'journal',
    'requestsPerSecond',
    'requestsTotal',
    'history',
  ],
  properties: {
    ...Health.properties,
    version: { type: 'string' },
    uptimeSeconds: count,
    ...Counts.properties,
    absentRegistrations: {
      ...count,
      description: 'peers taken off the list and kept aside until they are back',
    },
    watchers: { ...count, description: 'connections that watch the changes of the catalog' },
    residentBytes: { ...count, description: 'memory of the process' },
    journal: {
      type: 'object',
      required: ['state', 'logBytes', 'failures'],
      properties: {
        state: {
          type: 'string',
          enum: ['durable', 'memory', 'failing'],
          description:
            'durable: what is acknowledged is on the disk; memory: nothing is kept, by choice; failing: it should be kept and cannot be',
        },
        logBytes: { ...count, description: 'log that is not yet folded into registrations' },
        failures: { ...count, description: 'commits that failed since the start' },
      },
    },
    requestsPerSecond: { ...wordsSchema(quantity), description: 'between the last two samples' },
    requestsTotal: { ...wordsSchema(count), description: 'since the start' },
    history: {
      type: 'object',
      required: [
        'sampleSeconds',
        'secondsAgo',
        'registrations',
        'absentRegistrations',
        'images',
        'requestsPerSecond',
      ],
      properties: {
        sampleSeconds: { type: 'number', description: 'from one sample to the next' },
        secondsAgo: { type: 'array', items: quantity, description: 'when each was taken' },
        registrations: { ...levels, description: 'peers that were listed' },
        absentRegistrations: { ...levels, description: 'peers kept aside' },
        images: { ...levels, description: 'images that had an owner' },
        requestsPerSecond: {
          ...wordsSchema({ type: 'array', items: quantity }),
          description: 'since the sample before',
        },
      },
      description: 'samples of the last hour, oldest first; all arrays are of one length',
    },
  },
} as const
export type StatusDocument = ShapeOf<typeof StatusDocument>

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
