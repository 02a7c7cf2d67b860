import { Failure } from '../../base/failure.ts'
import { printable } from '../../base/printable.ts'
import { DEFAULT_PEER_CONFIG, type PeerConfig } from '../../peer/config.ts'
import { Peer } from '../../peer/peer.ts'
import { formatEndpoint } from '../../protocol/endpoint.ts'
import type { CommandContext } from '../context.ts'
import { describeFailure } from '../describe-failure.ts'
import { dataFolder, storePathOf } from '../folders.ts'
import { parseServerAddress } from '../parse-arguments.ts'
import { describePrivacy, reportPeer, reportTransfers } from '../peer-reporter.ts'
import { runMenu } from '../run-menu.ts'
import { serveGallery } from '../serve-gallery.ts'
import { serveGuests } from '../serve-guests.ts'
import { limitsOfOptions } from '../transfer-limit-options.ts'

/** `imagep2p client`: shares a folder and answers a menu until its end. */
export async function runClient(context: CommandContext): Promise<number> {
  const { terminal, messages, signal } = context
  const peer = await startPeer(context)
  try {
    terminal.print(
      messages.menu.title(peer.server, printable(peer.directory), peer.imageCount, peer.endpoint.port),
    )
    for (const line of describePrivacy(peer.privacy, messages)) terminal.print(line)
    const guests = await serveGuests(peer, context)
    const gallery = terminal.hasKeyboard ? await tryGallery(peer, context) : undefined
    try {
      await runMenu(peer, terminal, messages, signal)
    } finally {
      await gallery?.stop()
      await guests?.stop()
    }
  } finally {
    await peer.stop()
  }
  terminal.print(messages.menu.bye)
  return 0
}

/** The menu works also where the gallery does not. */
async function tryGallery(
  peer: Peer,
  context: CommandContext,
): Promise<{ stop(): Promise<void> } | undefined> {
  const { terminal, messages } = context
  try {
    return await serveGallery(peer, context, { opensBrowser: false })
  } catch (error) {
    const reason = error instanceof Failure ? describeFailure(error, messages) : String(error)
    terminal.print(messages.gallery.unavailable(printable(reason)))
    return undefined
  }
}

/** Starts the peer that a command line asks for: `SERVER FOLDER` with `--port`, `--recursive` and `--data`. */
export async function startPeer({
  arguments: [server = '', directory = ''],
  options,
  ...context
}: CommandContext): Promise<Peer> {
  const { messages, terminal, signal } = context
  const address = parseServerAddress(server)
  const config: PeerConfig = {
    ...DEFAULT_PEER_CONFIG,
    server: address,
    directory,
    recursive: options.has('recursive'),
    keepMetadata: options.has('keep-metadata'),
    port: Number(options.get('port') ?? DEFAULT_PEER_CONFIG.port),
    transferLimits: limitsOfOptions(options),
    storePath: storePathOf(dataFolder(options.get('data')), directory),
  }
  const shown = formatEndpoint({ address: address.host, port: address.port })
  const peer = await Peer.start(config, reportPeer(terminal, messages, printable(shown)))
  reportTransfers(peer.transfers, terminal, messages)
  if (signal.aborted) {
    await peer.stop()
    throw new Failure('cancelled', {})
  }
  return peer
}
