import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The page's sources, where the program runs from source. */
const SOURCES = fileURLToPath(new URL('./web/', import.meta.url))

/** Where the published package has the built page. */
const PUBLISHED = fileURLToPath(new URL('../web/', import.meta.url))

/** Where a checkout keeps the page that it built from its sources, one folder for each state of them. */
const BUILDS = fileURLToPath(new URL('../../node_modules/.cache/imagep2p-gallery/', import.meta.url))

/**
 * The folder of the built page: the published one, or, in a checkout, one that is built from the sources as they are now
 * when it is first asked for (some seconds). `onBuilding` is called before it is built.
 */
export async function webFolder(onBuilding: () => void = () => {}): Promise<string> {
  if (!import.meta.url.endsWith('.ts')) return PUBLISHED
  const built = join(BUILDS, await stateOfSources())
  if (existsSync(join(built, 'index.html'))) return built
  onBuilding()
  await mkdir(BUILDS, { recursive: true })
  const earlier = await readdir(BUILDS)
  const building = await mkdtemp(join(BUILDS, 'building-'))
  await buildWeb(building)
  try {
    await rename(building, built)
  } catch {
    // Another process was faster with the same sources.
    await rm(building, { recursive: true, force: true })
  }
  for (const name of earlier) {
    if (!name.startsWith('building-')) await rm(join(BUILDS, name), { recursive: true, force: true })
  }
  return built
}

/** Builds the page into `folder`. Only in a checkout: the published package has neither sources nor the tools. */
export async function buildWeb(folder: string): Promise<void> {
  const [{ build }, { svelte }] = await Promise.all([import('vite'), import('@sveltejs/vite-plugin-svelte')])
  await build({
    root: SOURCES,
    configFile: false,
    logLevel: 'warn',
    plugins: [svelte()],
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2023',
      // Those that know light-dark(): rewritten for older ones, a part of the page could not be dark in a light one.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      // A file with data: in it would need a laxer policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  })
}

/** What the page takes from elsewhere: a change there is one of the page. */
export const SHARED: readonly string[] = ['../../protocol', '../../peer/likeness', '../../projector']

/** A name for what the sources hold, and what of the tools decides how they are built. */
async function stateOfSources(): Promise<string> {
  const hash = createHash('sha256')
  const paths: string[] = []
  for (const folder of [SOURCES, ...SHARED.map(shared => join(SOURCES, shared))]) {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true })
    paths.push(...entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)))
  }
  const lock = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
  for (const path of [...paths.sort(), lock, fileURLToPath(import.meta.url)]) {
    if (!existsSync(path)) continue
    const content = await readFile(path)
    hash.update(`${relative(SOURCES, path)}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex').slice(0, 16)
}
