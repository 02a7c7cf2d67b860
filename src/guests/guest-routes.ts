import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename } from 'node:path'
import { bestLanguage } from '../base/accept-language.ts'
import { type GuestLanguage, guestLanguages, guestTexts } from '../messages/guest-texts.ts'
import type { Peer } from '../peer/peer.ts'
import { IMMUTABLE, inlineAs, PICTURE_SAFETY } from '../peer/sharing/image-headers.ts'
import { answerImage } from '../peer/sharing/image-route.ts'
import { type Digest, parseDigest } from '../protocol/digest.ts'
import { addressKey } from './address-key.ts'
import { sendBytes, sendPage, sendPieces, sendShared } from './guest-answer.ts'
import type { GuestLimits } from './guest-limits.ts'
import type { GuestPictures } from './guest-pictures.ts'
import { GuestProblem } from './guest-problem.ts'
import type { GuestScripts } from './guest-scripts.ts'
import { galleryPage, PICTURES_PER_PAGE } from './pages/gallery-page.ts'
import type { PageContext } from './pages/page-frame.ts'
import { picturePage } from './pages/picture-page.ts'
import { wallPage } from './pages/wall-page.ts'
import type { UploadReceiver } from './receive-upload.ts'
import type { Slots } from './slots.ts'
import { zipArchive } from './zip/zip-archive.ts'

/** What a peer does for its guests. */
export type GuestPeer = Pick<
  Peer,
  'directory' | 'revision' | 'sharedImages' | 'shares' | 'open' | 'has' | 'preview' | 'uploadPace'
>

/** What the routes answer from. */
export interface GuestRoutesContext {
  readonly peer: GuestPeer
  readonly pictures: GuestPictures
  readonly limits: GuestLimits
  readonly slots: Slots
  /** `/<token>/` */
  readonly base: string
  /** Where guests find the page, as the wall shows it. */
  readonly address: () => string
  readonly scripts: GuestScripts
  readonly uploads: { readonly receiver: UploadReceiver; readonly isShared: boolean } | undefined
}

/** A request of somebody who knows the token. */
export interface GuestRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What follows the token, without the `/` between. */
  readonly path: string
  readonly query: URLSearchParams
  /** Aborts when the guest is gone. */
  readonly signal: AbortSignal
}

const MD5_PATH = /^(picture|original|preview)\/([0-9a-f]{32})(?:\/(320|640|1280|2048))?$/

/** Pictures that the list for the wall holds at most. */
const MOST_LISTED = 200

/** Pictures of which a ZIP's name could be made. */
const ARCHIVE_NAME = 'pictures.zip'

/** Answers GET and HEAD. Rejects with a {@link GuestProblem}, or where the guest left. */
export async function answerGuest(context: GuestRoutesContext, guest: GuestRequest): Promise<void> {
  const { path, query } = guest
  const [, kind, hex = '', size] = MD5_PATH.exec(path) ?? []
  const digest = parseDigest(hex)
  if (digest !== undefined) {
    if (kind === 'preview' && size !== undefined) return sendPreview(context, guest, digest, Number(size))
    if (size !== undefined) throw new GuestProblem('notFound')
    if (kind === 'picture') return sendPicture(context, guest, digest)
    if (kind === 'original') return sendOriginal(context, guest, digest)
  }
  switch (path) {
    case '':
      return sendGallery(context, guest)
    case 'wall': {
      const page = pageContext(context, guest)
      return sendPage(
        guest.request,
        guest.response,
        wallPage(page, context.address(), context.scripts),
        page.language,
      )
    }
    case 'pictures.json':
      return sendList(context, guest, numberIn(query, 'newest', MOST_LISTED))
    case ARCHIVE_NAME:
      return sendArchive(context, guest)
    default:
      throw new GuestProblem('notFound')
  }
}

/** Answers POST: a picture that a guest brings. */
export async function receiveFromGuest(context: GuestRoutesContext, guest: GuestRequest): Promise<void> {
  const { request, response, path, query } = guest
  if (path !== 'pictures') throw new GuestProblem('notFound')
  if (context.uploads === undefined) throw new GuestProblem('uploadsOff')
  const key = addressKey(request.socket.remoteAddress ?? '')
  const result = await context.uploads.receiver.receive(request, query.get('name') ?? '', key)
  sendBytes(request, response, result.kind === 'new' ? 201 : 200, JSON_HEADERS, JSON.stringify(result))
}

export const JSON_HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' } as const

/** The language and name that a guest's pages have. */
export function pageContext(
  { peer, base, uploads, limits }: Pick<GuestRoutesContext, 'peer' | 'base' | 'uploads' | 'limits'>,
  { request, query }: Pick<GuestRequest, 'request' | 'query'>,
): PageContext {
  const offered = Object.keys(guestLanguages) as [GuestLanguage, ...GuestLanguage[]]
  const chosen = offered.find(each => each === query.get('lang'))
  const language = chosen ?? bestLanguage(request.headers['accept-language'], offered)
  return {
    ...{ base, language, isChosen: chosen !== undefined, texts: guestTexts[language] },
    name: basename(peer.directory) || peer.directory,
    bringing:
      uploads === undefined ? undefined : { fileBytes: limits.uploads.fileBytes, isShared: uploads.isShared },
  }
}

