import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import ExifReader from 'exifreader'
import sharp from 'sharp'
import { DEFAULT_PEER_CONFIG } from '../../src/peer/config.ts'
import { Peer } from '../../src/peer/peer.ts'
import type { Digest } from '../../src/protocol/digest.ts'
import { startIndexServer } from '../support/index-servers.ts'
import { md5 } from '../support/md5.ts'
import { privatePicture, SECRETS, WRITTEN_FORMATS } from '../support/private-pictures.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { cleaned } from './private-metadata/cleaning-under-test.ts'

async function startPeer(t: TestContext, port: number, files: Readonly<Record<string, Buffer>> = {}) {
  const folder = await temporaryFolder(t)
  const directory = join(folder, 'shared')
  await mkdir(directory)
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes)
  const config = {
    ...DEFAULT_PEER_CONFIG,
    ...{ server: { host: '127.0.0.1', port }, directory, storePath: join(folder, 'library.sqlite') },
    settleMs: 50,
    placeholders: false,
  }
  const nothing = () => {}
  const peer = await Peer.start(config, {
    ...{ onReading: nothing, onServed: nothing, onRenewed: nothing, onRetry: nothing, onLimit: nothing },
    ...{ onReachability: nothing, onStoreCondition: nothing, onTrouble: nothing },
  })
  t.after(() => peer.stop())
  return { peer, directory }
}

test('another peer gets pictures without position and serial numbers, whole; their owner keeps them', async t => {
  const server = await startIndexServer(t, { host: '127.0.0.1', port: 0 })
  const originals = await Promise.all(WRITTEN_FORMATS.map(privatePicture))
  const files = Object.fromEntries(
    originals.map((bytes, index) => [`a.${WRITTEN_FORMATS[index] ?? ''}`, bytes]),
  )
  const owner = await startPeer(t, server.endpoint.port, files)
  const asker = await startPeer(t, server.endpoint.port)
  await owner.peer.register(t.signal)
  assert.equal(owner.peer.privacy.cleanedCount, originals.length)
  const take = async (digest: Digest): Promise<Buffer> => {
    const image = await asker.peer.image(digest, t.signal)
    assert.ok(image !== undefined, 'the index lists it')
    const { fileName } = await asker.peer.transfers.fetch(
      image,
      { onBytes: () => {}, onFailedAttempt: () => {} },
      t.signal,
    )
    return readFile(join(asker.directory, fileName))
  }
  for (const [name, original] of Object.entries(files)) {
    const shared = cleaned(original).bytes
    assert.equal(
      await asker.peer.image(md5(original), t.signal),
      undefined,
      'the index does not know the own one',
    )
    const taken = await take(md5(shared))
    assert.ok(taken.equals(shared), name)
    assert.equal(ExifReader.load(taken, { expanded: true }).gps, undefined)
    for (const secret of SECRETS)
      assert.ok(!taken.toString('latin1').includes(secret), `${secret} in ${name}`)
    const [pixels, same] = await Promise.all(
      [original, taken].map(file => sharp(file, { failOn: 'none' }).raw().toBuffer()),
    )
    assert.ok(pixels !== undefined && same?.equals(pixels), 'the pixels are identical')
    assert.ok((await readFile(join(owner.directory, name))).equals(original), 'the own file is untouched')
    assert.ok(owner.peer.has(md5(original)) && owner.peer.has(md5(shared)))
  }

  await owner.peer.setCleaned(false)
  await owner.peer.update(t.signal)
  const [original] = originals
  assert.ok(original !== undefined)
  assert.ok((await take(md5(original))).equals(original), 'switched off, the original is shared')
  assert.equal(owner.peer.privacy.cleanedCount, 0)
  // Whoever took it has it, though what would be shared on is the clean one.
  await until(() => asker.peer.has(md5(original)))
})
