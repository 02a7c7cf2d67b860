import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { storePathOf } from '../../src/cli/folders.ts'
import { readQueue } from '../../src/peer/transfers/ask-queue.ts'
import { transferStoreOf } from '../../src/peer/transfers/transfers.ts'
import { md5 } from '../support/md5.ts'
import { writePicture } from '../support/pictures.ts'
import { runProgram, startProgram, startServerProcess } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

/** Pixels a side of a picture of about 1 MB. */
const LARGE = 600

/** An index server, and a peer that shares three large pictures. */
async function startNetwork(t: TestContext) {
  const folder = await temporaryFolder(t)
  const { address } = await startServerProcess(t)
  const shared = join(folder, 'shared')
  await mkdir(shared)
  const pictures = new Map<string, Buffer>()
  for (const seed of [1, 2, 3]) {
    const name = `large-${seed}.png`
    pictures.set(name, await writePicture(shared, name, seed, 'png', LARGE))
  }
  const sharing = startProgram(t, ['share', address, shared, '--data', join(folder, 'data-shared')])
  await sharing.until(/Registered 3 pictures\./)
  return { address, shared, pictures }
}

/** Folders for whoever fetches them, and what is known and wanted there. */
async function newFetcher(t: TestContext) {
  const folder = await temporaryFolder(t)
  const [out, data] = [join(folder, 'out'), join(folder, 'data')]
  await mkdir(out)
  const transfers = (...task: string[]) => runProgram(t, ['transfers', ...task, out, '--data', data])
  const listed = async () => {
    const { output } = await runProgram(t, ['transfers', out, '--json', '--data', data])
    const lines = output
      .trim()
      .split('\n')
      .filter(line => line !== '')
    return statesOf(
      lines
        .map(line => JSON.parse(line) as { wanted: string; state: string })
        .map(({ wanted, state }) => ({ name: wanted, state })),
    )
  }
  // What is looked at again and again is not asked of a new process each time.
  const store = transferStoreOf(storePathOf(data, out))
  const states = () => statesOf(existsSync(store) ? readQueue(store).transfers : [])
  return { out, data, transfers, listed, states }
}

function statesOf(all: readonly { name: string; state: string }[]): ReadonlyMap<string, string> {
  return new Map(all.map(({ name, state }) => [name, state]))
}

async function assertHolds(directory: string, pictures: ReadonlyMap<string, Buffer>): Promise<void> {
  const names = (await readdir(directory)).filter(name => !name.startsWith('.'))
  assert.deepEqual(names.sort(), [...pictures.keys()].sort())
  for (const [name, bytes] of pictures) assert.deepEqual(await readFile(join(directory, name)), bytes)
}

/** A get of everything that takes its time. */
function startSlowGet(t: TestContext, address: string, out: string, data: string) {
  return startProgram(t, ['get', address, '--all', '-o', out, '--download-limit', '20K', '--data', data])
}

