import { join } from 'node:path'
import { systemReason } from '../base/failure.ts'
import { printable } from '../base/printable.ts'
import { GUEST_FOLDER, GuestServer } from '../guests/guest-server.ts'
import { qrLines } from '../guests/qr-code.ts'
import type { Peer } from '../peer/peer.ts'
import type { CommandContext } from './context.ts'

/** Serves the page for guests, where the command line asks for it, and says how they come to it. Rejects with a listen failure. */
export async function serveGuests(
  peer: Peer,
  { messages, terminal, options }: Pick<CommandContext, 'messages' | 'terminal' | 'options'>,
): Promise<{ stop(): Promise<void> } | undefined> {
  const takesUploads = options.has('guest-uploads')
  if (!options.has('guests') && !takesUploads) return undefined
  const isShared = options.has('recursive')
  const words = messages.guests
  const server = await GuestServer.start({
    peer,
    host: '::',
    port: Number(options.get('guests') || 0),
    uploads: takesUploads ? { isShared } : undefined,
    onFault: fault => terminal.printError(messages.program(words.fault(printable(systemReason(fault))))),
  })
  const [first = '', ...others] = server.addresses
  if (terminal.isInteractive) for (const line of qrLines(first)) terminal.print(line)
  terminal.print(words.address(first))
  if (others.length > 0) terminal.print(words.others(others))
  if (takesUploads) {
    const folder = printable(join(peer.directory, GUEST_FOLDER))
    terminal.print(isShared ? words.broughtAndShared(folder) : words.brought(folder))
  }
  return server
}
