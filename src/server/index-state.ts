import type { Counts, Image, ImageEntry, ImagePage, ImageQuery } from '../protocol/catalog-api.ts'
import type { Digest } from '../protocol/digest.ts'

/** Who registers, on either front: the address that the datagram or the connection came from, and the port it names. */
export interface PeerIdentity {
  /** 16 bytes, see protocol/ip-address.ts. */
  readonly address: Uint8Array
  readonly port: number
}

/** Why something was not done; nothing was changed then. */
export type Refusal = 'refusedPassword' | 'tooManyRegistrations' | 'tooManyImages'

/** How a registration stands. */
export interface RegistrationStanding {
  readonly images: number
  readonly leaseSeconds: number
  /** Whether the server could connect to the peer's port; `undefined` until it has tried. */
  readonly reachable: boolean | undefined
}

/** Where somebody asks from, which decides by what addresses owners are named to them. */
export interface Viewpoint {
  /** What stands for owners on the server's own machine: the address by which the asker reaches it; `undefined` keeps theirs. */
  readonly loopbackAs: Uint8Array | undefined
}

/** A change of the catalog, as told to those who watch. */
export type CatalogChange =
  | { readonly number: number; readonly kind: 'image'; readonly image: Image }
  | { readonly number: number; readonly kind: 'gone'; readonly digest: Digest }
  /** Changes were missed: whoever watches lists anew. `number` is the last one missed. */
  | { readonly number: number; readonly kind: 'reset' }

/** A list that is being replaced: images named are added as they come, and those not named go at the end. */
export interface ListReplacement {
  add(entries: readonly ImageEntry[]): Refusal | undefined
  /** Takes off what was not named; in slices, giving way to other work between them. */
  finish(): Promise<Refusal | undefined>
}

/**
 * The index server's state as the catalog API sees it: catalog and journal behind one face. All but the promises is done at
 * once, in at most some milliseconds for {@link MAX_ENTRIES_AT_ONCE} entries. What was changed is durable once
 * {@link commit} returned, and is acknowledged to nobody before.
 */
export interface IndexState {
  /** The registration is made if there is none; any call of its peer renews its lease. So {@link replaceImages}. */
  register(peer: PeerIdentity, password: string): Refusal | undefined
  /** `refusedPassword` also for one that is not registered; so the next ones but one. */
  addImages(peer: PeerIdentity, password: string, entries: readonly ImageEntry[]): Refusal | undefined
  removeImages(peer: PeerIdentity, password: string, digests: readonly Digest[]): Refusal | undefined
  replaceImages(peer: PeerIdentity, password: string): ListReplacement | Refusal
  /** `refusedPassword` also for one that is not registered. */
  renew(peer: PeerIdentity, password: string): Refusal | undefined
  end(peer: PeerIdentity, password: string): Refusal | undefined
  /** `undefined` for one that is not registered. */
  standing(peer: PeerIdentity): RegistrationStanding | undefined
  commit(): void

  image(digest: Digest, viewpoint: Viewpoint): Image | undefined
  /** Rejects with the signal's reason; `undefined` for a cursor that is none. */
  page(query: ImageQuery, viewpoint: Viewpoint, signal: AbortSignal): Promise<ImagePage | undefined>
  counts(): Counts
  /**
   * Tells every change after number `after` (all from now on where it is absent), in order, until the returned function is
   * called. The listener must be quick; it is called once a batch at most with what came together.
   */
  watch(
    after: number | undefined,
    viewpoint: Viewpoint,
    listener: (changes: readonly CatalogChange[]) => void,
  ): () => void
}

/** Entries that one call may hand over. */
export const MAX_ENTRIES_AT_ONCE = 500
