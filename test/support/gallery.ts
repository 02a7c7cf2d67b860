import { mkdir, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as openRequest } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Gallery } from '../../src/gallery/gallery-server.ts'
import { DEFAULT_PEER_CONFIG } from '../../src/peer/config.ts'
import { Peer } from '../../src/peer/peer.ts'
import type { IndexServer } from '../../src/server/index-server.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A real peer of its own folder, into which `fill` puts what it is to share from its start on; it is registered. */
export async function startSharingPeer(
  t: TestContext,
  server: IndexServer,
  fill: (directory: string) => Promise<unknown> = async () => {},
): Promise<{ peer: Peer; directory: string }> {
  const folder = await temporaryFolder(t)
  const directory = join(folder, 'shared')
  await mkdir(directory)
  await fill(directory)
  const peer = await Peer.start(
    {
      ...DEFAULT_PEER_CONFIG,
      server: { host: '127.0.0.1', port: server.endpoint.port },
      host: '127.0.0.1',
      directory,
      storePath: join(folder, 'library.sqlite'),
      settleMs: 50,
      retryPlan: { attempts: 3, firstDelayMs: 100, growth: 1, maxDelayMs: 100, refusalsBelieved: 3 },
    },
    {
      onReading: () => {},
      onServed: () => {},
      onRenewed: () => {},
      onRetry: () => {},
      onLimit: () => {},
      onReachability: () => {},
      onStoreCondition: () => {},
      onTrouble: () => {},
    },
  )
  t.after(() => peer.stop())
  await peer.register(t.signal)
  return { peer, directory }
}

/** A page that is none, for tests of what serves it. */
export async function emptyPage(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>page</title>')
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'assets', 'script.js'), 'void 0')
  return folder
}

/** Serves the gallery of a peer; faults of its own fail the test. */
export async function startGallery(t: TestContext, peer: Peer, webFolder: string): Promise<Gallery> {
  const folder = await temporaryFolder(t)
  const cacheFolder = join(folder, 'previews')
  const originalsFolder = join(folder, 'originals')
  const faults: Error[] = []
  const gallery = await Gallery.start({
    ...{ peer, port: 0, webFolder, cacheFolder, originalsFolder },
    onFault: fault => faults.push(fault),
  })
  t.after(async () => {
    await gallery.stop()
    if (faults.length > 0) throw new AggregateError(faults, 'faults of the gallery')
  })
  return gallery
}

/** What a gallery answered. */
export interface GalleryAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** One request, exactly as it is written: nothing of it is made right on its way. */
export function askGallery(
  port: number,
  { method = 'GET', path, headers = {}, body }: AskedOfGallery,
): Promise<GalleryAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<GalleryAnswer>()
  const asked = openRequest(
    { host: '127.0.0.1', port, method, path, headers, agent: false },
    async answer => {
      const chunks: Buffer[] = []
      for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk)
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) })
    },
  )
  asked.on('error', reject)
  asked.end(body)
  return promise
}

interface AskedOfGallery {
  readonly method?: string
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
}

/** The cookie that the token of a gallery's address is exchanged for. */
export async function admittedCookie(gallery: Gallery): Promise<string> {
  const token = new URL(gallery.address).hash.slice('#token='.length)
  const { headers } = await askGallery(gallery.port, {
    method: 'POST',
    path: '/api/session',
    headers: { origin: `http://127.0.0.1:${gallery.port}`, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  return (headers['set-cookie']?.[0] ?? '').split(';')[0] ?? ''
}
