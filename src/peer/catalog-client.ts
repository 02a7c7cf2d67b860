import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../base/failure.ts'
import {
  Counts,
  DEFAULT_PAGE_ENTRIES,
  Image,
  type ImageEntry,
  ImagePage,
  type ImageQuery,
  ImageReference,
  MAX_LINE_BYTES,
  NDJSON,
  Problem,
  RegistrationState,
} from '../protocol/catalog-api.ts'
import { type Digest, parseDigest } from '../protocol/digest.ts'
import { checkOf, type ShapeCheck } from '../protocol/shape.ts'
import type { ServerSentEvent } from '../transport/event-decoder.ts'
import { openEventStream } from '../transport/event-stream.ts'
import { HttpClient, type HttpLimits, type HttpRequest } from '../transport/http-client.ts'
import type { ServerLocator } from './server-locator.ts'

/** Where to ask, and how patiently. */
export interface CatalogClientOptions {
  readonly locator: ServerLocator
  readonly limits: HttpLimits
}

/** Whose registration a request is about. */
export interface Credentials {
  readonly password: string
  /** TCP port of the share server. */
  readonly port: number
}

/**
 * Bytes of one image in an answer, at most: what its owner could send of it, and 32 owners of 50 bytes (an IPv6 address in
 * brackets, a port, quotes and comma).
 */
const IMAGE_BYTES = MAX_LINE_BYTES + 32 * 50

/** Bytes of any answer but images: some numbers, or what went wrong in a few sentences. */
const SHORT_ANSWER_BYTES = 16_384

/** Bytes of a list put into one write. */
const PIECE_BYTES = 64 * 1024

/** Times that a server with too much to do is asked again. */
const BUSY_RETRIES = 3

/** Seconds to wait for it, unless it says how long, and at most. */
const BUSY_SECONDS = { usual: 2, most: 10 }

/** Pages of one listing, at most: 20,000,000 images (what a catalog holds), 100 a page. A server could go on for ever. */
const MAX_PAGES = 200_000

const schemas = {
  page: checkOf(ImagePage),
  image: checkOf(Image),
  reference: checkOf(ImageReference),
  counts: checkOf(Counts),
  state: checkOf(RegistrationState),
  problem: checkOf(Problem),
}

const PROBLEM_TYPE = 'urn:imagep2p:problem:'

/**
 * One peer's side of the catalog API (protocol/catalog-api.ts). Every call rejects with a {@link Failure}:
 * `catalogUnavailable` where no catalog API answered whole, `serverUnreadable` where it answered something else than the
 * API's shapes, `registeredWithOtherPassword`, `serverRefused`, `serverNotFound`, and `cancelled` when the signal says so.
 */
export class CatalogClient {
  readonly #locator: ServerLocator
  readonly #http: HttpClient

  constructor({ locator, limits }: CatalogClientOptions) {
    this.#locator = locator
    this.#http = new HttpClient(limits)
  }

  /** One page of a listing. */
  async page(query: ImageQuery, signal: AbortSignal): Promise<ImagePage> {
    const entries = query.limit ?? DEFAULT_PAGE_ENTRIES
    const maxBytes = SHORT_ANSWER_BYTES + entries * IMAGE_BYTES
    const target = `/v1/images${queryOf(query)}`
    return this.#read(await this.#ask({ method: 'GET', target, headers: {}, maxBytes }, signal), schemas.page)
  }

