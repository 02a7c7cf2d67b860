/**
 * The URL of a module beside the one whose `import.meta.url` is given, for a worker's entry: `.ts` where the program runs
 * from source, `.js` where it runs built.
 */
export function siblingModule(importerUrl: string, name: string): URL {
  return new URL(`./${name}${importerUrl.endsWith('.ts') ? '.ts' : '.js'}`, importerUrl)
}
