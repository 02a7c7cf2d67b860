/** What one index server keeps at most. Every field is a count; a list that would exceed one changes nothing. */
export interface CatalogLimits {
  /** Entries in one registration's list, as sent: an image named twice counts twice. */
  readonly imagesPerRegistration: number
  /** Registrations of one IP address: a household or a class behind one router, and nothing beyond. */
  readonly registrationsPerAddress: number
  /** Registrations in all. */
  readonly registrations: number
  /** Images that have an owner, in all; each costs some 100 bytes of memory, 28 bytes of its name among them. */
  readonly images: number
  /** Bytes of the names of those images, in all; beyond 28 bytes a name costs memory by its length. */
  readonly nameBytes: number
  /** Pairs of an image and an owner of it, in all; each costs some 20 bytes of memory. */
  readonly holdings: number
}

export const DEFAULT_CATALOG_LIMITS: CatalogLimits = {
  imagesPerRegistration: 200_000,
  registrationsPerAddress: 1024,
  registrations: 1_000_000,
  images: 20_000_000,
  nameBytes: 1_000_000_000,
  holdings: 40_000_000,
}