function sendGallery(context: GuestRoutesContext, guest: GuestRequest): void {
  const { pictures, limits, scripts } = context
  const page = pageContext(context, guest)
  const facts = {
    pictures: pictures.list,
    page: numberIn(guest.query, 'page', Number.MAX_SAFE_INTEGER) || 1,
    archive: limits.archive,
    selection: limits.selection,
    revision: pictures.revision,
    scripts,
  }
  sendPage(guest.request, guest.response, galleryPage(page, facts), page.language)
}

function sendPicture(context: GuestRoutesContext, guest: GuestRequest, digest: Digest): void {
  const { list } = context.pictures
  const place = context.pictures.placeOf(digest)
  const picture = place === undefined ? undefined : list[place]
  if (place === undefined || picture === undefined) throw new GuestProblem('notFound')
  const page = pageContext(context, guest)
  const facts = {
    ...{ picture, newer: list[place - 1], older: list[place + 1] },
    page: Math.floor(place / PICTURES_PER_PAGE) + 1,
    scripts: context.scripts,
  }
  sendPage(guest.request, guest.response, picturePage(page, facts), page.language)
}

async function sendPreview(
  { peer }: GuestRoutesContext,
  { request, response, signal }: GuestRequest,
  digest: Digest,
  size: number,
): Promise<void> {
  if (!peer.shares(digest)) throw new GuestProblem('notFound')
  const preview = await peer.preview(digest, size, signal)
  if (preview.kind === 'refused' && preview.reason === 'busy') throw new GuestProblem('busy')
  if (preview.kind !== 'image') throw new GuestProblem('notFound')
  const headers = { ...PICTURE_SAFETY, 'Cross-Origin-Resource-Policy': 'same-origin' }
  const caching = { 'Content-Type': 'image/webp', 'Cache-Control': IMMUTABLE.replace('public', 'private') }
  sendBytes(request, response, 200, { ...headers, ...caching }, preview.bytes)
}

async function sendOriginal(
  { peer, slots }: GuestRoutesContext,
  { request, response, path }: GuestRequest,
  digest: Digest,
): Promise<void> {
  const headers = new Map(
    Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  )
  const address = request.socket.remoteAddress ?? ''
  await slots.run(addressKey(address), async () => {
    const method = request.method === 'HEAD' ? 'HEAD' : 'GET'
    const answer = answerImage({ method, path, query: '', headers, address }, digest, peer, Date.now())
    if (answer.status === 404) throw new GuestProblem('notFound')
    const { 'Content-Disposition': disposition } = answer.headers
    const changes = {
      'Cross-Origin-Resource-Policy': 'same-origin',
      ...(disposition === undefined ? {} : { 'Content-Disposition': asAttachment(disposition) }),
    }
    await sendShared(request, response, answer, changes, (...asker) => peer.uploadPace(...asker))
  })
}

function sendList(
  { pictures }: GuestRoutesContext,
  { request, response }: GuestRequest,
  count: number,
): void {
  const tag = `"${pictures.revision}-${count}"`
  const caching = { 'Cache-Control': 'private, no-cache', ETag: tag }
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304, caching).end()
    return
  }
  const newest = pictures.list.slice(0, count).map(({ digest, name, details }) => ({
    ...{ md5: digest, name, placeholder: details?.placeholder ?? '' },
  }))
  const body = JSON.stringify({ revision: pictures.revision, count: pictures.list.length, pictures: newest })
  sendBytes(request, response, 200, { ...JSON_HEADERS, ...caching }, body)
}

async function sendArchive(
  context: GuestRoutesContext,
  { request, response, query }: GuestRequest,
): Promise<void> {
  const { peer, pictures, limits, slots, base } = context
  const asked = query.getAll('p')
  if (asked.length > limits.selection) throw new GuestProblem('tooMany')
  const places = asked.flatMap(text => pictures.placeOf(parseDigest(text) ?? ('' as Digest)) ?? [])
  const wanted =
    asked.length === 0 ? pictures.list : [...new Set(places)].flatMap(place => pictures.list[place] ?? [])
  if (wanted.length > limits.archive) throw new GuestProblem('tooMany')
  const [only] = wanted
  if (only === undefined) throw new GuestProblem('notFound')
  if (asked.length > 0 && wanted.length === 1) {
    response.writeHead(303, { Location: `${base}original/${only.digest}`, 'Content-Length': 0 }).end()
    return
  }
  const archive = zipArchive(
    wanted.map(({ digest, name, details }) => ({
      ...{ name, bytes: details?.bytes ?? 0, open: () => peer.open(digest) },
    })),
  )
  await slots.run(addressKey(request.socket.remoteAddress ?? ''), async () => {
    response.writeHead(200, {
      ...PICTURE_SAFETY,
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Content-Type': 'application/zip',
      'Content-Disposition': asAttachment(inlineAs(`${basename(peer.directory)}.zip`)),
      'Content-Length': archive.bytes,
      'Cache-Control': 'no-store',
    })
    if (request.method === 'HEAD') response.end()
    else await sendPieces(request, response, archive.content(), (...asker) => peer.uploadPace(...asker))
  })
}

function asAttachment(disposition: string): string {
  return disposition.replace(/^inline/, 'attachment')
}

/** A whole number from 0 to `most`; 0 for anything else. */
function numberIn(query: URLSearchParams, name: string, most: number): number {
  const text = query.get(name) ?? ''
  return /^[0-9]{1,15}$/.test(text) ? Math.min(Number(text), most) : 0
}
