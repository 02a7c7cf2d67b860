import { printable } from '../base/printable.ts'
import { IndexClient } from '../peer/index-client.ts'
import { DEFAULT_RETRY_PLAN } from '../transport/datagram-exchange.ts'
import type { CommandContext } from './context.ts'
import { parseServerAddress } from './parse-arguments.ts'
import { RETRIES_BEFORE_WORD } from './peer-reporter.ts'

/** The index client of a command that shares nothing itself; says on standard error when the server stays silent. */
export function indexClientOf({ arguments: [server = ''], terminal, messages }: CommandContext): IndexClient {
  const client: IndexClient = new IndexClient({
    server: parseServerAddress(server),
    plan: DEFAULT_RETRY_PLAN,
    onRetry: attempts => {
      if (attempts !== RETRIES_BEFORE_WORD) return
      terminal.printError(messages.peer.retrying(printable(client.server), attempts))
    },
  })
  return client
}
