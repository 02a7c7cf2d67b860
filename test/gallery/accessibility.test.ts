import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { webFolder } from '../../src/gallery/build-web.ts'
import { accessibilityFaults } from '../support/axe.ts'
import { openPage, startChromium } from '../support/chromium.ts'
import { startGallery, startSharingPeer } from '../support/gallery.ts'
import { startIndexServer } from '../support/index-servers.ts'
import { writePicture } from '../support/pictures.ts'
import { until } from '../support/until.ts'

const DESKTOP = { width: 1200, height: 800 }
const PHONE = { width: 390, height: 780 }

/** The gallery of a peer with a picture of its own and one on its way that waits, and the 20 of another. */
async function startGalleryOfTwo(t: TestContext): Promise<string> {
  const server = await startIndexServer(t, { host: '127.0.0.1' })
  await startSharingPeer(t, server, async folder => {
    for (let index = 0; index < 20; index += 1)
      await writePicture(folder, `theirs ${index}.jpg`, index, 'jpeg', 64)
  })
  const { peer } = await startSharingPeer(t, server, folder => writePicture(folder, 'mine.png', 99))
  await until(async () => {
    const { images } = await peer.page({}, t.signal)
    return images.length === 21 && images.every(({ details }) => details.bytes !== undefined)
  })
  const { images } = await peer.page({ sort: 'name', limit: 3 }, t.signal)
  peer.transfers.do({ verb: 'pause', digest: undefined })
  peer.transfers.add(
    images.filter(({ name }) => name !== 'mine.png'),
    false,
  )
  const gallery = await startGallery(t, peer, await webFolder())
  return gallery.address
}

/** What a person can come to see, each reached from the one before. */
const STATES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async wall(page) {
    await page.locator('.tile img.there').nth(3).waitFor()
  },
  async filters(page) {
    await page.locator('button.filters').click()
    await page.locator('.filterbar select').nth(1).selectOption('square')
    await page.locator('.filterbar .text').waitFor()
    await page.locator('.tile img.there').nth(3).waitFor()
  },
  async drawer(page) {
    await page.locator('.drawer .title').click()
    await page.locator('.drawer li').first().waitFor()
  },
  async 'nothing found'(page) {
    await page.getByRole('searchbox').fill('no such picture')
    await page.locator('.empty h2').waitFor()
    await page.getByRole('searchbox').fill('')
    await page.locator('.tile').first().waitFor()
  },
  async selection(page) {
    await page.locator('.picture').first().focus()
    await page.keyboard.press('x')
    await page.locator('.floating .main').waitFor()
  },
  async 'one picture'(page) {
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    await page.locator('.viewer .tools .main, .viewer .tools .done').first().waitFor()
    if (!(await page.locator('.details dl').isVisible())) await page.keyboard.press('i')
    await page.locator('.details dl').waitFor()
  },
}

/** Walks through the states with one look; `faults` are told by the state they were found in. */
async function checkStates(
  browser: Browser,
  address: string,
  look: { locale: string; viewport: { width: number; height: number }; colorScheme: 'dark' | 'light' },
): Promise<readonly string[]> {
  const faults: string[] = []
  const page = await openPage(browser, address, faults, { ...look, reducedMotion: 'reduce' })
  for (const [name, reach] of Object.entries(STATES)) {
    await reach(page)
    faults.push(...(await accessibilityFaults(page)).map(fault => `${name}: ${fault}`))
  }
  const language = await page.evaluate<string>('document.documentElement.lang')
  assert.equal(language.slice(0, 2), look.locale.slice(0, 2))
  await page.context().close()
  return faults
}

test('the gallery and people who see, point or read otherwise', async t => {
  const browser = await startChromium(t)
  if (browser === undefined) return
  const address = await startGalleryOfTwo(t)

  for (const [locale, viewport, colorScheme] of [
    ['en-US', DESKTOP, 'light'],
    ['pt-BR', DESKTOP, 'dark'],
    ['es-ES', PHONE, 'light'],
    ['en-US', PHONE, 'dark'],
  ] as const)
    await t.test(`WCAG 2.2 AA: ${locale}, ${viewport.width} pixels wide, ${colorScheme}`, async () => {
      assert.deepEqual(await checkStates(browser, address, { locale, viewport, colorScheme }), [])
    })
})
