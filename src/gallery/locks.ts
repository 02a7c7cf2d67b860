import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { GalleryProblem } from './problems.ts'

/** Bytes of a secret: 256 bits cannot be guessed. */
const SECRET_BYTES = 32

/**
 * What keeps others than the person at this computer out of the gallery. A page of another origin can have the browser send
 * requests to 127.0.0.1, and by a name that it makes lead there (DNS rebinding) even read the answers; another user of the
 * computer can connect too.
 *
 * - Host has to be the very address that is served, which a rebound name is not.
 * - Origin, where a browser gives it, has to be ours; whatever changes something needs one.
 * - The API asks for a cookie, which is given for a token. The token stands in the fragment of the page's address, which
 *   browsers send to nobody; a request with it in its URL is refused, as URLs end up in logs and in Referer.
 */
export class Locks {
  readonly token: string = randomBytes(SECRET_BYTES).toString('base64url')
  readonly #session = randomBytes(SECRET_BYTES).toString('base64url')
  readonly #host: string
  readonly #cookieName: string

  /** `port` is where the gallery listens on 127.0.0.1. */
  constructor(port: number) {
    this.#host = `127.0.0.1:${port}`
    // Cookies do not know ports: several galleries of one computer are told apart by name.
    this.#cookieName = `imagep2p-${port}`
  }

  /** The page's address without the token. */
  get origin(): string {
    return `http://${this.#host}`
  }

  /** The Set-Cookie that admits whoever knew the token; it lasts as long as the browser's session. */
  get cookie(): string {
    return `${this.#cookieName}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`
  }

  /** Throws unless a request may have come from the gallery's own page, or from a person's hand. */
  checkSource(request: IncomingMessage): void {
    const { headers, method, url = '' } = request
    if (headers.host !== this.#host) throw new GalleryProblem('foreignHost')
    if (url.includes(this.token)) throw new GalleryProblem('tokenInUrl')
    const changes = method !== 'GET' && method !== 'HEAD'
    const isOriginFine = headers.origin === undefined ? !changes : headers.origin === this.origin
    if (!isOriginFine) throw new GalleryProblem('foreignOrigin')
    const site = headers['sec-fetch-site']
    if (site === undefined || site === 'same-origin' || site === 'none') return
    // A link from another site may lead to the page, as any link may; nothing else may be asked from there.
    const isNavigation = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
    if (!isNavigation || changes) throw new GalleryProblem('foreignOrigin')
  }

  /** Throws unless a request has the session's cookie. */
  checkSession(request: IncomingMessage): void {
    const cookies = (request.headers.cookie ?? '').split(';').map(cookie => cookie.trim())
    const prefix = `${this.#cookieName}=`
    const given = cookies.find(cookie => cookie.startsWith(prefix))?.slice(prefix.length)
    if (given === undefined || !isSame(given, this.#session)) throw new GalleryProblem('notAdmitted')
  }

  /** Throws unless `given` is the token. */
  checkToken(given: string): void {
    if (!isSame(given, this.token)) throw new GalleryProblem('notAdmitted')
  }
}

/** In a time that does not tell how much of it is right. */
function isSame(given: string, secret: string): boolean {
  const digestOf = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digestOf(given), digestOf(secret))
}
