import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A folder of the test's own, gone after it. */
export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'imagep2p-test-'))
  test.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
