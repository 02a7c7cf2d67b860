import { printable } from '../base/printable.ts'
import { ServerConnection, type ServerLimit } from '../peer/server-connection.ts'
import { DEFAULT_RETRY_PLAN } from '../transport/datagram-exchange.ts'
import { DEFAULT_HTTP_LIMITS } from '../transport/http-client.ts'
import type { CommandContext } from './context.ts'
import { parseServerAddress } from './parse-arguments.ts'
import { describeLimit, RETRIES_BEFORE_WORD } from './peer-reporter.ts'

/**
 * The connection of a command that shares nothing itself; says on standard error when the server stays silent, and gives
 * `onLimit` the sentence on what the server lacks.
 */
export function openConnection(
  { arguments: [server = ''], terminal, messages }: CommandContext,
  onLimit: (sentence: string) => void,
): ServerConnection {
  const connection: ServerConnection = new ServerConnection({
    server: parseServerAddress(server),
    plan: DEFAULT_RETRY_PLAN,
    limits: DEFAULT_HTTP_LIMITS,
    onRetry: attempts => {
      if (attempts !== RETRIES_BEFORE_WORD) return
      terminal.printError(messages.peer.retrying(printable(connection.server), attempts))
    },
    onLimit: (limit: ServerLimit) => onLimit(describeLimit(limit, printable(connection.server), messages)),
  })
  return connection
}
