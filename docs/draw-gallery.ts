/**
 * Draws the gallery as `docs/gallery-*.png`, the README's pictures: an index server and three peers with the albums of the
 * demonstration, whose gallery is opened in the system's Chromium.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import sharp from 'sharp'
import { launchChromium, NO_CHROMIUM } from '../bench/system/chromium.ts'
import { drawAlbum } from '../src/demo/album.ts'
import { albums } from '../src/demo/pictures.ts'
import { webFolder } from '../src/gallery/build-web.ts'
import { Gallery } from '../src/gallery/gallery-server.ts'
import { DEFAULT_PEER_CONFIG } from '../src/peer/config.ts'
import { Peer, type PeerObserver } from '../src/peer/peer.ts'
import { DEFAULT_SERVER_CONFIG } from '../src/server/config.ts'
import { IndexServer } from '../src/server/index-server.ts'

const HOST = '127.0.0.1'
/** Where the first peer listens, and each after it one further: the picture shows them, and is to be the same each time. */
const FIRST_PORT = 47_011
/** Bytes of a picture, at most. */
const MOST_BYTES = 300_000

const DESKTOP = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 780 }

interface Shot {
  readonly name: string
  readonly look: BrowserContextOptions
  /** Does what a person does before the picture is made. */
  readonly before?: (page: Page) => Promise<void>
}

const SHOTS: readonly Shot[] = [
  { name: 'desktop', look: { viewport: DESKTOP, colorScheme: 'light' } },
  { name: 'light', look: { viewport: DESKTOP, colorScheme: 'light' }, before: filterAndSelect },
  { name: 'dark', look: { viewport: DESKTOP, colorScheme: 'dark' } },
  {
    name: 'phone',
    look: { viewport: PHONE, colorScheme: 'light', deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  },
  { name: 'one-picture', look: { viewport: DESKTOP, colorScheme: 'dark' }, before: openOne },
  { name: 'live-wall', look: { viewport: DESKTOP, colorScheme: 'dark' }, before: openLiveWall },
]

const silentPeer: PeerObserver = {
  onReading: () => {},
  onServed: () => {},
  onRenewed: () => {},
  onRetry: () => {},
  onLimit: () => {},
  onReachability: () => {},
  onStoreCondition: () => {},
  onTrouble: () => {},
}

const folder = await mkdtemp(join(tmpdir(), 'imagep2p-pictures-'))
const running: { stop(): Promise<void> }[] = []
try {
  const gallery = await startGallery()
  const browser = await launchChromium(['--font-render-hinting=none'])
  if (browser === undefined) throw new Error(NO_CHROMIUM)
  running.push({ stop: () => browser.close() })
  for (const shot of SHOTS) await draw(browser, gallery.address, shot)
} finally {
  for (const part of running.reverse()) await part.stop()
  await rm(folder, { recursive: true, force: true })
}

async function startGallery(): Promise<Gallery> {
  const observer = {
    wants: () => false,
    observe: () => {},
    onFault: () => {},
    onJournal: () => {},
    onRefused: () => {},
  }
  const server = await IndexServer.start(
    { ...DEFAULT_SERVER_CONFIG, host: HOST, port: 0, dataFolder: undefined, version: 'docs' },
    observer,
    new AbortController().signal,
  )
  running.push(server)
  const peers: Peer[] = []
  for (const [index, album] of albums.entries()) {
    const directory = join(folder, album.owner)
    await mkdir(directory)
    await drawAlbum(album, directory)
    const peer = await Peer.start(
      {
        ...DEFAULT_PEER_CONFIG,
        ...{ server: { host: HOST, port: server.endpoint.port }, host: HOST, port: FIRST_PORT + index },
        ...{ directory, storePath: join(folder, `${album.owner}.sqlite`) },
      },
      silentPeer,
    )
    running.push(peer)
    await peer.register(new AbortController().signal)
    peers.push(peer)
  }
  const [peer] = peers
  if (peer === undefined) throw new TypeError('the demonstration has albums')
  const gallery = await Gallery.start({
    ...{ peer, port: 0, webFolder: await webFolder(), cacheFolder: join(folder, 'previews') },
    originalsFolder: join(folder, 'originals'),
    onFault: fault => {
      throw fault
    },
  })
  running.push(gallery)
  return gallery
}

async function draw(browser: Browser, address: string, { name, look, before }: Shot): Promise<void> {
  const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', ...look })
  const page = await context.newPage()
  await page.goto(address)
  await whole(page)
  await before?.(page)
  await page.mouse.move(0, 0)
  const bytes = await page.screenshot({ animations: 'disabled' })
  await context.close()
  await writeFile(fileURLToPath(new URL(`gallery-${name}.png`, import.meta.url)), await small(bytes))
}

/** Waits until each tile in view shows its picture. */
async function whole(page: Page): Promise<void> {
  await page.locator('.tile img.there').first().waitFor()
  await page.locator('.tile:not(:has(img.there))').first().waitFor({ state: 'detached' })
}

async function openLiveWall(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Live wall' }).click()
  await page.locator('.projector li').nth(4).waitFor()
  await page.evaluate(
    "Promise.all([...document.querySelectorAll('.projector img')].map(image => image.decode()))",
  )
}

async function filterAndSelect(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Filters' }).click()
  await page.getByLabel('Shape').selectOption('landscape')
  await page.locator('.filterbar .text').waitFor()
  await whole(page)
  for (const index of [1, 2]) await page.locator('.check').nth(index).click()
}

async function openOne(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^serra ao entardecer/ }).click()
  await page.locator('.details dl').waitFor()
  await page.locator('.frame img:not(.small):not(.waiting)').waitFor()
}

/** The same with 256 colours, mixed out of dots as well as the bound leaves room for. */
async function small(bytes: Buffer): Promise<Buffer> {
  for (const dither of [1, 0.5, 0.25, 0]) {
    const smaller = await sharp(bytes)
      .png({ palette: true, dither, effort: 7, compressionLevel: 9 })
      .toBuffer()
    if (smaller.length <= MOST_BYTES) return smaller
  }
  throw new Error(`more than ${MOST_BYTES} bytes in 256 plain colours`)
}
