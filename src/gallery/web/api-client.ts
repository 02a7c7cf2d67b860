import type {
  Camera,
  Likeness,
  MatchingAmount,
  MatchingQuery,
  MatchingTaken,
  Picture,
  PictureDetails,
  PicturePage,
  Summary,
  TakingRows,
  Takings,
  TakingWish,
  TransferLimitsChange,
  TransferRates,
  WallNews,
} from '../gallery-shapes.ts'
import type { Uploads } from '../sharing-shapes.ts'
import { foldsCopies, type WallQuery } from './address-state.ts'
import type { PagePlace } from './wall/wall-pages.ts'

/** The peer refused, or could not do, what the page asked for. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number) {
    super(`HTTP ${status}`)
    this.name = 'ApiError'
    this.status = status
  }
}

/** Exchanges the token of the page's address for the cookie. */
export async function admit(token: string): Promise<void> {
  await post('/api/session', { token })
}

/** What this peer and its network are. */
export function fetchSummary(): Promise<Summary> {
  return get<Summary>('/api/summary')
}

/** One page of the wall. */
export function fetchPage(
  query: WallQuery,
  limit: number,
  { cursor, offset }: PagePlace,
  signal: AbortSignal,
): Promise<PicturePage> {
  const { copies: _, ...asked } = query
  const parameters = parametersOf(asked)
  parameters.set('limit', String(limit))
  if (cursor !== undefined) parameters.set('cursor', cursor)
  else if (offset !== undefined) parameters.set('offset', String(offset))
  else if (query.holding === undefined) parameters.set('count', 'all')
  return get<PicturePage>(`/api/pictures?${parameters}`, signal)
}

/** One picture; `undefined` where nobody has it. */
export async function fetchDetails(md5: string, signal: AbortSignal): Promise<PictureDetails | undefined> {
  try {
    return await get<PictureDetails>(`/api/pictures/${md5}`, signal)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/** Pictures that look like one, the best of its copies first. */
export async function fetchAlike(
  like: string,
  likeOf: string,
  signal: AbortSignal,
): Promise<readonly Picture[]> {
  const parameters = new URLSearchParams({ like, likeOf, limit: '60' })
  const { pictures, notApplied } = await get<PicturePage>(`/api/pictures?${parameters}`, signal)
  return notApplied.includes('like') ? [] : pictures
}

/** Wants pictures in the folder. */
export async function take(md5s: readonly string[]): Promise<Takings> {
  return (await post('/api/takings', { md5s })).json() as Promise<Takings>
}

/** Pauses, resumes, cancels or tries again. */
export async function wish(wanted: TakingWish): Promise<Takings> {
  return (await post('/api/takings/wishes', wanted)).json() as Promise<Takings>
}

/** A stretch of the rows of the drawer. */
export function fetchRows(start: number, limit: number): Promise<TakingRows> {
  return get<TakingRows>(`/api/takings/rows?start=${start}&limit=${limit}`)
}

/** How fast bytes came and went. */
export function fetchRates(signal: AbortSignal): Promise<TransferRates> {
  return get<TransferRates>('/api/takings/rates', signal)
}

/** Sets limits; what is not named stays. */
export async function setLimits(limits: TransferLimitsChange): Promise<Takings> {
  return (await post('/api/takings/limits', limits)).json() as Promise<Takings>
}

/** How much there is of what a query matches and the folder does not have. */
export function fetchMatching(query: WallQuery, signal: AbortSignal): Promise<MatchingAmount> {
  return get<MatchingAmount>(`/api/takings/matching?${parametersOf(matching(query))}`, signal)
}

/** Wants all of it. */
export async function takeMatching(query: WallQuery): Promise<MatchingTaken> {
  return (await post('/api/takings/matching', matching(query))).json() as Promise<MatchingTaken>
}

/** Where a picture's preview of some size is. */
export function previewAddress(md5: string, size: number): string {
  return `/api/pictures/${md5}/preview?size=${size}`
}

/** Where a picture itself is, in full. */
export function originalAddress(md5: string): string {
  return `/api/pictures/${md5}/original`
}

/** What a picture was taken by; `undefined` where it does not say. */
export async function fetchCamera(md5: string, signal: AbortSignal): Promise<string | undefined> {
  return (await get<Camera>(`/api/pictures/${md5}/camera`, signal)).camera
}

/** What is told of as it happens. */
export interface NewsListener {
  onCatalog(news: WallNews): void
  onTakings(takings: Takings): void
  onUploads(uploads: Uploads): void
  /** The stream stands again after it was cut: anything may have been missed. */
  onResumed(): void
  /** Whether the peer can be reached. */
  onPresence(isThere: boolean): void
}

/** Listens to what happens until the function that is returned is called. */
export function listen(listener: NewsListener): () => void {
  const events = new EventSource('/api/events')
  let wasCut = false
  events.addEventListener('open', () => {
    listener.onPresence(true)
    if (wasCut) listener.onResumed()
    wasCut = false
  })
  events.addEventListener('error', () => {
    wasCut = true
    listener.onPresence(false)
  })
  events.addEventListener('catalog', event => listener.onCatalog(JSON.parse(event.data) as WallNews))
  events.addEventListener('takings', event => listener.onTakings(JSON.parse(event.data) as Takings))
  events.addEventListener('uploads', event => listener.onUploads(JSON.parse(event.data) as Uploads))
  return () => events.close()
}

/** Asks for something by JSON. Rejects with {@link ApiError}. */
export async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(path, signal === undefined ? {} : { signal })
  if (!response.ok) throw new ApiError(response.status)
  return (await response.json()) as Answer
}

/** Changes something by JSON. Rejects with {@link ApiError}. */
export async function post(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new ApiError(response.status)
  return response
}

/** How a picture of this computer looks. Rejects with {@link ApiError}. */
export async function fetchLikeness(file: File, signal: AbortSignal): Promise<Likeness> {
  const headers = { 'content-type': 'application/octet-stream' }
  const response = await fetch('/api/likeness', { method: 'POST', headers, body: file, signal })
  if (!response.ok) throw new ApiError(response.status)
  return (await response.json()) as Likeness
}

/** All that the wall shows: of copies that stand behind one only that. */
function matching(query: WallQuery): MatchingQuery {
  const { copies: _, ...asked } = query
  return foldsCopies(query) ? { ...asked, copies: 'best' } : asked
}

function parametersOf(query: object): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value))
  return parameters
}
