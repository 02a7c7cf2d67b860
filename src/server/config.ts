import { type CatalogLimits, DEFAULT_CATALOG_LIMITS } from '../catalog/catalog-limits.ts'
import { type CatalogTimes, DEFAULT_CATALOG_TIMES } from '../catalog/catalog-times.ts'
import { DEFAULT_INDEX_PORT } from '../protocol/limits.ts'
import type { DatagramPath } from '../transport/datagram-server.ts'
import { type ApiLimits, DEFAULT_API_LIMITS } from './api/api-limits.ts'
import { DEFAULT_LIVENESS_LIMITS, type LivenessLimits } from './liveness/liveness-limits.ts'
import { DEFAULT_REPLY_BUDGET, type ReplyBudgetConfig } from './reply-budget.ts'
import { type AbsenceLimits, DEFAULT_ABSENCE_LIMITS } from './state/absent-registrations.ts'

/** How one index server runs. */
export interface ServerConfig {
  /** IP address to listen on; `::` takes IPv4 and IPv6 both. */
  readonly host: string
  /** UDP and TCP port, 1 to 65535; 0 lets the system choose. */
  readonly port: number
  /** How datagrams travel; `auto` takes the fast path where there is one. */
  readonly path: DatagramPath | 'auto'
  /** The folder in which the journal is kept; `undefined` forgets everything when the server ends. */
  readonly dataFolder: string | undefined
  /** Of the program, for those who ask over HTTP. */
  readonly version: string
  readonly limits: CatalogLimits
  readonly times: CatalogTimes
  readonly absence: AbsenceLimits
  readonly liveness: LivenessLimits
  readonly replyBudget: ReplyBudgetConfig
  readonly api: ApiLimits
}

export const DEFAULT_SERVER_CONFIG: Omit<ServerConfig, 'dataFolder' | 'version'> = {
  host: '::',
  port: DEFAULT_INDEX_PORT,
  path: 'auto',
  limits: DEFAULT_CATALOG_LIMITS,
  times: DEFAULT_CATALOG_TIMES,
  absence: DEFAULT_ABSENCE_LIMITS,
  liveness: DEFAULT_LIVENESS_LIMITS,
  replyBudget: DEFAULT_REPLY_BUDGET,
  api: DEFAULT_API_LIMITS,
}
