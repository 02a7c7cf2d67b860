import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { PictureFormat } from './encoding.ts'

/** A picture that the program draws itself. */
export interface Picture {
  readonly fileName: string
  readonly format: PictureFormat
  /** Pixels. */
  readonly width: number
  /** Pixels. */
  readonly height: number
  /** The day it claims to have been taken, to the second. */
  readonly takenAt: Date
  /** The bytes of its file, the same at every call. Rejects with the reason of `signal` once that is aborted. */
  draw(signal?: AbortSignal): Promise<Buffer>
}

/** What one person shares. */
export interface Album {
  /** The person's first name. */
  readonly owner: string
  readonly pictures: readonly Picture[]
}

/** How an album is drawn. */
export interface DrawAlbumOptions {
  /** Stops the drawing; no unfinished file is left behind. */
  readonly signal?: AbortSignal
  /** Called after each picture, when its file is complete, with the file's path. */
  readonly onPicture?: (picture: Picture, path: string) => void
}

/**
 * Draws the pictures of `album` into `directory`, which is made if need be; files of the same names are replaced. Each
 * file appears under its name only when it is complete, with the day the picture was taken as its time of change. One
 * picture at a time, and other work of the process gets its turn in between. Rejects with the reason of
 * `options.signal` once that is aborted, or with the file system's error.
 */
export async function drawAlbum(
  album: Album,
  directory: string,
  options: DrawAlbumOptions = {},
): Promise<void> {
  const { signal, onPicture } = options
  signal?.throwIfAborted()
  await mkdir(directory, { recursive: true })
  for (const picture of album.pictures) {
    const bytes = await picture.draw(signal)
    signal?.throwIfAborted()
    const path = join(directory, picture.fileName)
    await writeWhole(path, bytes, picture.takenAt)
    onPicture?.(picture, path)
  }
}

/** Writes a file beside its place and moves it there, so that nobody who watches the directory sees half of it. */
async function writeWhole(path: string, bytes: Buffer, changedAt: Date): Promise<void> {
  const unfinished = join(dirname(path), `.${basename(path)}.part`)
  try {
    await writeFile(unfinished, bytes)
    await utimes(unfinished, changedAt, changedAt)
    await rename(unfinished, path)
  } catch (fault) {
    await rm(unfinished, { force: true })
    throw fault
  }
}
