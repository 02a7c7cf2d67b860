/** Folders within folders that are gone into, at most: no person's pictures lie deeper, a loop of links does. */
const MAX_DEPTH = 16

/** The part of a browser's entry that is read (File and Directory Entries API). */
export interface DroppedEntry {
  readonly name: string
  readonly isDirectory: boolean
  /** Of a file. */
  file?(found: (file: File) => void, failed: (fault: unknown) => void): void
  /** Of a folder. */
  createReader?(): {
    readEntries(found: (entries: DroppedEntry[]) => void, failed: (fault: unknown) => void): void
  }
}

/**
 * The files that were dropped, and all that lie in dropped folders, as they are found, some at a time. Hidden ones within
 * folders are passed over, and what cannot be read.
 */
export async function* filesOfDropped(
  entries: readonly DroppedEntry[],
  depth = 0,
): AsyncGenerator<File[], void> {
  const files: File[] = []
  for (const entry of entries) {
    if (depth > 0 && entry.name.startsWith('.')) continue
    if (entry.isDirectory) {
      if (depth < MAX_DEPTH)
        for await (const inside of entriesOf(entry)) yield* filesOfDropped(inside, depth + 1)
    } else {
      const file = await fileOf(entry)
      if (file !== undefined) files.push(file)
    }
  }
  if (files.length > 0) yield files
}

function fileOf(entry: DroppedEntry): Promise<File | undefined> {
  return new Promise(resolve => {
    if (entry.file === undefined) resolve(undefined)
    else entry.file(resolve, () => resolve(undefined))
  })
}

/** A browser tells what lies in a folder some at a time, and nothing at its end. */
async function* entriesOf(folder: DroppedEntry): AsyncGenerator<DroppedEntry[], void> {
  const reader = folder.createReader?.()
  if (reader === undefined) return
  for (;;) {
    const some = await new Promise<DroppedEntry[]>(resolve => reader.readEntries(resolve, () => resolve([])))
    if (some.length === 0) return
    yield some
  }
}
