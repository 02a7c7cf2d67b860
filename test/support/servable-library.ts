import { closeSync, fstatSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import { ImageFormat } from '../../src/peer/image-format.ts'
import type { Library } from '../../src/peer/library/library.ts'
import type { LibraryStore } from '../../src/peer/library/library-store.ts'
import type { ShareSources } from '../../src/peer/sharing/share-routes.ts'

/** A library that opens images as the share port sends them, and counts those that nobody closed. */
export function servableLibrary(
  library: Library,
  store: LibraryStore,
): ShareSources['library'] & { readonly openFiles: () => number } {
  const open = new Set<number>()
  const formats = new Map<string, ImageFormat>(Object.values(ImageFormat).map(format => [format.id, format]))
  return {
    openFiles: () => open.size,
    has: digest => library.has(digest),
    page: (after, limit) => library.page(after, limit),
    open: digest => {
      const [copy] = library.copies(digest)
      if (copy === undefined) return undefined
      const name = basename(copy.path)
      const sha256 = store.detailsOf([name]).get(name)?.details.sha256
      const fd = openSync(copy.path, 'r')
      open.add(fd)
      return {
        ...{ fd, name, size: fstatSync(fd).size, modifiedMs: fstatSync(fd).mtimeMs },
        mediaType: formats.get(copy.formatId)?.mediaType ?? 'application/octet-stream',
        ...(sha256 === undefined ? {} : { sha256 }),
        unchanged: () => true,
        close: () => {
          open.delete(fd)
          closeSync(fd)
        },
      }
    },
  }
}
