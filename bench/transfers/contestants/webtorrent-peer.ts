/**
 * Seeds a torrent until it is killed, or downloads it and ends:
 *
 *     webtorrent-peer.ts seed|get TORRENT FOLDER PORT WEBTORRENT
 *
 * WEBTORRENT is the URL of the library's module. It speaks TCP only, to whom the tracker names.
 */
import { once } from 'node:events'
import { registerHooks } from 'node:module'
import { argv } from 'node:process'

/** What is used of the library (webtorrent/docs/api.md). */
interface Client extends NodeJS.EventEmitter {
  add(torrent: string, options: { readonly path: string }): NodeJS.EventEmitter
  destroy(done: () => void): void
}
interface Library {
  readonly default: new (options: Readonly<Record<string, unknown>>) => Client
}

/** In the place of WebRTC, whose native part an install without scripts does not have: nothing here would use it. */
const NO_WEBRTC = `data:text/javascript,${encodeURIComponent(
  'export class RTCPeerConnection {} export class RTCSessionDescription {} export class RTCIceCandidate {}',
)}`
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'webrtc-polyfill' ? { url: NO_WEBRTC, shortCircuit: true } : next(specifier, context),
})

const [mode, torrent = '', folder = '', port, library = ''] = argv.slice(2)
const { default: WebTorrent } = (await import(library)) as Library
const alone = { dht: false, lsd: false, utPex: false, natUpnp: false, natPmp: false, utp: false }
const client = new WebTorrent({ ...alone, secure: 0, torrentPort: Number(port), tracker: { wrtc: false } })
client.on('error', (fault: Error) => {
  process.stderr.write(`Error: ${fault.message}\n`)
  process.exit(1)
})
const added = client.add(torrent, { path: folder })
if (mode === 'get') {
  await once(added, 'done')
  client.destroy(() => process.exit(0))
}
