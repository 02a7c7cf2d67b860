import { DEFAULT_API_LIMITS } from '../../src/server/api/api-limits.ts'
import { startCatalogApi } from '../../src/server/api/catalog-api.ts'
import { InMemoryIndexState } from './in-memory-index-state.ts'

/**
 * A program of its own: serves the catalog API, and tells its port on standard output. It is started with few file
 * descriptors, so that they run out; its own bounds are far above them.
 */
const api = await startCatalogApi({
  host: '127.0.0.1',
  port: 0,
  state: new InMemoryIndexState(),
  viewpointOf: () => ({ loopbackAs: undefined }),
  limits: DEFAULT_API_LIMITS,
  onFault: () => {},
})
process.stdout.write(`${api.endpoint.port}\n`)
process.stdin.resume()
process.stdin.once('end', () => void api.stop())
