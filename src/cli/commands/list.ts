import { formatEndpoint } from '../../protocol/endpoint.ts'
import type { CommandContext } from '../context.ts'
import { formatListing } from '../format-listing.ts'
import { indexClientOf } from '../index-client-of.ts'

/** `imagep2p list`: the pictures of the network, for a person or as one JSON object a line. */
export async function runList(context: CommandContext): Promise<number> {
  const { terminal, messages, options, signal } = context
  const result = await indexClientOf(context).list(signal)
  if (!options.has('json')) {
    for (const line of formatListing(result, () => false, messages)) terminal.print(line)
    return 0
  }
  for (const { digest, name, owners } of result.images) {
    terminal.print(JSON.stringify({ md5: digest, name, owners: owners.map(formatEndpoint) }))
  }
  if (result.mayBeCut) terminal.printError(messages.program(messages.list.mayBeCut))
  return 0
}
