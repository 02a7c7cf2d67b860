import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { md5 } from '../support/md5.ts'
import { writePicture } from '../support/pictures.ts'
import { runProgram, startProgram, startServerProcess } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const PICTURES = 60

/** Two peers that share pictures, half of them each, and what all of them are. */
async function startNetwork(t: TestContext) {
  const folder = await temporaryFolder(t)
  const { address } = await startServerProcess(t)
  const pictures = new Map<string, Buffer>()
  for (const peer of [0, 1]) {
    const shared = join(folder, `shared-${peer}`)
    await mkdir(shared)
    for (let seed = peer; seed < PICTURES; seed += 2) {
      const name = `picture-${seed}.png`
      pictures.set(name, await writePicture(shared, name, seed, 'png', 160))
    }
    const sharing = startProgram(t, ['share', address, shared, '--data', join(folder, `data-${peer}`)])
    await sharing.until(/Registered 30 pictures\./)
  }
  return { address, pictures }
}

/** Where one test's downloads go, and where they are kept track of. */
async function ownFolders(t: TestContext) {
  const folder = await temporaryFolder(t)
  return { folder, out: join(folder, 'out'), data: join(folder, 'data') }
}

async function assertHolds(directory: string, pictures: ReadonlyMap<string, Buffer>): Promise<void> {
  assert.deepEqual((await readdir(directory)).sort(), [...pictures.keys()].sort())
  for (const [name, bytes] of pictures) assert.deepEqual(await readFile(join(directory, name)), bytes)
}

function eventsOf(output: string): { event: string; name?: string; wanted?: string; md5?: string }[] {
  return output
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
}

test('pictures of two peers, by commands', async t => {
  const { address, pictures } = await startNetwork(t)

  await t.test(
    'get --all fetches everything, again nothing, and what is asked for again under another name',
    async t => {
      const { out, data } = await ownFolders(t)
      const more = ['--out', out, '--data', data]
      const first = await runProgram(t, ['get', address, '--all', '--json', ...more])
      assert.equal(first.status, 0, first.errors)
      await assertHolds(out, pictures)
      const saved = eventsOf(first.output).filter(({ event }) => event === 'saved')
      assert.deepEqual(saved.map(({ name }) => name).sort(), [...pictures.keys()].sort())
      const second = await runProgram(t, ['get', address, '--all', ...more])
      assert.equal(second.status, 0, second.errors)
      assert.match(second.output, /0 pictures saved \(0 B\), 60 there already, 0 failed\./)
      await assertHolds(out, pictures)
      const again = await runProgram(t, ['get', address, 'picture-7.png', '--again', ...more])
      assert.equal(again.status, 0, again.errors)
      assert.deepEqual(await readFile(join(out, 'picture-7_downloaded.png')), pictures.get('picture-7.png'))
    },
  )

  await t.test('a get that is killed is gone on with, and one of other pictures leaves it alone', async t => {
    const { out, data } = await ownFolders(t)
    const more = ['--out', out, '--data', data]
    const killed = startProgram(t, ['get', address, '--all', '--json', '--at-once', '1', ...more])
    await killed.until(/"event":"saved"/)
    // What the store keeps half a second later is what a restart knows.
    await until(async () =>
      (await readdir(data, { recursive: true })).some(name => name.endsWith('transfers.sqlite-wal')),
    )
    killed.kill('SIGKILL')
    await killed.exited()
    for (const name of await readdir(out)) {
      if (!name.startsWith('.')) assert.deepEqual(await readFile(join(out, name)), pictures.get(name))
    }
    const rest = await runProgram(t, ['get', address, '--all', ...more])
    assert.equal(rest.status, 0, rest.errors)
    for (const name of await readdir(out)) if (name.startsWith('.')) await rm(join(out, name))
    await assertHolds(out, pictures)
  })

  await t.test('a file of digests, a search, and mirror --once', async t => {
    const { folder, out, data } = await ownFolders(t)
    const list = join(folder, 'list.txt')
    const bytes = pictures.get('picture-3.png')
    assert.ok(bytes !== undefined)
    await writeFile(list, `# wanted\n${md5(bytes)}  picture-3.png\n\nnonsense\n`)
    const listed = await runProgram(t, ['get', address, '--from', list, '--out', out, '--data', data])
    assert.equal(listed.status, 1)
    assert.match(listed.errors, /Line 4 is no MD5 sum: “nonsense”/)
    assert.deepEqual(await readdir(out), ['picture-3.png'])
    const other = pictures.get('picture-4.png')
    assert.ok(other !== undefined)
    const piped = await runProgram(
      t,
      ['get', address, '--from', '-', '-o', out, '--data', data],
      `${md5(other)}\n`,
    )
    assert.equal(piped.status, 0, piped.errors)
    await rm(join(out, 'picture-4.png'))
    const searched = await runProgram(t, ['get', address, '--search', 'picture-5', '-o', out, '--data', data])
    assert.equal(searched.status, 0, searched.errors)
    const found = [...pictures.keys()].filter(name => name.startsWith('picture-5'))
    assert.deepEqual((await readdir(out)).sort(), ['picture-3.png', ...found].sort())
    const mirrored = await runProgram(t, ['mirror', address, out, '--once', '--data', data])
    assert.equal(mirrored.status, 0, mirrored.errors)
    await assertHolds(out, pictures)
    const nothing = await runProgram(t, ['get', address, '--out', out, '--data', data])
    assert.equal(nothing.status, 1)
    assert.match(nothing.errors, /No picture is named/)
  })
})