  /** All pages of a listing, each asked for when the one before was taken. */
  async *pages(query: ImageQuery, signal: AbortSignal): AsyncGenerator<ImagePage, void> {
    let { cursor } = query
    let asked = query
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const page = await this.page(asked, signal)
      yield page
      if (page.next === undefined) return
      if (page.next === cursor) break
      cursor = page.next
      const { offset: _, count: __, ...others } = query
      asked = { ...others, cursor }
    }
    throw new Failure('serverUnreadable', { server: this.#locator.server })
  }

  /** One image; `undefined` where nobody has it. */
  async image(digest: Digest, signal: AbortSignal): Promise<Image | undefined> {
    const request = { ...bare, method: 'GET', target: `/v1/images/${digest}`, maxBytes: IMAGE_BYTES } as const
    const answer = await this.#ask(request, signal)
    return answer.status === 404 ? undefined : this.#read(answer, schemas.image)
  }

  /**
   * The changes of the catalog from now on, once the server has begun to tell them. They end with the connection, or when
   * `signal` aborts; events that make no sense are left out. Rejects with `catalogUnavailable` where they are not told.
   */
  async changes(signal: AbortSignal): Promise<AsyncGenerator<CatalogNews, void>> {
    const endpoint = await this.#locator.locate(signal)
    const stream = await openEventStream(endpoint, '/v1/changes', CHANGE_LIMITS, signal)
    if (signal.aborted) throw new Failure('cancelled', {})
    if (stream.kind === 'open') return newsOf(stream.events)
    throw new Failure('catalogUnavailable', { server: this.#locator.server, reason: stream.detail })
  }

  /** What the catalog holds. */
  async counts(signal: AbortSignal): Promise<Counts> {
    return this.#read(
      await this.#ask({ ...bare, method: 'GET', target: '/v1/counts' }, signal),
      schemas.counts,
    )
  }

  /**
   * Registers, or replaces what is registered, by `entries`, which is called for them when they are sent and once more
   * where a connection turned out to be dead. They are sent as they come: nothing holds all of them.
   */
  replaceImages(
    credentials: Credentials,
    entries: () => Iterable<ImageEntry>,
    signal: AbortSignal,
  ): Promise<RegistrationState> {
    return this.#sendList('PUT', 'images', credentials, entries, signal)
  }

  /** Adds to what is registered, and registers where nothing is; see {@link replaceImages}. */
  addImages(
    credentials: Credentials,
    entries: () => Iterable<ImageEntry>,
    signal: AbortSignal,
  ): Promise<RegistrationState> {
    return this.#sendList('POST', 'images', credentials, entries, signal)
  }

  /** Takes images from what is registered. */
  removeImages(
    credentials: Credentials,
    digests: () => Iterable<Digest>,
    signal: AbortSignal,
  ): Promise<RegistrationState> {
    const references = function* () {
      for (const md5 of digests()) yield { md5 }
    }
    return this.#sendList('POST', 'removals', credentials, references, signal)
  }

  /** Renews the lease; rejects with `registeredWithOtherPassword` also where we are not registered. */
  async renew(credentials: Credentials, signal: AbortSignal): Promise<RegistrationState> {
    const answer = await this.#ask(registrationRequest('PUT', 'lease', credentials), signal)
    return this.#read(answer, schemas.state, credentials)
  }

  /** Ends the registration, and says whether the server still knew it. */
  async end(credentials: Credentials, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#ask(registrationRequest('DELETE', '', credentials), signal)
    if (answer.status === 404 || isPasswordRefused(answer)) return false
    if (answer.kind === 'problem') throw this.#refusal(answer.problem)
    return true
  }

  /** Cuts what is under way. */
  close(): void {
    this.#http.close()
  }

  async #sendList(
    method: 'PUT' | 'POST',
    part: string,
    credentials: Credentials,
    lines: () => Iterable<object>,
    signal: AbortSignal,
  ): Promise<RegistrationState> {
    const { headers, ...request } = registrationRequest(method, part, credentials)
    const body = () => piecesOf(lines())
    const list = { ...request, headers: { ...headers, 'content-type': NDJSON }, body }
    return this.#read(await this.#ask(list, signal), schemas.state, credentials)
  }

  /** Whatever the catalog API answered, its problems included; rejects where no catalog API answered. */
  async #ask(request: HttpRequest, signal: AbortSignal): Promise<Answer> {
    for (let retries = 0; ; retries += 1) {
      const answer = await this.#askOnce(request, signal)
      if ((answer.status !== 429 && answer.status !== 503) || retries === BUSY_RETRIES) return answer
      const { usual, most } = BUSY_SECONDS
      const seconds = Math.min(answer.retryAfterSeconds ?? usual, most)
      // Others were told to wait as long.
      await this.#orCancelled(delay(seconds * 1000 * (1 + Math.random()), undefined, { signal }), signal)
    }
  }

