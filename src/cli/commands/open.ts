import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../../base/failure.ts'
import { printable } from '../../base/printable.ts'
import type { Peer } from '../../peer/peer.ts'
import type { CommandContext } from '../context.ts'
import { describeFailure } from '../describe-failure.ts'
import { describePrivacy, describeRegistration } from '../peer-reporter.ts'
import { serveGallery } from '../serve-gallery.ts'
import { serveGuests } from '../serve-guests.ts'
import { untilAborted } from '../until-aborted.ts'
import { startPeer } from './client.ts'

/** The index server of this computer, where nobody names another. */
const OWN_SERVER = '127.0.0.1'

/** Milliseconds after which a server that did not answer is asked again to register us. */
const RETRY_MS = 5000

/** `imagep2p open`: shares a folder and shows the network's pictures in the browser, until stopped. */
export async function runOpen(context: CommandContext): Promise<number> {
  const { terminal, messages, signal, options } = context
  const [directory = '', server = OWN_SERVER] = context.arguments
  const peer = await startPeer({ ...context, arguments: [server, directory] })
  try {
    terminal.print(messages.peer.started(printable(peer.directory), peer.imageCount, peer.endpoint.port))
    for (const line of describePrivacy(peer.privacy, messages)) terminal.print(line)
    const gallery = await serveGallery(peer, context, { opensBrowser: !options.has('no-browser') })
    let guests: Awaited<ReturnType<typeof serveGuests>>
    try {
      guests = await serveGuests(peer, context)
      await registerUntilDone(peer, context)
      terminal.print(messages.share.running)
      await untilAborted(signal)
      terminal.print(messages.share.stopping)
    } finally {
      await guests?.stop()
      await gallery.stop()
    }
  } finally {
    await peer.stop()
  }
  return 0
}

/** The gallery is open meanwhile: a server that is silent is waited for. */
async function registerUntilDone(peer: Peer, { terminal, messages, signal }: CommandContext): Promise<void> {
  let isTold = false
  while (!signal.aborted) {
    try {
      const state = await peer.register(signal)
      for (const line of describeRegistration(state, 'register', messages)) terminal.print(line)
      return
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Failure)) throw error
      if (!isTold) terminal.print(messages.peer.trouble(describeFailure(error, messages)))
      isTold = true
      await delay(RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }
}
