import { setTimeout as delay } from 'node:timers/promises'
import type { CatalogNews } from './catalog-client.ts'
import type { ServerCatalog } from './server-catalog.ts'

/** Milliseconds between two tries to be told again: at first, and at most. */
const RETRY_MS = { first: 1000, most: 30_000 } as const

/**
 * Tells `onChange` of the changes of a catalog until `signal` aborts; never rejects. Where the stream ends it is asked for
 * anew, and `reset` is told once it is there. A server that does not tell is asked again now and then.
 */
export async function watchCatalogChanges(
  catalog: Pick<ServerCatalog, 'changes'>,
  onChange: (change: CatalogNews) => void,
  signal: AbortSignal,
): Promise<void> {
  let waitMs: number = RETRY_MS.first
  for (let tries = 0; !signal.aborted; tries += 1) {
    const changes = await catalog.changes(signal).catch(() => undefined)
    if (changes !== undefined) {
      if (tries > 0) onChange({ kind: 'reset' })
      waitMs = RETRY_MS.first
      for await (const change of changes) onChange(change)
    }
    await delay(waitMs, undefined, { signal }).catch(() => {})
    waitMs = Math.min(2 * waitMs, RETRY_MS.most)
  }
}
