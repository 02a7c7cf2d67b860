import { type CatalogLimits, DEFAULT_CATALOG_LIMITS } from '../catalog/catalog-limits.ts'
import { DEFAULT_INDEX_PORT } from '../protocol/limits.ts'

/** How one index server runs. */
export interface ServerConfig {
  /** IP address to listen on; `::` takes IPv4 and IPv6 both. */
  readonly host: string
  /** UDP port, 1 to 65535; 0 lets the system choose. */
  readonly port: number
  readonly limits: CatalogLimits
}

export const DEFAULT_SERVER_CONFIG: ServerConfig = {
  host: '::',
  port: DEFAULT_INDEX_PORT,
  limits: DEFAULT_CATALOG_LIMITS,
}
