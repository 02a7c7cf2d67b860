import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A disk of the test's own. */
export interface TinyDisk {
  readonly directory: string
  /** Has it refuse to be written to, or take it again. */
  remount(how: 'ro' | 'rw'): void
}

/**
 * A disk of so many KiB, gone after the test; `undefined` where this user may not mount one, and the test is skipped, which
 * it says.
 */
export function tinyDisk(t: TestContext, kib: number): TinyDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'imagep2p-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    rmdirSync(directory)
    t.skip('mounting a disk needs Linux and its root')
    return undefined
  }
  t.after(() => {
    execFileSync('umount', ['--lazy', directory])
    rmdirSync(directory)
  })
  return {
    directory,
    remount: how => execFileSync('mount', ['-o', `remount,${how}`, directory], { stdio: 'ignore' }),
  }
}
