import { DEFAULT_RETRY_PLAN, type RetryPlan } from '../transport/datagram-exchange.ts'
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from '../transport/http-client.ts'
import { DEFAULT_REQUEST_LISTENER_LIMITS, type RequestListenerLimits } from '../transport/request-listener.ts'
import { DEFAULT_FETCH_LIMITS, type FetchLimits } from './download/fetch-limits.ts'
import type { ServerAddress } from './server-locator.ts'
import type { TransferLimits } from './transfers/transfer-limits.ts'

/** How one peer runs. */
export interface PeerConfig {
  readonly server: ServerAddress
  /** The folder that is shared, and into which downloads go. */
  readonly directory: string
  /** Whether pictures in subfolders are shared too. */
  readonly recursive: boolean
  /** IP address the share server listens on; `::` takes IPv4 and IPv6 both. */
  readonly host: string
  /** TCP port of the share server; 0 takes the one of the last start where it is free, and else lets the system choose. */
  readonly port: number
  /** The file in which the peer remembers this folder between starts. */
  readonly storePath: string
  /**
   * True shares all that pictures tell (position, serial numbers), from then on; else goes on as this folder was set, a new
   * one without them.
   */
  readonly keepMetadata: boolean
  /** Whether placeholders and likenesses of the pictures are made, in the background. */
  readonly placeholders: boolean
  readonly retryPlan: RetryPlan
  /** Of the catalog API. */
  readonly httpLimits: HttpLimits
  readonly fetchLimits: FetchLimits
  /** Instead of what was last set for the folder. */
  readonly transferLimits: Partial<TransferLimits>
  readonly shareLimits: RequestListenerLimits
  /** Milliseconds without a further change after which a new or changed file counts as written to its end. */
  readonly settleMs: number
  /** Milliseconds between two looks at the whole folder. */
  readonly rescanMs: number
  /**
   * Milliseconds between two updates of a server that gives no leases and to which there is nothing new to say: one that
   * restarted knows us again. Also the longest time between two renewals of a lease.
   */
  readonly renewMs: number
}

/** What is the same for every peer until somebody says otherwise. */
export const DEFAULT_PEER_CONFIG: Omit<PeerConfig, 'server' | 'directory' | 'storePath'> = {
  recursive: false,
  host: '::',
  port: 0,
  keepMetadata: false,
  placeholders: true,
  retryPlan: DEFAULT_RETRY_PLAN,
  httpLimits: DEFAULT_HTTP_LIMITS,
  fetchLimits: DEFAULT_FETCH_LIMITS,
  shareLimits: DEFAULT_REQUEST_LISTENER_LIMITS,
  transferLimits: {},
  settleMs: 400,
  rescanMs: 60_000,
  renewMs: 300_000,
}
