import { readFileSync } from 'node:fs'

/** A piece of a datagram: text in UTF-8, text a number of times, or bytes in hexadecimal. */
type Piece = string | { readonly repeat: string; readonly times: number } | { readonly hex: string }

/** A request that is refused, and why. */
export interface RefusedRequest {
  readonly why: string
  readonly datagram: readonly Piece[]
}

/** A request that is taken, and what it says. Where no entries stand there, only their number is compared. */
export interface ValidRequest extends RefusedRequest {
  readonly request: {
    readonly word: string
    readonly password?: string
    readonly port?: number
    readonly entries?: readonly (readonly [digest: string, name: string])[]
    readonly entryCount?: number
  }
}

/** A listing and what a client reads in it. */
export interface ListingVector {
  readonly why: string
  readonly text: string
  readonly images: readonly {
    readonly digest: string
    readonly name: string
    readonly owners: readonly { readonly address: string; readonly port: number }[]
  }[]
  readonly unreadable: number
}

/** One conversation with a fresh reference server, recorded from it. */
export interface Transcript {
  readonly scenario: string
  readonly steps: readonly { readonly send: string; readonly reply: string }[]
}

export const validRequests: readonly ValidRequest[] = read('requests-valid.json')
export const refusedRequests: readonly RefusedRequest[] = read('requests-refused.json')
export const listingVectors: readonly ListingVector[] = read('listings.json')
export const transcripts: readonly Transcript[] = read('transcripts.json')

/** The bytes of a vector's datagram. */
export function datagramOf({ datagram }: RefusedRequest): Buffer {
  return Buffer.concat(
    datagram.map(piece => {
      if (typeof piece === 'string') return Buffer.from(piece)
      return 'hex' in piece ? Buffer.from(piece.hex, 'hex') : Buffer.from(piece.repeat.repeat(piece.times))
    }),
  )
}

function read<Vectors>(name: string): Vectors {
  // The files are ours and stand beside this one; each test that uses one fails where its shape is another.
  return JSON.parse(readFileSync(new URL(`../vectors/wire/${name}`, import.meta.url), 'utf8')) as Vectors
}
