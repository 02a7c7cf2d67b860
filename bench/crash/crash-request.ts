import type { ImageEntry } from '../../src/protocol/catalog-api.ts'

/** What is asked over UDP about one registration: the words of the wire. */
export type DatagramRequest =
  | { readonly kind: 'REG' | 'UPD'; readonly password: string; readonly entries: readonly ImageEntry[] }
  | { readonly kind: 'END' | 'ALV'; readonly password: string }

/** What is asked over HTTP: the operations of the catalog API that change something. */
export type ApiRequest =
  | { readonly kind: 'put' | 'post'; readonly password: string; readonly entries: readonly ImageEntry[] }
  | { readonly kind: 'removals'; readonly password: string; readonly digests: readonly string[] }
  | { readonly kind: 'lease' | 'delete'; readonly password: string }

export type CrashRequest = DatagramRequest | ApiRequest
export type RequestKind = CrashRequest['kind']

/** Every kind, with its front; of the API by what is done. */
export const REQUEST_KINDS = {
  REG: 'udp',
  UPD: 'udp',
  END: 'udp',
  ALV: 'udp',
  put: 'api',
  post: 'api',
  removals: 'api',
  lease: 'api',
  delete: 'api',
} as const satisfies Record<RequestKind, 'udp' | 'api'>

/** What the server said; `undefined` is nothing. */
export type Answer = 'done' | 'refused' | { readonly wrong: string } | undefined

export function isDatagramRequest(request: CrashRequest): request is DatagramRequest {
  return REQUEST_KINDS[request.kind] === 'udp'
}
