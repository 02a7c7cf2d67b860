import type { Library } from '../../src/peer/library/library.ts'
import type { ShareSources } from '../../src/peer/sharing/share-routes.ts'

/** A library that counts the images that were opened and that nobody closed. */
export function servableLibrary(
  library: Library,
): ShareSources['library'] & { readonly openFiles: () => number } {
  let open = 0
  return {
    openFiles: () => open,
    has: digest => library.has(digest),
    page: (after, limit) => library.page(after, limit),
    open: digest => {
      const opened = library.open(digest)
      if (opened === undefined) return undefined
      open += 1
      const { name, size, modifiedMs, mediaType, sha256 } = opened
      return {
        ...{ name, size, modifiedMs, mediaType, sha256 },
        part: (start, end) => opened.part(start, end),
        read: (into, at) => opened.read(into, at),
        unchanged: () => opened.unchanged(),
        close: () => {
          open -= 1
          opened.close()
        },
      }
    },
  }
}
