import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { OwnerPreviews } from '../../../src/gallery/thumbnails/owner-previews.ts'
import type { CatalogImage } from '../../../src/peer/catalog-image.ts'
import { PreviewCache } from '../../../src/peer/previews/preview-cache.ts'
import { parseDigest } from '../../../src/protocol/digest.ts'
import type { Endpoint } from '../../../src/protocol/endpoint.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** An owner that answers as it is told, and what it was asked for. */
async function startOwner(
  t: TestContext,
  answer: (path: string, response: ServerResponse) => void,
): Promise<Endpoint & { asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request.url ?? '', response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has a port')
  return { address: '127.0.0.1', port: bound.port, asked }
}

async function startPreviews(t: TestContext, image: Partial<CatalogImage> & { owners: readonly Endpoint[] }) {
  const digest = image.digest ?? parseDigest('ab'.repeat(16))
  assert.ok(digest !== undefined)
  const found: CatalogImage = {
    ...{ name: 'x', ownerCount: image.owners.length, details: {}, disputed: false },
    ...image,
    digest,
  }
  const folder = join(await temporaryFolder(t), 'cache')
  const open = () => new OwnerPreviews({ cache: new PreviewCache(folder), find: async () => found })
  const previews = open()
  t.after(() => previews.stop())
  return { ask: (of = previews) => of.preview(digest, 300, t.signal), open }
}

test('a preview comes from an owner once, and from the disk from then on', async t => {
  const webp = await picture(1, 'webp')
  const owner = await startOwner(t, (_path, response) => response.end(webp))
  const { ask, open } = await startPreviews(t, { owners: [owner] })
  for (const shown of await Promise.all([ask(), ask(), ask()])) {
    assert.deepEqual(shown, { bytes: webp, mediaType: 'image/webp' })
  }
  const later = open()
  t.after(() => later.stop())
  assert.deepEqual((await ask(later))?.bytes, webp)
  assert.deepEqual(owner.asked, [`/images/${'ab'.repeat(16)}/preview?size=320`])
})

test('an owner that gives something else is passed over: SVG, HTML, too much, refusals, nothing', async t => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
  const webp = await picture(2, 'webp')
  const bad: readonly ((response: ServerResponse) => void)[] = [
    response => response.setHeader('content-type', 'image/png').end(svg),
    response => response.end(Buffer.concat([Buffer.from('RIFF\x04\0\0\0WEBP'), Buffer.alloc(3_000_000)])),
    response => response.writeHead(404, { 'content-type': 'image/webp' }).end(webp),
  ]
  const owners = await Promise.all(bad.map(answer => startOwner(t, (_path, response) => answer(response))))
  const good = await startOwner(t, (_path, response) => response.end(webp))
  const { ask } = await startPreviews(t, { owners: [...owners, good] })
  assert.deepEqual((await ask())?.bytes, webp)
  const silent = await startOwner(t, (_path, response) => response.destroy())
  const { ask: askNobody } = await startPreviews(t, { owners: [silent, ...owners] })
  assert.equal(await askNobody(), undefined)
  const askedBefore = silent.asked.length
  assert.equal(await askNobody(), undefined)
  assert.equal(silent.asked.length, askedBefore, 'nobody is asked again at once')
})

test('where no owner makes previews, a small image itself is shown, if it is the one', async t => {
  const png = await picture(3)
  const digest = parseDigest(md5(png))
  assert.ok(digest !== undefined)
  const answer = (bytes: Buffer) => (path: string, response: ServerResponse) => {
    if (path === `/images/${digest}`) response.end(bytes)
    else response.destroy()
  }
  const other = await startOwner(t, answer(await picture(4)))
  const owner = await startOwner(t, answer(png))
  const details = { bytes: png.length, format: 'png' }
  const { ask } = await startPreviews(t, { digest, owners: [other, owner], details })
  assert.deepEqual(await ask(), { bytes: png, mediaType: 'image/png' })
  const large = await startPreviews(t, { digest, owners: [owner], details: { bytes: 9e6, format: 'png' } })
  assert.equal(await large.ask(), undefined)
  const drawn = await startPreviews(t, { digest, owners: [owner], details: { bytes: 9, format: 'svg' } })
  assert.equal(await drawn.ask(), undefined)
})
