import { printable } from '../../base/printable.ts'
import type { CommandContext } from '../context.ts'
import { describePrivacy, describeRegistration } from '../peer-reporter.ts'
import { serveGuests } from '../serve-guests.ts'
import { untilAborted } from '../until-aborted.ts'
import { startPeer } from './client.ts'

/** `imagep2p share`: registers a folder, serves it, keeps the server up to date, and takes it all back on a signal. */
export async function runShare(context: CommandContext): Promise<number> {
  const { terminal, messages, signal } = context
  const peer = await startPeer(context)
  try {
    terminal.print(messages.peer.started(printable(peer.directory), peer.imageCount, peer.endpoint.port))
    for (const line of describePrivacy(peer.privacy, messages)) terminal.print(line)
    for (const line of describeRegistration(await peer.register(signal), 'register', messages))
      terminal.print(line)
    const guests = await serveGuests(peer, context)
    try {
      terminal.print(messages.share.running)
      await untilAborted(signal)
      terminal.print(messages.share.stopping)
    } finally {
      await guests?.stop()
    }
  } finally {
    await peer.stop()
  }
  return 0
}
