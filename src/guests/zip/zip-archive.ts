import { crc32 } from 'node:zlib'
import type { OpenedImage } from '../../peer/library/opened-image.ts'
import { imageBytes } from '../image-bytes.ts'
import { uniqueNames } from './unique-names.ts'
import {
  directoryBytes,
  directoryHeader,
  endBytes,
  endRecords,
  localHeader,
  type PlacedEntry,
  placeBytes,
} from './zip-records.ts'

/** A picture that goes into the archive. */
export interface ZippedPicture {
  readonly name: string
  /** Bytes of the file as it was last known. */
  readonly bytes: number
  /** Opens it, for the archive to close; `undefined` where it is gone. */
  readonly open: () => OpenedImage | undefined
}

/** An archive that is made while it is sent: its size is known before, and it takes no room on the disk. */
export interface ZipArchive {
  readonly bytes: number
  /** Throws where a picture is gone or another one by now: the archive is then cut off, never wrong. */
  readonly content: () => AsyncGenerator<Buffer, void>
}

/**
 * An archive of `pictures`, stored without compression, which pictures would not feel. Each file is read twice, the first
 * time for its sum alone: the second time it comes from memory, as a rule.
 */
export function zipArchive(pictures: readonly ZippedPicture[]): ZipArchive {
  const names = uniqueNames(pictures.map(({ name }) => name))
  const named = pictures.map((picture, index) => ({ ...picture, name: names[index] ?? '' }))
  let directoryAt = 0
  let directorySize = 0
  for (const picture of named) {
    directorySize += directoryBytes(picture, directoryAt)
    directoryAt += placeBytes(picture)
  }
  const size = directoryAt + directorySize + endBytes(named.length, directorySize, directoryAt)
  return { bytes: size, content: () => contentOf(named) }
}

async function* contentOf(pictures: readonly ZippedPicture[]): AsyncGenerator<Buffer, void> {
  const placed: PlacedEntry[] = []
  let offset = 0
  for (const { name, bytes, open } of pictures) {
    const opened = open()
    if (opened === undefined || opened.size !== bytes) {
      opened?.close()
      throw new Error(`${name} is no longer there`)
    }
    try {
      let crc = 0
      for await (const chunk of imageBytes(opened)) crc = crc32(chunk, crc)
      const entry = { name, bytes, crc, modifiedMs: opened.modifiedMs }
      yield localHeader(entry)
      yield* imageBytes(opened)
      placed.push({ entry, offset })
      offset += placeBytes(entry)
    } finally {
      opened.close()
    }
  }
  let directorySize = 0
  for (const each of placed) {
    const header = directoryHeader(each)
    directorySize += header.length
    yield header
  }
  yield endRecords(placed.length, directorySize, offset)
}
