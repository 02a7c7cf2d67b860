import type { Catalog } from '../../catalog/catalog.ts'
import { NO_ROW } from '../../catalog/rows.ts'
import type { Digest } from '../../protocol/digest.ts'
import { DIGEST_WORDS } from '../../protocol/encoded-list.ts'
import type { CatalogChange, Viewpoint } from '../index-state.ts'
import type { ImageView } from './image-view.ts'

/** Milliseconds between two times at which watchers are told: what people see as at once, and one message for many changes. */
const TELL_MS = 100

/** Changes that a watcher is told at a time; who is further behind than the catalog keeps is told to list anew. */
const MAX_TOLD_AT_ONCE = 1000

/** Milliseconds for which changes are kept after the last watcher left: a page that is reloaded goes on where it was. */
const KEEP_MS = 120_000

interface Watcher {
  readonly viewpoint: Viewpoint
  readonly listener: (changes: readonly CatalogChange[]) => void
  /** The number of the last change that it was told or that it does not want to know. */
  told: number
}

/** The changes of the catalog, told to those who watch. Whoever lets them watch bounds how many. */
export class ChangeFeed {
  readonly #catalog: Catalog
  readonly #view: ImageView
  readonly #watchers = new Set<Watcher>()
  #timer: NodeJS.Timeout | undefined
  #forget: NodeJS.Timeout | undefined

  constructor(catalog: Catalog, view: ImageView) {
    this.#catalog = catalog
    this.#view = view
  }

  get count(): number {
    return this.#watchers.size
  }

  /** See `IndexState.watch`. */
  add(
    after: number | undefined,
    viewpoint: Viewpoint,
    listener: (changes: readonly CatalogChange[]) => void,
  ): () => void {
    const { changes } = this.#catalog
    changes.open()
    clearTimeout(this.#forget)
    const watcher: Watcher = { viewpoint, listener, told: after ?? changes.last }
    this.#watchers.add(watcher)
    this.changed()
    return () => {
      this.#watchers.delete(watcher)
      if (this.#watchers.size > 0) return
      this.#forget = setTimeout(() => changes.close(), KEEP_MS)
      this.#forget.unref()
    }
  }

  /** To be called when something may have changed. */
  changed(): void {
    if (this.#watchers.size === 0 || this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#tell(), TELL_MS)
    this.#timer.unref()
  }

  /** Tells nobody any more. */
  stop(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#forget)
    this.#watchers.clear()
  }

  #tell(): void {
    this.#timer = undefined
    /** What those are told who stand at the same number and see the same: worked out once. */
    const told = new Map<string, readonly CatalogChange[]>()
    let isAnyBehind = false
    for (const watcher of this.#watchers) {
      const { told: after, viewpoint } = watcher
      if (after === this.#catalog.changes.last) continue
      const key = `${after} ${viewpoint.loopbackAs?.join('.')}`
      const changes = told.get(key) ?? this.#changesAfter(after, viewpoint)
      told.set(key, changes)
      watcher.told = changes.at(-1)?.number ?? after
      if (watcher.told < this.#catalog.changes.last) isAnyBehind = true
      watcher.listener(changes)
    }
    if (isAnyBehind) this.changed()
  }

  #changesAfter(after: number, viewpoint: Viewpoint): readonly CatalogChange[] {
    const { changes } = this.#catalog
    if (!changes.hasAllAfter(after)) return [{ number: changes.last, kind: 'reset' }]
    /** The last change of each image: what came before it is of no use any more. */
    const last = new Map<string, CatalogChange>()
    const end = Math.min(changes.last, after + MAX_TOLD_AT_ONCE)
    for (let number = after + 1; number <= end; number += 1) {
      const change = changes.at(number)
      if (change === undefined) break
      const digest = digestOf(change.words, change.start)
      const image =
        change.kind === 'gone' ? NO_ROW : this.#catalog.images.findDigest(change.words, change.start)
      // One that is gone by now has a later change that says so.
      const told: CatalogChange =
        image === NO_ROW
          ? { number, kind: 'gone', digest }
          : { number, kind: 'image', image: this.#view.of(image, viewpoint) }
      last.delete(digest)
      last.set(digest, told)
    }
    return [...last.values()]
  }
}

function digestOf(words: Uint32Array, start: number): Digest {
  let text = ''
  for (let word = 0; word < DIGEST_WORDS; word += 1) {
    text += (words[start + word] ?? 0).toString(16).padStart(8, '0')
  }
  return text as Digest
}
