import type { FastifyPluginAsync } from 'fastify'
import { monotonicMs } from '../../base/clock.ts'
import type { Language } from '../../messages/messages.ts'
import { acceptedLanguage } from './accept-language.ts'
import { Health, healthOf } from './health.ts'
import { madeRarely } from './made-rarely.ts'
import type { PrometheusMetrics } from './prometheus-metrics.ts'
import { type DocumentSources, StatusDocument, statusDocument } from './status-document.ts'
import { PAGE_SECURITY_POLICY, statusPage } from './status-page.ts'

/** What the routes show. */
export interface StatusRoutesOptions extends DocumentSources {
  readonly metrics: PrometheusMetrics
  /** Path of the API's own description, for people. */
  readonly documentationPath: string
  /** Milliseconds that only grow. */
  readonly nowMs?: () => number
}

const TAGS = ['status']

/** Every answer is of its moment. */
const NOT_KEPT = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/**
 * Milliseconds for which one page, document or scrape is given to all who ask: each takes some of the thread that answers
 * datagrams, and anybody may ask as often as they like.
 */
const GIVEN_AGAIN_MS = 1000

const text = (type: string, description: string) => ({
  200: { description, content: { [type]: { schema: { type: 'string' } } } },
})

/** A plugin with what is seen of the server from outside: `/`, `/status.json`, `/healthz` and `/metrics`. */
export function statusRoutes(options: StatusRoutesOptions): FastifyPluginAsync {
  const { source, metrics, nowMs = monotonicMs } = options
  const scrape = madeRarely(GIVEN_AGAIN_MS, nowMs, () => metrics.text())
  const document = madeRarely(GIVEN_AGAIN_MS, nowMs, () => statusDocument(options))
  const pages = {
    en: madeRarely(GIVEN_AGAIN_MS, nowMs, () => pageIn('en', options)),
    pt: madeRarely(GIVEN_AGAIN_MS, nowMs, () => pageIn('pt', options)),
  } satisfies Record<Language, () => string>
  return async app => {
    app.get(
      '/metrics',
      {
        schema: {
          tags: TAGS,
          operationId: 'readMetrics',
          summary: 'Metrics for Prometheus',
          response: text('text/plain', 'in the text exposition format, version 0.0.4'),
        },
      },
      async (_request, reply) => {
        const shown = await scrape()
        return reply.headers({ ...NOT_KEPT, 'content-type': metrics.contentType }).send(shown)
      },
    )

    app.get(
      '/healthz',
      {
        schema: {
          tags: TAGS,
          operationId: 'readHealth',
          summary: 'Whether the server is well',
          description:
            'Always 200 while the server answers, also when it is degraded: a supervisor that restarts what is not well would lose just what the journal could not keep.',
          response: { 200: Health },
        },
      },
      (_request, reply) => {
        reply.headers(NOT_KEPT).send(healthOf(source.read()))
      },
    )

    app.get(
      '/status.json',
      {
        schema: {
          tags: TAGS,
          operationId: 'readStatus',
          summary: 'The state of the server and its last hour',
          response: { 200: StatusDocument },
        },
      },
      (_request, reply) => {
        reply.headers(NOT_KEPT).send(document())
      },
    )

    app.get(
      '/',
      {
        schema: {
          tags: TAGS,
          operationId: 'showStatus',
          summary: 'The same for people',
          description: 'A page in the language of `Accept-Language`: English or Portuguese.',
          response: text('text/html', 'a page that renews itself'),
        },
      },
      (request, reply) => {
        const language = acceptedLanguage(request.headers['accept-language'])
        reply
          .headers({
            ...NOT_KEPT,
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': PAGE_SECURITY_POLICY,
            'referrer-policy': 'no-referrer',
            'content-language': language,
            vary: 'Accept-Language',
          })
          .send(pages[language]())
      },
    )
  }
}

function pageIn(language: Language, options: StatusRoutesOptions): string {
  return statusPage(language, {
    document: statusDocument(options),
    heapUsedBytes: process.memoryUsage().heapUsed,
    documentationPath: options.documentationPath,
  })
}
