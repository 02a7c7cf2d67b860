import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** One file of the page. */
export interface WebFile {
  readonly bytes: Buffer
  readonly mediaType: string
  /** Named by its content, so that it never changes under its name. */
  readonly isImmutable: boolean
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * The built page's files by the path each is served under, all read into memory: what is not among them is not there,
 * however a path is written. `folder` is where the build put them; files of other types are left out.
 */
export async function readWebFiles(folder: string): Promise<ReadonlyMap<string, WebFile>> {
  const files = new Map<string, WebFile>()
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const mediaType = MEDIA_TYPES[extname(entry.name)]
    if (!entry.isFile() || mediaType === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const served = path.slice(folder.length).replaceAll('\\', '/').replace(/^\/*/, '/')
    const isImmutable = served.startsWith('/assets/')
    files.set(served === '/index.html' ? '/' : served, {
      bytes: await readFile(path),
      mediaType,
      isImmutable,
    })
  }
  return files
}
