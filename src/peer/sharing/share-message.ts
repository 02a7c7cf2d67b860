import type { Digest } from '../../protocol/digest.ts'
import type { OpenedImage } from '../library/opened-image.ts'

/** A request on the share port, as HTTP/1.1 has it (RFC 9112). */
export interface ShareRequest {
  readonly method: 'GET' | 'HEAD'
  /** The path of the target, percent-encoded as it came, without a query. */
  readonly path: string
  /** What follows the first `?`; empty without one. */
  readonly query: string
  /** By name in lower case; where a name came twice, the values joined by `, ` (RFC 9110 section 5.3). */
  readonly headers: ReadonlyMap<string, string>
  /** Who asks: an IP address, IPv4 as IPv4. */
  readonly address: string
}

/** Bytes of an open file from `start` up to `end`, which is not among them. Whoever sends it closes the file. */
export interface FileBody {
  readonly opened: OpenedImage
  readonly digest: Digest
  readonly start: number
  readonly end: number
}

/** What a request is answered with. The one who writes it adds `Content-Length`, `Date` and `Connection`. */
export interface ShareResponse {
  readonly status: number
  /** Names as they are written; no value holds a line break. */
  readonly headers: Readonly<Record<string, string>>
  /** Sent for GET and left out for HEAD, whose `Content-Length` it tells all the same; none for 304. */
  readonly body?: Buffer | FileBody
}
