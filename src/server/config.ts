import { type CatalogLimits, DEFAULT_CATALOG_LIMITS } from '../catalog/catalog-limits.ts'
import { DEFAULT_INDEX_PORT } from '../protocol/limits.ts'
import type { DatagramPath } from '../transport/datagram-server.ts'

/** How one index server runs. */
export interface ServerConfig {
  /** IP address to listen on; `::` takes IPv4 and IPv6 both. */
  readonly host: string
  /** UDP port, 1 to 65535; 0 lets the system choose. */
  readonly port: number
  /** How datagrams travel; `auto` takes the fast path where there is one. */
  readonly path: DatagramPath | 'auto'
  readonly limits: CatalogLimits
}

export const DEFAULT_SERVER_CONFIG: ServerConfig = {
  host: '::',
  port: DEFAULT_INDEX_PORT,
  path: 'auto',
  limits: DEFAULT_CATALOG_LIMITS,
}
