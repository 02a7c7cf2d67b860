import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openPage, startChromium } from '../support/chromium.ts'
import { md5 } from '../support/md5.ts'
import { picture } from '../support/pictures.ts'
import { startProgram, startServerProcess } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

/** An index server, the owners that `share` starts, and the gallery of a peer without a picture, each a process of its own. */
async function startNetwork(t: TestContext) {
  const { address } = await startServerProcess(t)
  const folder = await temporaryFolder(t)
  const data = ['--data', join(folder, 'data')]
  const share = async (name: string, pictures: ReadonlyMap<string, Buffer>) => {
    const directory = join(folder, name)
    await mkdir(directory)
    for (const [file, bytes] of pictures) await writeFile(join(directory, file), bytes)
    const program = startProgram(t, ['share', address, directory, ...data])
    await program.until(/Registered \d+ pictures/)
    return program
  }
  const mine = join(folder, 'mine')
  await mkdir(mine)
  const open = async () => {
    const program = startProgram(t, ['open', mine, address, '--no-browser', ...data])
    const [gallery] = await program.until(/http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/)
    return { program, gallery }
  }
  return { mine, open, share }
}

async function pictures(count: number, edge: number, seed: number): Promise<Map<string, Buffer>> {
  const made = new Map<string, Buffer>()
  for (let index = 0; index < count; index += 1)
    made.set(`${String(index).padStart(3, '0')}.png`, await picture(seed + index, 'png', edge))
  return made
}

/** What is in a folder, without what is still arriving. */
async function digestsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.png'))
  return (await Promise.all(names.map(async name => md5(await readFile(join(folder, name)))))).sort()
}

function sortedDigests(files: ReadonlyMap<string, Buffer>): string[] {
  return [...files.values()].map(md5).sort()
}

async function openSorted(browser: Browser, gallery: string, count: number, faults: string[]): Promise<Page> {
  const page = await openPage(browser, gallery, faults)
  await page.locator(`.tile[aria-setsize="${count}"]`).first().waitFor()
  await page.getByLabel('Order').selectOption('name')
  // Any other order has another picture there: before this one is, nothing is where it will be.
  await page.locator('.tile[aria-posinset="1"] .picture[aria-label^="000.png"]').waitFor()
  await page.locator('.tile img.there').first().waitFor()
  return page
}

