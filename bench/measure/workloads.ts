/** What the load asks of a server, and for how long a window. */
export interface Workload {
  /** Its name on the command line and in the results. */
  readonly name: string
  readonly title: string
  /** Which requests follow one another, as the load generator names it. */
  readonly requests: 'list' | 'register' | 'update' | 'end-register' | 'mixed'
  /** Images in each REG and UPD. */
  readonly images: number
  /** Requests under way at any time, or the latency at half the rate such a window reached. */
  readonly loop: { readonly window: number } | { readonly halfTheRateOf: string }
  /** Whether the requests register and drop: the peers that send them are then registered before and gone after. */
  readonly changesCatalog: boolean
  /** Catalog sizes, in images, at which it is measured. */
  readonly catalogs: readonly number[]
  /** Whether servers that send one reply to everything can stand beside. */
  readonly oneReply: boolean
  /** Whether a tracker's announce is the like of it. */
  readonly likeAnnounce: boolean
}

/** Images in the catalogs that are measured. The last one only when asked for: it takes gigabytes. */
const CATALOG_SIZES = [0, 40, 1000, 10_000, 100_000, 1_000_000, 10_000_000] as const
/** The catalog that the larger ones are compared with. */
export const BASE_CATALOG = 1000
/** The catalog that is measured with --large only. */
export const LARGE_CATALOG = 10_000_000
/** Images of each peer that fills a catalog: 1,000,000 images are then those of 20,000 peers. */
export const IMAGES_PER_PEER = 50

/** Peers that fill a catalog of so many images. */
export function standingPeersOf(catalog: number): number {
  return Math.ceil(catalog / IMAGES_PER_PEER)
}

/**
 * Requests under way. 128 small ones keep batches of 64 full and still fit into the receive buffer a Linux socket has
 * unless it asks for more (212,992 bytes, of which a small datagram takes 768); of the 2 kB ones half.
 */
const WINDOW = 128
const WINDOW_OF_LONG_REQUESTS = 64

const FROM_BASE = [1000, 10_000, 100_000, 1_000_000, 10_000_000] as const
const BASE_AND_LARGE = [1000, 1_000_000, 10_000_000] as const

/** Every workload, in the order it is measured and shown. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: 'list',
    title: 'LST',
    requests: 'list',
    images: 1,
    loop: { window: WINDOW },
    changesCatalog: false,
    catalogs: CATALOG_SIZES,
    oneReply: true,
    likeAnnounce: false,
  },
  {
    name: 'register-2',
    title: 'REG, 2 images',
    requests: 'register',
    images: 2,
    loop: { window: WINDOW },
    changesCatalog: true,
    catalogs: FROM_BASE,
    oneReply: true,
    likeAnnounce: true,
  },
  {
    name: 'update-2',
    title: 'UPD, 2 images',
    requests: 'update',
    images: 2,
    loop: { window: WINDOW },
    changesCatalog: true,
    catalogs: FROM_BASE,
    oneReply: true,
    likeAnnounce: true,
  },
  {
    name: 'register-40',
    title: 'REG, 40 images',
    requests: 'register',
    images: 40,
    loop: { window: WINDOW_OF_LONG_REQUESTS },
    changesCatalog: true,
    catalogs: BASE_AND_LARGE,
    oneReply: true,
    likeAnnounce: false,
  },
  {
    name: 'update-40',
    title: 'UPD, 40 images',
    requests: 'update',
    images: 40,
    loop: { window: WINDOW_OF_LONG_REQUESTS },
    changesCatalog: true,
    catalogs: BASE_AND_LARGE,
    oneReply: true,
    likeAnnounce: false,
  },
  {
    name: 'end-register',
    title: 'END and REG in turn',
    requests: 'end-register',
    images: 2,
    loop: { window: WINDOW },
    changesCatalog: true,
    catalogs: BASE_AND_LARGE,
    oneReply: false,
    likeAnnounce: false,
  },
  {
    name: 'mixed',
    title: '9 UPD to 1 LST',
    requests: 'mixed',
    images: 2,
    loop: { window: WINDOW },
    changesCatalog: true,
    catalogs: BASE_AND_LARGE,
    oneReply: false,
    likeAnnounce: false,
  },
  {
    name: 'mixed-latency',
    title: '9 UPD to 1 LST, at half the rate',
    requests: 'mixed',
    images: 2,
    loop: { halfTheRateOf: 'mixed' },
    changesCatalog: true,
    catalogs: BASE_AND_LARGE,
    oneReply: false,
    likeAnnounce: false,
  },
]
