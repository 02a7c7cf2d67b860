import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { webFolder } from '../../src/gallery/build-web.ts'
import { NDJSON } from '../../src/protocol/catalog-api.ts'
import { openPage, startChromium } from '../support/chromium.ts'
import { startGallery, startSharingPeer } from '../support/gallery.ts'
import { startIndexServer } from '../support/index-servers.ts'
import { md5 } from '../support/md5.ts'
import { until } from '../support/until.ts'

/** Pictures that an owner tells of and nobody can fetch: the wall is about their places. */
const MANY = 25_000

const digestAt = (index: number) => md5(Buffer.from(`${index}`))

test('a wall of many is gone through by the scrollbar, and one picture is looked at closely', async t => {
  const browser = await startChromium(t)
  if (browser === undefined) return
  const server = await startIndexServer(t, { host: '127.0.0.1' })
  const lines = Array.from({ length: MANY }, (_, index) => {
    // The first one was taken last.
    const details = { width: 300 + (index % 7) * 40, height: 250, taken: 2_000_000_000 - index }
    return JSON.stringify({ md5: digestAt(index), name: `${index}.jpg`, ...details })
  })
  const registered = await fetch(`http://127.0.0.1:${server.endpoint.port}/v1/registrations/1/images`, {
    ...{ method: 'PUT', body: lines.join('\n') },
    headers: { 'content-type': NDJSON, authorization: 'Bearer x' },
  })
  assert.equal(registered.status, 200, await registered.text())
  const large = await sharp({ create: { width: 3000, height: 2000, channels: 3, background: '#264' } })
    .jpeg()
    .withExif({ IFD0: { Make: 'Canon', Model: 'Canon EOS 5D' } })
    .toBuffer()
  const { peer: owner } = await startSharingPeer(t, server, folder =>
    writeFile(join(folder, 'large.jpg'), large),
  )
  const { peer } = await startSharingPeer(t, server)
  const gallery = await startGallery(t, peer, await webFolder())
  const faults: string[] = []
  const page = await openPage(browser, gallery.address, faults, {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await page
    .locator(`.tile[aria-setsize="${MANY + 1}"]`)
    .first()
    .waitFor()

  // By date taken, in the middle, of which nothing was loaded before.
  await page.getByLabel('Order').selectOption('taken')
  // Any other order has another picture there: before this one is, the wall goes back to its top.
  await page.locator('.tile[aria-posinset="1"] .picture[aria-label^="0.jpg"]').waitFor()
  assert.match(page.url(), /sort=taken/)
  const jump = (part: number) =>
    page.locator('.wall').evaluate((wall, to) => {
      wall.scrollTop = (wall.scrollHeight - wall.clientHeight) * to
    }, part)
  await jump(0.5)
  const tile = page.locator('.tile').first()
  const placeOf = async () => Number(await tile.getAttribute('aria-posinset'))
  await until(async () => Math.abs((await placeOf()) - MANY / 2) < 2000)
  const place = await placeOf()
  assert.match(
    (await tile.locator('.picture').getAttribute('aria-label')) ?? '',
    RegExp(`^${place - 1}\\.jpg`),
  )
  await jump(1)
  await page.getByRole('button', { name: 'large.jpg' }).first().waitFor()

  // A picture by its link, closer than its preview: the very file, and what took it.
  await page.goto(`${new URL(gallery.address).origin}/#picture=${md5(large)}`)
  const viewer = page.getByRole('dialog')
  await viewer.getByText('Canon EOS 5D').waitFor()
  assert.equal(await viewer.locator('img.original').count(), 0)
  for (let times = 0; times < 5; times += 1) await page.keyboard.press('+')
  await viewer.locator('img.original:not(.waiting)').waitFor()
  const pixels = await viewer.locator('img.original').evaluate(img => Reflect.get(img, 'naturalWidth'))
  assert.equal(pixels, 3000)

  const { address, port } = server.endpoint
  for (const [button, copied] of [
    ['Copy a link', page.url()],
    ['Copy a command', `imagep2p get ${address}:${port} ${md5(large)}`],
  ] as const) {
    await viewer.getByRole('button', { name: button }).click()
    await viewer.getByRole('button', { name: 'Copied' }).waitFor()
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), copied)
  }

  // The owner's pictures alone, which the address keeps.
  await viewer.getByRole('button', { name: `127.0.0.1:${owner.endpoint.port}` }).click()
  await page.locator('.tile[aria-setsize="1"]').waitFor()
  await page.reload()
  await page.locator('.tile[aria-setsize="1"]').waitFor()
  assert.match(decodeURIComponent(page.url()), new RegExp(`owner=127.0.0.1:${owner.endpoint.port}`))
  // Of the many there are no previews.
  assert.deepEqual(
    faults.filter(fault => !fault.includes('404')),
    [],
  )
})