test('what a get still wants, and other processes at the same folder', async t => {
  const { address, pictures } = await startNetwork(t)

  await t.test(
    'a running get is paused, cancelled and freed of its limit by another process, and gone on with later',
    async t => {
      const { out, data, transfers, listed: listedStates, states } = await newFetcher(t)
      const slow = ['--at-once', '1', '--download-limit', '100K', '--json', '--data', data]
      const getting = startProgram(t, ['get', address, '--all', '--out', out, ...slow])
      const [, first = ''] = await getting.until(/"event":"started","md5":"([0-9a-f]{32})"/)
      await until(() => states().size === 3)
      assert.equal((await transfers('pause', first)).output.match(/: paused\./)?.length, 1)
      const [, second = ''] = await getting.until(/"event":"started","md5":"([0-9a-f]{32})"/)
      assert.notEqual(second, first)
      assert.match((await transfers('cancel', second.slice(0, 12))).output, /: cancelled\./)
      const wrong = await transfers('pause', 'nonsense')
      assert.equal(wrong.status, 1)
      assert.match(wrong.errors, /“nonsense” is none of these downloads/)
      await until(() => [...states().values()].includes('running'))
      const listed = await transfers()
      assert.match(listed.output, /paused[\s\S]*cancelled|cancelled[\s\S]*paused/)
      // Its size is known once its owner told the details, which follow the registration.
      assert.match(listed.output, /running {2}.*B {2}.*\/s/)
      assert.equal((await transfers('limit', '0')).status, 0)
      const { status } = await getting.exited()
      assert.equal(status, 0, getting.errors)
      assert.match(getting.errors, /1 picture of an earlier get into this folder is still wanted/)
      assert.deepEqual([...(await listedStates()).values()].sort(), ['cancelled', 'done', 'paused'])

      // Nobody works the queue off now: what is wanted is kept for the next one who does.
      assert.match((await transfers('retry', second)).output, /: waiting\./)
      assert.match((await transfers('first', second)).output, /: waiting\./)
      const placeOf = (output: string, digest: string) =>
        output.indexOf([...pictures].find(([, bytes]) => md5(bytes) === digest)?.[0] ?? '?')
      const asMoved = (await transfers()).output
      assert.ok(placeOf(asMoved, second) < placeOf(asMoved, first), asMoved)
      const { output: reordered } = await transfers('before', first.slice(0, 12), second)
      assert.ok(placeOf(reordered, first) < placeOf(reordered, second), reordered)
      assert.equal((await transfers('before', first, 'nonsense')).status, 1)
      const again = await transfers('retry', second)
      assert.equal(again.status, 1)
      assert.match(again.errors, /is waiting: that cannot be done with it/)
      assert.match((await transfers('limit', '300M')).output, /limited to 300 MB\/s/)
      assert.match((await transfers('upload-limit', '400M')).output, /Uploads are limited to 400 MB\/s/)
      assert.match((await transfers('upload-slots', '3')).output, /At most 3 large pictures/)
      const rest = await runProgram(t, ['get', address, '--out', out, '--data', data])
      assert.equal(rest.status, 0, rest.errors)
      await assertHolds(out, pictures)
      assert.match((await transfers()).output, /no imagep2p works them off now\):\n3 done\.\n.*300 MB\/s/)
    },
  )

  await t.test('all of a running get is paused and goes on at a word from another process', async t => {
    const { out, data, transfers } = await newFetcher(t)
    const getting = startSlowGet(t, address, out, data)
    // What a log gets, at steady intervals.
    await getting.until(/0 of 3 pictures, .*\/s/)
    assert.match((await transfers('pause', 'all')).output, /3 waiting\.\nAll are paused\./)
    assert.equal((await transfers('limit', '0')).status, 0)
    assert.match((await transfers()).output, /3 waiting\.\nAll are paused\./)
    assert.equal((await transfers('resume', 'all')).status, 0)
    assert.equal((await getting.exited()).status, 0, getting.errors)
    assert.match(getting.errors, /Paused: [\s\S]*Going on\./)
    await assertHolds(out, pictures)
  })

  await t.test(
    'a get beside a share of the same folder fetches what it was asked for, and the share goes on with the queue',
    async t => {
      const { out, data, listed, states } = await newFetcher(t)
      const killed = startSlowGet(t, address, out, data)
      await until(() => states().size === 3)
      killed.kill('SIGKILL')
      await killed.exited()
      await runProgram(t, ['transfers', 'pause', 'all', out, '--data', data])
      await writePicture(out, 'own.png', 9)
      const sharing = startProgram(t, ['share', address, out, '--data', data])
      await sharing.until(/Registered 1 picture\./)
      const [name = '', bytes] = [...pictures][0] ?? []
      assert.ok(bytes !== undefined)
      const beside = await runProgram(t, ['get', address, md5(bytes), '-o', out, '--data', data])
      assert.equal(beside.status, 0, beside.errors)
      assert.match(beside.errors, /Another imagep2p works off the downloads of this folder/)
      assert.deepEqual(await readFile(join(out, name)), bytes)
      assert.deepEqual([...(await listed()).values()], ['waiting', 'waiting', 'waiting'])
      assert.equal((await runProgram(t, ['transfers', 'resume', 'all', out, '--data', data])).status, 0)
      await until(async () => (await readdir(out)).filter(one => one.startsWith('large')).length === 3)
      await assertHolds(out, new Map([...pictures, ['own.png', await readFile(join(out, 'own.png'))]]))
    },
  )
})

test('mirror fetches what comes while it runs, and leaves alone what a person cancelled', async t => {
  const { address, shared, pictures } = await startNetwork(t)
  const { out, data, transfers, states } = await newFetcher(t)
  const mirroring = startProgram(t, ['mirror', address, out, '--data', data])
  await until(() => mirroring.errors.includes('The folder holds everything.'))
  await assertHolds(out, pictures)
  pictures.set('new.png', await writePicture(shared, 'new.png', 4))
  await mirroring.until(/Saved new\.png/)
  await assertHolds(out, pictures)
  assert.match((await transfers('pause', 'all')).output, /All are paused/)
  await writePicture(shared, 'unwanted.png', 5)
  await until(() => states().has('unwanted.png'))
  const { status, errors } = await transfers('cancel', '5')
  assert.equal(status, 0, errors)
  await transfers('resume', 'all')
  pictures.set('last.png', await writePicture(shared, 'last.png', 6))
  await mirroring.until(/Saved last\.png/)
  await assertHolds(out, pictures)
  mirroring.kill('SIGTERM')
  assert.equal((await mirroring.exited()).status, 0)
})
