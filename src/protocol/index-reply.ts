import { isUtf8 } from 'node:buffer'

/**
 * What the index server answers, one datagram each:
 *
 *     reply = "OK " text / "ERR " reason / listing        ; a listing answers LST only, see listing.ts
 */
export const Reply = {
  ended: 'OK CLIENT_FINISHED',
  malformed: 'ERR INVALID_MESSAGE_FORMAT',
  otherPassword: 'ERR IP_REGISTERED_WITH_DIFFERENT_PASSWORD',
  nothingListed: 'ERR NO_IMAGES_AVAILABLE',
  /** Ours, not the reference's: the address has as many registrations as one address may have. */
  tooManyRegistrations: 'ERR TOO_MANY_REGISTRATIONS',
  /** Ours, not the reference's: the list is longer than one registration, or the catalog, may be. */
  tooManyImages: 'ERR TOO_MANY_IMAGES',
} as const
export type Reply = (typeof Reply)[keyof typeof Reply]

/** The answer to a REG of `count` entries. */
export function formatRegistered(count: number): string {
  return `OK ${count}_REGISTERED_IMAGES`
}

/** The answer to an UPD of `count` entries. */
export function formatUpdated(count: number): string {
  return `OK ${count}_REGISTERED_FILES`
}

/** What an answer to ALV tells. */
export interface Alive {
  /** Seconds within which the registration is to be renewed. */
  readonly leaseSeconds: number
  /** Whether the server tried to connect to the peer's port and could not. */
  readonly isUnreachable: boolean
}

/**
 * The answer to an ALV:
 *
 *     alive = "OK ALIVE " 1*6DIGIT [" UNREACHABLE"]
 */
export function formatAlive({ leaseSeconds, isUnreachable }: Alive): string {
  return `OK ALIVE ${leaseSeconds}${isUnreachable ? ' UNREACHABLE' : ''}`
}

/** The reverse of {@link formatAlive}; words that may follow one day are ignored. `undefined` for anything else. */
function parseAlive(text: string): Alive | undefined {
  const parts = /^OK ALIVE ([1-9][0-9]{0,5})(?: (.*))?$/.exec(text)
  if (parts === null) return undefined
  const [, seconds = '', rest = ''] = parts
  return { leaseSeconds: Number(seconds), isUnreachable: rest.split(' ').includes('UNREACHABLE') }
}

/** A reply as a client understands it; a listing is whatever is neither OK nor ERR. */
export type IndexReply =
  | {
      readonly kind: 'ok' /** The number after OK, where there is one. */
      readonly count: number | undefined
      /** What the answer to an ALV says. */
      readonly alive?: Alive
    }
  | { readonly kind: 'error' /** The reason after ERR, a server's text. */; readonly reason: string }
  | { readonly kind: 'listing'; readonly text: string }

/** Decodes a reply; `undefined` where the bytes are not UTF-8 or hold nothing. */
export function decodeIndexReply(bytes: Uint8Array): IndexReply | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').trim()
  if (text === '') return undefined
  const [first] = text.split(/[ \n]/, 1)
  if (first === 'OK') {
    const digits = /^OK ([0-9]{1,9})(?![0-9])/.exec(text)?.[1]
    const count = digits === undefined ? undefined : Number(digits)
    const alive = parseAlive(text)
    return alive === undefined ? { kind: 'ok', count } : { kind: 'ok', count, alive }
  }
  if (first === 'ERR') return { kind: 'error', reason: text.slice(4).trim() }
  return { kind: 'listing', text }
}
