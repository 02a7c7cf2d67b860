import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { HashPool } from '../../../src/peer/library/hash-pool.ts'
import { Library } from '../../../src/peer/library/library.ts'
import { LibraryStore } from '../../../src/peer/library/library-store.ts'
import { DEFAULT_DECODER_LIMITS, type DecoderLimits } from '../../../src/peer/previews/decoder-limits.ts'
import { ImageDecoder } from '../../../src/peer/previews/image-decoder.ts'
import { PreviewCache } from '../../../src/peer/previews/preview-cache.ts'
import { Previews } from '../../../src/peer/previews/previews.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

export interface PreviewsUnderTest {
  readonly library: Library
  readonly store: LibraryStore
  readonly decoder: ImageDecoder
  readonly previews: Previews
  /** The shared folder, and the one of the cache. */
  readonly folder: string
  readonly cacheFolder: string
}

/** A folder with these files, shared, and previews of it; all of it gone after the test. */
export async function previewsOf(
  t: TestContext,
  files: Readonly<Record<string, Buffer>>,
  limits: Partial<DecoderLimits> = {},
): Promise<PreviewsUnderTest> {
  const folder = await temporaryFolder(t)
  const cacheFolder = join(await temporaryFolder(t), 'previews')
  const old = new Date(Date.now() - 60_000)
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(join(folder, name), bytes)
    await utimes(join(folder, name), old, old)
  }
  const store = LibraryStore.open(':memory:')
  // Broken pictures are shared only as they are.
  store.setCleaned(false)
  const pool = new HashPool(1)
  const library = new Library({
    ...{ directory: folder, recursive: false, settleMs: 60, rescanMs: 60_000, store, pool },
    onProgress: () => {},
    onChange: () => {},
    onTrouble: () => {},
  })
  const decoder = new ImageDecoder({ ...DEFAULT_DECODER_LIMITS, ...limits })
  const previews = new Previews(library, decoder, new PreviewCache(cacheFolder))
  t.after(async () => {
    await previews.stop()
    await library.stop()
    await pool.close()
    store.close()
  })
  await library.start()
  return { library, store, decoder, previews, folder, cacheFolder }
}
