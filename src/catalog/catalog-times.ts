/** How long registrations stay without being heard of. Every field is in seconds. */
export interface CatalogTimes {
  /** The lease that peers are told: a registration whose peer was not heard for so long is gone from the listing. */
  readonly lease: number
  /** From a registration to the first connection to its port: the peer shall have got its answer by then. */
  readonly firstCheck: number
  /** Between two connections to the port of a peer without a lease, or of one that could not be reached. */
  readonly check: number
  /** Failed connections in a row after which a peer without a lease is gone from the listing. */
  readonly failures: number
}

export const DEFAULT_CATALOG_TIMES: CatalogTimes = { lease: 120, firstCheck: 3, check: 60, failures: 3 }
