import { closeSync, linkSync, lstatSync, openSync, renameSync, unlinkSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { systemReason } from '../../base/failure.ts'
import type { SafeFileName } from '../file-name.ts'
import { type FileCalls, FilePlacer } from '../place-file.ts'
import type { DiskSync } from './disk-sync.ts'

/** A verified part and the name it is to have. */
export interface ArrivedFile {
  readonly partPath: string
  readonly name: SafeFileName
}

/** What became of it. */
export type CommittedFile = { readonly fileName: string } | { readonly reason: string }

/** Files for which syncing the whole file system, with what others wrote to it, takes less than each by itself. */
const WHOLE_FROM_FILES = 4

/** In a thread that does nothing else, the calls that wait are the ones that cost least. */
const blockingCalls: FileCalls = {
  link: async (existing, path) => linkSync(existing, path),
  unlink: async path => unlinkSync(path),
  rename: async (from, to) => renameSync(from, to),
  lstat: async path => lstatSync(path),
  open: async (path, flags) => {
    const fd = openSync(path, flags)
    return { close: async () => closeSync(fd) }
  },
  opendir,
}

/** Brings groups of files to the disk and then, never before, gives them their names. */
export class CommitGroup {
  readonly #disk: DiskSync
  readonly #placer: FilePlacer

  constructor(disk: DiskSync, calls: FileCalls = blockingCalls) {
    this.#disk = disk
    this.#placer = new FilePlacer(calls)
  }

  /** A file has much already: the disk begins with it. */
  begin(path: string): void {
    try {
      this.#disk.begin?.(path)
    } catch {}
  }

  /**
   * Commits files of one directory; what goes wrong with one is no other's matter. `isLast`: the names are synced too;
   * those of other groups are with the next group.
   */
  async commit(directory: string, files: readonly ArrivedFile[], isLast: boolean): Promise<CommittedFile[]> {
    const troubles = this.#sync(directory, files)
    const committed: CommittedFile[] = []
    for (const [index, { partPath, name }] of files.entries()) {
      const trouble = troubles[index]
      committed.push(
        trouble === undefined ? await this.#place(directory, partPath, name) : { reason: trouble },
      )
    }
    if (isLast) this.#syncNames(directory)
    return committed
  }

  /** For each file why it is not on the disk, or `undefined` when it is. */
  #sync(directory: string, files: readonly ArrivedFile[]): (string | undefined)[] {
    if (files.length >= WHOLE_FROM_FILES) {
      try {
        if (this.#disk.fileSystem !== undefined) {
          this.#disk.fileSystem(directory)
          return []
        }
      } catch {
        // Which of them it was is found file by file; it may also have been somebody else's.
      }
    }
    return files.map(({ partPath }) => {
      try {
        this.#disk.file(partPath)
        return undefined
      } catch (error) {
        return systemReason(error)
      }
    })
  }

  async #place(directory: string, partPath: string, name: SafeFileName): Promise<CommittedFile> {
    try {
      return { fileName: await this.#placer.place({ temporaryPath: partPath, directory, name }) }
    } catch (error) {
      return { reason: systemReason(error) }
    }
  }

  /** A name that a power cut takes away is fetched again: where a directory cannot be synced, that is how it is. */
  #syncNames(directory: string): void {
    try {
      this.#disk.directory(directory)
    } catch {}
  }
}
