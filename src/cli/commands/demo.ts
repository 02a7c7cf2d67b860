import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isFailure } from '../../base/failure.ts'
import { printable } from '../../base/printable.ts'
import { drawAlbum } from '../../demo/album.ts'
import { albums } from '../../demo/pictures.ts'
import type { Messages } from '../../messages/messages.ts'
import { DEFAULT_PEER_CONFIG } from '../../peer/config.ts'
import { Peer } from '../../peer/peer.ts'
import { formatEndpoint } from '../../protocol/endpoint.ts'
import { DEFAULT_SERVER_CONFIG } from '../../server/config.ts'
import { IndexServer, type ServerObserver } from '../../server/index-server.ts'
import type { CommandContext } from '../context.ts'
import { formatPage } from '../format-listing.ts'
import { reportDownload, reportPeer } from '../peer-reporter.ts'
import { programVersion } from '../program-version.ts'
import { runMenu } from '../run-menu.ts'
import type { Terminal } from '../terminal.ts'
import { untilAborted } from '../until-aborted.ts'

/** The demonstration is for this computer: nothing of it can be reached from another. */
const LOOPBACK = '127.0.0.1'

interface DemoPeer {
  readonly owner: string
  readonly peer: Peer
}

/** `imagep2p demo`: an index server and three peers on this computer, each step said as it happens. */
export async function runDemo({ messages, terminal, signal }: CommandContext): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'imagep2p-demo-'))
  const running: { stop(): Promise<void> }[] = []
  try {
    terminal.print(messages.demo.intro)
    const server = await startServer(terminal, messages, signal)
    running.push(server)
    terminal.print(messages.demo.drawing)
    const peers: DemoPeer[] = []
    for (const album of albums) {
      const directory = join(folder, album.owner)
      await mkdir(directory)
      await drawAlbum(album, directory, { signal })
      terminal.print(messages.demo.drawn(album.owner, album.pictures.length, directory))
      const peer = await startPeer(album.owner, directory, folder, server.endpoint.port, terminal, messages)
      running.push(peer)
      peers.push({ owner: album.owner, peer })
      await peer.register(signal)
      terminal.print(messages.demo.peerRegistered(album.owner, peer.endpoint.port, peer.imageCount))
    }
    const [first, ...others] = peers
    if (first === undefined) return 1
    await showDownload(first, others, terminal, messages, signal)
    terminal.print(messages.demo.join(server.endpoint.port))
    if (terminal.hasKeyboard) {
      terminal.print(messages.demo.menuFor(first.owner))
      await runMenu(first.peer, terminal, messages, signal)
    } else {
      terminal.print(messages.demo.untilSignal)
      await untilAborted(signal)
    }
  } finally {
    for (const part of running.reverse()) await part.stop()
    await rm(folder, { recursive: true, force: true })
  }
  terminal.print(messages.demo.finished)
  return 0
}

/** On the port of the field where it is free, else on any other. */
async function startServer(
  terminal: Terminal,
  messages: Messages,
  signal: AbortSignal,
): Promise<IndexServer> {
  const observer: ServerObserver = {
    wants: () => false,
    observe: () => {},
    onFault: () => {},
    onJournal: () => {},
    onRefused: () => {},
  }
  const config = {
    ...DEFAULT_SERVER_CONFIG,
    host: LOOPBACK,
    dataFolder: undefined,
    version: programVersion(),
  }
  let server: IndexServer
  try {
    server = await IndexServer.start(config, observer, signal)
  } catch (error) {
    if (!isFailure(error, 'portTaken')) throw error
    server = await IndexServer.start({ ...config, port: 0 }, observer, signal)
    terminal.print(messages.demo.portTaken(config.port, server.endpoint.port))
  }
  terminal.print(messages.demo.serverStarted(formatEndpoint(server.endpoint)))
  return server
}

function startPeer(
  owner: string,
  directory: string,
  folder: string,
  serverPort: number,
  terminal: Terminal,
  messages: Messages,
): Promise<Peer> {
  const server = { host: LOOPBACK, port: serverPort }
  const storePath = join(folder, '.remembered', `${owner}.sqlite`)
  // Three peers talk on one terminal: each line says whose it is.
  const voice = {
    print: (text: string) => terminal.print(messages.demo.says(owner, text)),
    showProgress() {},
    endProgress() {},
  }
  const observer = reportPeer(voice, messages, formatEndpoint({ address: server.host, port: server.port }))
  return Peer.start({ ...DEFAULT_PEER_CONFIG, server, host: LOOPBACK, directory, storePath }, observer)
}

/** One peer lists the network, takes a picture it does not have, and becomes an owner of it. */
async function showDownload(
  { owner, peer }: DemoPeer,
  others: readonly DemoPeer[],
  terminal: Terminal,
  messages: Messages,
  signal: AbortSignal,
): Promise<void> {
  const { demo, counted } = messages
  const page = await peer.page({}, signal)
  terminal.print(demo.listed(owner))
  for (const line of formatPage(page, {}, digest => peer.has(digest), messages)) terminal.print(line)
  const image = page.images.find(({ digest }) => !peer.has(digest))
  if (image === undefined) return
  const from = others.find(other => image.owners.some(({ port }) => port === other.peer.endpoint.port))
  terminal.print(demo.fetching(owner, printable(image.name), from?.owner ?? ''))
  const saved = await peer.transfers.fetch(image, reportDownload(image, terminal, messages), signal)
  terminal.endProgress()
  terminal.print(demo.fetched(printable(saved.fileName), counted.bytes(saved.bytes), saved.digest))
  await peer.update(signal)
  const { ownerCount = 0 } = (await peer.image(image.digest, signal)) ?? {}
  terminal.print(demo.relisted(owner, ownerCount))
}
