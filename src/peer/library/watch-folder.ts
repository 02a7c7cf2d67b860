import { relative, sep } from 'node:path'
import { watch } from 'chokidar'
import { monotonicMs } from '../../base/clock.ts'
import { isHidden } from './scan-folder.ts'

/** Paths that are waited for at most; beyond them the whole folder is looked at once instead. */
const MAX_PENDING_PATHS = 10_000

/** What the watch tells, and how patiently. */
export interface WatchOptions {
  readonly directory: string
  readonly recursive: boolean
  /** Milliseconds without a further event after which a file counts as written to its end. */
  readonly settleMs: number
  /** Milliseconds between two looks at the whole folder, for systems and network drives that tell nothing. */
  readonly rescanMs: number
  /** Paths below the directory that came, changed or went; `'all'` when the whole folder is to be looked at. */
  readonly onChange: (paths: readonly string[] | 'all') => void
}

/** Watches a folder until the returned function is called. Resolves once no change can be missed any more. */
export async function watchFolder(options: WatchOptions): Promise<() => Promise<void>> {
  const { directory, recursive, settleMs, rescanMs, onChange } = options
  /** When each path was last heard of, on the monotonic clock. */
  const pending = new Map<string, number>()
  let overflow = false
  let settling: NodeJS.Timeout | undefined

  const flush = () => {
    settling = undefined
    const settledAtMs = monotonicMs() - settleMs
    const settled = [...pending].filter(([, heardAtMs]) => heardAtMs <= settledAtMs).map(([path]) => path)
    for (const path of settled) pending.delete(path)
    const isOverflow = overflow
    overflow = false
    // Those that are still being written wait for the next turn; each waits for itself, not for the others.
    if (pending.size > 0) settling = setTimeout(flush, settleMs)
    if (isOverflow) onChange('all')
    else if (settled.length > 0) onChange(settled)
  }
  const touched = (absolute: string) => {
    const path = relative(directory, absolute).split(sep).join('/')
    if (path === '' || path.startsWith('../')) return
    if (pending.size < MAX_PENDING_PATHS || pending.has(path)) pending.set(path, monotonicMs())
    else overflow = true
    settling ??= setTimeout(flush, settleMs)
  }
  const watcher = watch(directory, {
    ignoreInitial: true,
    followSymlinks: false,
    ...(recursive ? {} : { depth: 0 }),
    ignored: path => path !== directory && relative(directory, path).split(sep).some(isHidden),
  })
  watcher.on('add', touched).on('change', touched).on('unlink', touched)
  watcher.on('unlinkDir', () => onChange('all'))
  // A folder that cannot be watched (no more watches to be had, for one) is still looked at now and then.
  watcher.on('error', () => {})
  await new Promise<void>(resolve => {
    watcher.once('ready', resolve)
  })
  const rescan = setInterval(() => onChange('all'), rescanMs)
  rescan.unref()
  return async () => {
    clearTimeout(settling)
    clearInterval(rescan)
    await watcher.close()
  }
}
