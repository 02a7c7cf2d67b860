import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { GroupCommit } from '../../../src/peer/download/group-commit.ts'
import { type SafeFileName, safeFileName } from '../../../src/peer/file-name.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function part(directory: string, name: string): Promise<{ partPath: string; name: SafeFileName }> {
  const partPath = join(directory, `.${name}.part`)
  await writeFile(partPath, name)
  const judged = safeFileName(name)
  assert.ok(judged.kind !== 'refused')
  return { partPath, name: judged.name }
}

function committer(t: TestContext, isMoreComing: () => boolean): GroupCommit {
  const commit = new GroupCommit(isMoreComing)
  t.after(() => commit.close())
  return commit
}

test('files of several folders are committed, each in its own, and no two get one name', async t => {
  const [one, other] = [await temporaryFolder(t), await temporaryFolder(t)]
  const commit = committer(t, () => true)
  const names = await Promise.all([
    commit.commit({ ...(await part(one, 'a.png')), directory: one, bytes: 1 }),
    commit.commit({ ...(await part(other, 'a.png')), directory: other, bytes: 1 }),
    commit.commit({ ...(await part(one, 'A.png')), directory: one, bytes: 1 }),
  ])
  assert.equal(names[0], 'a.png')
  assert.equal(names[1], 'a.png')
  assert.deepEqual((await readdir(one)).sort(), [names[0], names[2]].sort())
  assert.notEqual(names[2]?.toLowerCase(), 'a.png')
})

test('a file that is gone fails by itself, and others of its group have their names', async t => {
  const directory = await temporaryFolder(t)
  const commit = committer(t, () => false)
  const there = await part(directory, 'there.png')
  const gone = { ...there, partPath: join(directory, 'nowhere') }
  const outcomes = await Promise.allSettled(
    [gone, there].map(file => commit.commit({ ...file, directory, bytes: 1 })),
  )
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  )
  assert.match(String(outcomes[0]?.status === 'rejected' && outcomes[0].reason), /ENOENT/)
})

test('when the thread ends, what it was committing fails, and the next one is committed by another', async t => {
  const directory = await temporaryFolder(t)
  const commit = committer(t, () => false)
  const lost = commit.commit({ ...(await part(directory, 'lost.png')), directory, bytes: 1 })
  const failed = assert.rejects(lost)
  await commit.close()
  await failed
  const next = await part(directory, 'next.png')
  assert.equal(await commit.commit({ ...next, directory, bytes: 1 }), 'next.png')
})