  async #askOnce(request: HttpRequest, signal: AbortSignal): Promise<Answer> {
    const endpoint = await this.#locator.locate(signal)
    const { server } = this.#locator
    const unavailable = (reason: string) => new Failure('catalogUnavailable', { server, reason })
    const result = await this.#orCancelled(this.#http.exchange(endpoint, request, signal), signal)
    if (result.kind === 'fault') {
      if (result.fault === 'unreachable') this.#locator.forget()
      throw unavailable(result.detail)
    }
    const { status, mediaType, retryAfterSeconds, body } = result
    if (status === 204) return { kind: 'done', status, retryAfterSeconds, json: undefined }
    if (status === 200 || status === 201) {
      if (mediaType === 'application/json')
        return { kind: 'done', status, retryAfterSeconds, json: parseJson(body) }
    } else if (mediaType === 'application/problem+json') {
      const problem = parseJson(body)
      if (schemas.problem.accepts(problem) && problem.type.startsWith(PROBLEM_TYPE)) {
        return { kind: 'problem', status, retryAfterSeconds, problem }
      }
    }
    // Somebody else's web server, or a gateway's own words.
    throw unavailable(`HTTP ${status}`)
  }

  async #orCancelled<Result>(waiting: Promise<Result>, signal: AbortSignal): Promise<Result> {
    try {
      return await waiting
    } catch (error) {
      if (signal.aborted) throw new Failure('cancelled', {}, { cause: error })
      throw error
    }
  }

  #read<Shape>(answer: Answer, schema: Pick<ShapeCheck<Shape>, 'accepts'>, credentials?: Credentials): Shape {
    const { server } = this.#locator
    if (answer.kind === 'done') {
      if (schema.accepts(answer.json)) return answer.json
      throw new Failure('serverUnreadable', { server })
    }
    if (credentials !== undefined && isPasswordRefused(answer)) {
      throw new Failure('registeredWithOtherPassword', { server, port: credentials.port })
    }
    throw this.#refusal(answer.problem)
  }

  #refusal({ type, title, detail }: Problem): Failure {
    const code = type.slice(PROBLEM_TYPE.length)
    const reason = `${title === '' ? code : title}${detail === undefined ? '' : ` (${detail})`}`
    return new Failure('serverRefused', { server: this.#locator.server, reason })
  }
}

/** One change of the catalog. */
export type CatalogNews =
  /** It came, or its owners or details changed: this is how it stands. */
  | { readonly kind: 'image'; readonly image: Image }
  /** Its last owner left. */
  | { readonly kind: 'gone'; readonly digest: Digest }
  /** Changes were missed: list anew. */
  | { readonly kind: 'reset' }

/** A server gives a sign of life every 15 seconds. */
const CHANGE_LIMITS = { openMs: 10_000, silenceMs: 60_000, maxCharacters: SHORT_ANSWER_BYTES + IMAGE_BYTES }

async function* newsOf(events: AsyncIterable<ServerSentEvent>): AsyncGenerator<CatalogNews, void> {
  for await (const { event, data } of events) {
    const value = parseJson(Buffer.from(data))
    if (event === 'image' && schemas.image.accepts(value)) yield { kind: 'image', image: value }
    else if (event === 'reset') yield { kind: 'reset' }
    else if (event === 'gone' && schemas.reference.accepts(value)) {
      const digest = parseDigest(value.md5)
      if (digest !== undefined) yield { kind: 'gone', digest }
    }
  }
}

type Answer = { readonly status: number; readonly retryAfterSeconds: number | undefined } & (
  | { readonly kind: 'done'; readonly json: unknown }
  | { readonly kind: 'problem'; readonly problem: Problem }
)

const bare = { headers: {}, maxBytes: SHORT_ANSWER_BYTES }

function registrationRequest(
  method: 'PUT' | 'POST' | 'DELETE',
  part: string,
  { password, port }: Credentials,
): HttpRequest {
  return {
    method,
    target: `/v1/registrations/${port}${part === '' ? '' : `/${part}`}`,
    headers: {
      authorization: `Bearer ${encodeURIComponent(password)}`,
      // The next one is long after, and hundreds of peers behind one router share its connections.
      connection: 'close',
    },
    maxBytes: SHORT_ANSWER_BYTES,
  }
}

function isPasswordRefused({ status }: Answer): boolean {
  return status === 401 || status === 403
}

function queryOf(query: ImageQuery): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  return parameters.size === 0 ? '' : `?${parameters}`
}

/** The lines of a list, as many together as make a write worth it. */
function* piecesOf(lines: Iterable<object>): Generator<string> {
  let piece = ''
  for (const line of lines) {
    piece += `${JSON.stringify(line)}\n`
    if (piece.length < PIECE_BYTES) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
