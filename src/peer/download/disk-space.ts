import { statfs } from 'node:fs/promises'
import { Failure } from '../../base/failure.ts'

/** Bytes that a download leaves free on the disk, for everything else that runs there. */
export const DISK_RESERVE_BYTES: number = 64 * 1024 ** 2

/** Bytes written between two looks at how much disk is free. */
export const DISK_CHECK_BYTES: number = 64 * 1024 ** 2

/**
 * Rejects with `diskFull` where `bytes` more would leave less than the reserve. A file system that does not tell its size
 * (some in user space and on the network) is written to until it refuses.
 */
export async function checkFreeSpace(directory: string, bytes: number): Promise<void> {
  const status = await statfs(directory).catch(() => undefined)
  if (status === undefined || status.blocks === 0) return
  const freeBytes = status.bavail * status.bsize
  if (freeBytes - bytes < DISK_RESERVE_BYTES) throw new Failure('diskFull', { directory, freeBytes })
}
