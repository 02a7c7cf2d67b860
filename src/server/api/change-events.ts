import type { CatalogChange } from '../index-state.ts'

/**
 * A change as a server-sent event (WHATWG HTML, section 9.2):
 *
 *     event = "id:" number LF "event:" name LF "data:" json LF LF
 *     name  = "image" / "gone" / "reset"
 *
 * `id` is the number of the change, by which whoever was cut off resumes. JSON has no line break, so it is one line.
 */
export function encodeChange(change: CatalogChange): string {
  return `id:${change.number}\nevent:${change.kind}\ndata:${JSON.stringify(dataOf(change))}\n\n`
}

function dataOf(change: CatalogChange): object {
  switch (change.kind) {
    case 'image':
      return change.image
    case 'gone':
      return { md5: change.digest }
    case 'reset':
      return {}
    default:
      return change satisfies never
  }
}

/** A sign of life: a comment, which readers skip. */
export const HEARTBEAT = ':\n\n'

/**
 * The first thing a watcher is told: how many milliseconds to wait before coming back. They differ, so that the watchers of
 * a server that was restarted do not all return at once.
 */
export function encodeRetry(milliseconds: number): string {
  return `retry:${milliseconds}\n\n`
}
