import { dirname, join } from 'node:path'
import { webFolder } from '../gallery/build-web.ts'
import { Gallery } from '../gallery/gallery-server.ts'
import type { Peer } from '../peer/peer.ts'
import type { CommandContext } from './context.ts'
import { dataFolder, storePathOf } from './folders.ts'
import { hasDesktop, openBrowser } from './open-browser.ts'

/** Serves a peer's gallery and says where. Rejects with a listen failure, or as the building of the page does. */
export async function serveGallery(
  peer: Peer,
  context: Pick<CommandContext, 'messages' | 'terminal' | 'options'>,
  { opensBrowser }: { readonly opensBrowser: boolean },
): Promise<{ stop(): Promise<void> }> {
  const { messages, terminal, options } = context
  const folder = dirname(storePathOf(dataFolder(options.get('data')), peer.directory))
  const gallery = await Gallery.start({
    peer,
    port: Number(options.get('gallery-port') ?? 0),
    webFolder: await webFolder(() => terminal.print(messages.gallery.building)),
    cacheFolder: join(folder, 'network-previews'),
    originalsFolder: join(folder, 'network-originals'),
    onFault: fault => terminal.printError(messages.program(messages.gallery.fault(fault.message))),
  })
  terminal.print(messages.gallery.address(gallery.address))
  let removeFile = async () => {}
  if (opensBrowser && hasDesktop(process.platform, process.env)) {
    removeFile = await openBrowser(gallery.address, join(folder, 'open-gallery.html'))
  }
  return {
    async stop() {
      await removeFile()
      await gallery.stop()
    },
  }
}
