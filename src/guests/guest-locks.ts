import { randomInt, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { addressKey } from './address-key.ts'
import { GuestProblem } from './guest-problem.ts'

/** Letters and digits that are not taken for one another when somebody types them from a wall. */
const TOKEN_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Letters: 31^10 are some 50 bits, out of reach of guessing over a network. */
const TOKEN_LENGTH = 10

/** Milliseconds over which wrong tokens are counted. */
const WRONG_MS = 60_000

/** Addresses whose wrong tokens are counted: beyond them, those counted first are forgotten. */
const MAX_COUNTED = 4096

/** A token for the address that guests are given. */
export function makeToken(): string {
  return Array.from({ length: TOKEN_LENGTH }, () => TOKEN_LETTERS[randomInt(TOKEN_LETTERS.length)]).join('')
}

/** Looks at where a request comes from and what it knows. */
export class GuestLocks {
  readonly #token: Buffer
  readonly #wrongTokens: number
  readonly #now: () => number
  readonly #wrong = new Map<string, { count: number; sinceMs: number }>()

  constructor(token: string, wrongTokens: number, now: () => number) {
    this.#token = Buffer.from(token)
    this.#wrongTokens = wrongTokens
    this.#now = now
  }

  /**
   * Throws where the request was not meant for this server: a Host that is a name of somebody's domain is what DNS
   * rebinding looks like. An IP address cannot be rebound, and `localhost` and our own name are ours.
   */
  checkHost(request: IncomingMessage): void {
    if (hostNameOf(request) === undefined) throw new GuestProblem('wrongHost')
  }

  /** Throws where `token` is wrong, or where that address tried too many of them. */
  checkToken(request: IncomingMessage, token: string): void {
    const address = addressKey(request.socket.remoteAddress ?? '')
    const nowMs = this.#now()
    const wrong = this.#wrong.get(address)
    const isRecent = wrong !== undefined && nowMs - wrong.sinceMs < WRONG_MS
    if (isRecent && wrong.count >= this.#wrongTokens) throw new GuestProblem('tooMany')
    const given = Buffer.from(token)
    if (given.length === this.#token.length && timingSafeEqual(given, this.#token)) return
    if (isRecent) wrong.count += 1
    else {
      this.#wrong.delete(address)
      this.#wrong.set(address, { count: 1, sinceMs: nowMs })
      const [oldest] = this.#wrong.keys()
      if (this.#wrong.size > MAX_COUNTED && oldest !== undefined) this.#wrong.delete(oldest)
    }
    throw new GuestProblem('notFound')
  }

  /** Throws unless the request comes from a page of this very server: browsers tell the origin of each POST. */
  checkOrigin(request: IncomingMessage): void {
    const { origin, host } = request.headers
    if (origin === undefined || origin !== `http://${host}`) throw new GuestProblem('foreignOrigin')
  }
}

/** The host that the request names, without its port; `undefined` where it is none of ours. */
function hostNameOf({ headers: { host = '' } }: IncomingMessage): string | undefined {
  const [, bracketed, plain = bracketed ?? ''] =
    /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::[0-9]{1,5})?$/i.exec(host) ?? []
  const name = plain.toLowerCase()
  const own = hostname().toLowerCase()
  const isOurs = isIP(name) !== 0 || name === 'localhost' || name === own || name === `${own}.local`
  return isOurs && name !== '' ? name : undefined
}
