import type { TestContext } from 'node:test'
import { DEFAULT_SERVER_CONFIG, type ServerConfig } from '../../src/server/config.ts'
import { IndexServer, type ServerObserver } from '../../src/server/index-server.ts'

/** Takes everything in and says nothing. */
export const silentServer: ServerObserver = {
  wants: () => false,
  observe: () => {},
  onFault: () => {},
  onJournal: () => {},
  onRefused: () => {},
}

/** A server's configuration in a test: any free port, nothing kept. */
export const TEST_SERVER_CONFIG: ServerConfig = {
  ...DEFAULT_SERVER_CONFIG,
  port: 0,
  dataFolder: undefined,
  version: 'test',
}

/** Starts a real index server in this process; it is stopped after the test. */
export async function startIndexServer(
  t: TestContext,
  changes: Partial<ServerConfig> = {},
  observer: Partial<ServerObserver> = {},
): Promise<IndexServer> {
  const config = { ...TEST_SERVER_CONFIG, ...changes }
  const server = await IndexServer.start(
    config,
    { ...silentServer, ...observer },
    new AbortController().signal,
  )
  t.after(() => server.stop())
  return server
}