test('taking pictures by the page', async t => {
  const browser = await startChromium(t)
  if (browser === undefined) return

  await t.test('a selection of 50 arrives byte for byte, and the rest by taking all', async t => {
    const { mine, open, share } = await startNetwork(t)
    const all = await pictures(60, 24, 7000)
    await share('ana', all)
    const { gallery } = await open()
    const faults: string[] = []
    const page = await openSorted(browser, gallery, 60, faults)
    await page.locator('.tile[aria-posinset="1"]').hover()
    await page.locator('.tile[aria-posinset="1"] .check').click()
    const last = page.locator('.picture[data-index="49"]')
    await until(async () => {
      if ((await last.count()) > 0) return true
      await page.mouse.wheel(0, 300)
      return false
    })
    await last.click({ modifiers: ['Shift'] })
    await page.getByRole('button', { name: 'Take 50' }).click()
    await page.getByText('50 of 50 pictures taken').waitFor()
    const first50 = new Map([...all].slice(0, 50))
    assert.deepEqual(await digestsIn(mine), sortedDigests(first50))

    // All that a search shows: one of it is there already, and it is said how much the others are.
    await page.getByRole('searchbox').fill('05')
    await page.locator('.tile[aria-setsize="11"]').first().waitFor()
    const takeAll = page.getByRole('button', { name: 'Take all' })
    // Before very many, it is asked first.
    const many = { count: 12_345, bytes: 45e9, unknown: 3, isWhole: false }
    await page.route('**/api/takings/matching?*', route => route.fulfill({ json: many }))
    await takeAll.click()
    const asking = page.getByRole('dialog', { name: 'Take 12,345 pictures?' })
    await asking.getByText('Together 45 GB, and 3 of unknown size.').waitFor()
    await asking.getByText(/more than are taken at once/).waitFor()
    await asking.getByRole('button', { name: 'Cancel' }).click()
    await asking.waitFor({ state: 'hidden' })
    assert.equal((await digestsIn(mine)).length, 50)
    await page.unroute('**/api/takings/matching?*')
    await takeAll.click()
    await page.getByText(/^10 pictures \([\d.]+ kB\) on the way\.$/).waitFor()
    await until(async () => (await digestsIn(mine)).length === 60)
    assert.deepEqual(await digestsIn(mine), sortedDigests(all))
    await takeAll.click()
    await page.getByText('Everything shown is in your folder or on its way.').waitFor()
    assert.deepEqual(faults, [])
  })

  await t.test(
    'the order, limits and the queue outlast the page and the program; an owner killed meanwhile',
    async t => {
      const { mine, open, share } = await startNetwork(t)
      const all = await pictures(12, 500, 8000)
      const ana = await share('ana', all)
      await share('bruno', all)
      const { program, gallery } = await open()
      const faults: string[] = []
      const page = await openSorted(browser, gallery, 12, faults)
      const drawer = page.getByRole('region', { name: 'Transfers' })
      const names = () => drawer.locator('li .name').allInnerTexts()

      // Limits, and the whole queue, by the drawer; it is open again after a reload.
      await page.getByRole('button', { name: 'Transfers' }).click()
      await drawer.getByRole('button', { name: 'Limits' }).click()
      await drawer.getByLabel('Downloads, kB/s').fill('600')
      await drawer.getByLabel('Large uploads at once').fill('4')
      await page.getByRole('button', { name: 'Take all' }).click()
      await drawer.getByRole('button', { name: 'Pause everything' }).click()
      await drawer.getByRole('button', { name: 'Go on' }).waitFor()
      await until(async () => (await names()).length >= 10)
      await drawer
        .locator('li')
        .filter({ hasText: '011.png' })
        .getByRole('button', { name: 'to the front' })
        .click()
      await until(async () => (await names())[0] === '011.png')

      // By keyboard: the first one goes behind the second. By the pointer: the last one before all.
      await drawer.getByRole('button', { name: 'Move 011.png:' }).press('ArrowDown')
      await until(async () => (await names()).indexOf('011.png') === 1)
      const grip = await drawer.getByRole('button', { name: 'Move 011.png:' }).boundingBox()
      const top = await drawer.locator('li').first().boundingBox()
      assert.ok(grip && top)
      await page.mouse.move(grip.x + 10, grip.y + 10)
      await page.mouse.down()
      await page.mouse.move(grip.x + 10, top.y + 5, { steps: 4 })
      await page.mouse.up()
      await until(async () => (await names())[0] === '011.png')

      await page.reload()
      await drawer.getByRole('button', { name: 'Go on' }).waitFor()
      program.kill('SIGTERM')
      await page.getByRole('alert').waitFor()
      await page.close()

      // A new start: paused, limited and in the order as before.
      const again = await open()
      const next = await openSorted(browser, again.gallery, 12, faults)
      await next.getByRole('button', { name: 'Transfers' }).click()
      const later = next.getByRole('region', { name: 'Transfers' })
      await until(async () => (await later.locator('li .name').allInnerTexts())[0] === '011.png')
      await later.getByRole('button', { name: 'Limits' }).click()
      assert.equal(await later.getByLabel('Downloads, kB/s').inputValue(), '600')
      assert.equal(await later.getByLabel('Large uploads at once').inputValue(), '4')
      await later.getByRole('button', { name: 'Go on' }).click()
      await later.locator('li progress').first().waitFor()
      ana.kill('SIGKILL')
      await later.getByLabel('Downloads, kB/s').fill('')
      await later.getByLabel('Downloads, kB/s').press('Enter')
      await until(async () => (await digestsIn(mine)).length === 12)
      assert.deepEqual(await digestsIn(mine), sortedDigests(all))
      await later.getByText(/\d+ of \d+ pictures taken/).waitFor()
    },
  )
})
