import assert from 'node:assert/strict'
import { linkSync } from 'node:fs'
import * as fileSystem from 'node:fs/promises'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ArrivedFile, CommitGroup } from '../../../src/peer/download/commit-group.ts'
import { type DiskSync, systemDiskSync } from '../../../src/peer/download/disk-sync.ts'
import { safeFileName } from '../../../src/peer/file-name.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function parts(
  t: TestContext,
  count: number,
): Promise<{ directory: string; files: readonly ArrivedFile[] }> {
  const directory = await temporaryFolder(t)
  const files: ArrivedFile[] = []
  for (let number = 0; number < count; number += 1) {
    const partPath = join(directory, `.part-${number}`)
    await writeFile(partPath, `content ${number}`)
    const judged = safeFileName(`picture-${number}.png`)
    assert.ok(judged.kind !== 'refused')
    files.push({ partPath, name: judged.name })
  }
  return { directory, files }
}

/** Notes every sync and every name in the order in which they happen. */
function recorder(disk: Partial<DiskSync> = {}): { happened: string[]; group: CommitGroup } {
  const happened: string[] = []
  const noting =
    <Argument extends string>(what: string, action: ((path: Argument) => void) | undefined) =>
    (path: Argument) => {
      happened.push(what)
      action?.(path)
    }
  const group = new CommitGroup(
    {
      fileSystem:
        'fileSystem' in disk ? disk.fileSystem && noting('all', disk.fileSystem) : noting('all', undefined),
      begin: undefined,
      file: noting('file', disk.file),
      directory: noting('names', disk.directory),
    },
    {
      ...fileSystem,
      link: async (from, to) => {
        happened.push('link')
        linkSync(from, to)
      },
    },
  )
  return { happened, group }
}

test('a group is on the disk before any of it has a name, by one sync', async t => {
  const { directory, files } = await parts(t, 5)
  const { happened, group } = recorder()
  const committed = await group.commit(directory, files, true)
  assert.deepEqual(happened, ['all', 'link', 'link', 'link', 'link', 'link', 'names'])
  assert.deepEqual(
    committed,
    files.map(({ name }) => ({ fileName: name })),
  )
})

test('names of a group that others follow are synced with those', async t => {
  const { directory, files } = await parts(t, 1)
  const { happened, group } = recorder()
  await group.commit(directory, files, false)
  assert.deepEqual(happened, ['file', 'link'])
})

for (const [where, disk] of [
  ['fails', { fileSystem: () => assert.fail('EIO') }],
  ['is not to be had', { fileSystem: undefined }],
] as const) {
  test(`where syncing all at once ${where}, only files that cannot be synced go without a name`, async t => {
    const { directory, files } = await parts(t, 6)
    const broken = files[2]?.partPath
    const { happened, group } = recorder({
      ...disk,
      file: path => {
        if (path === broken) throw Object.assign(new Error('broken'), { code: 'EIO' })
      },
    })
    const committed = await group.commit(directory, files, true)
    assert.deepEqual(
      committed,
      files.map(({ partPath, name }) => (partPath === broken ? { reason: 'EIO' } : { fileName: name })),
    )
    assert.ok(happened.lastIndexOf('file') < happened.indexOf('link'))
    const names = await fileSystem.readdir(directory)
    assert.deepEqual(
      names.filter(name => name.startsWith('.part')),
      ['.part-2'],
    )
  })
}

test('the real disk is synced; a file that is gone is its own trouble', async t => {
  const { directory, files } = await parts(t, 3)
  await fileSystem.unlink(files[1]?.partPath ?? '')
  const committed = await new CommitGroup(await systemDiskSync()).commit(directory, files, true)
  assert.deepEqual(committed, [
    { fileName: files[0]?.name },
    { reason: 'ENOENT' },
    { fileName: files[2]?.name },
  ])
})
