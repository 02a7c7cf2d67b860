import assert from 'node:assert/strict'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openPage, startChromium } from '../support/chromium.ts'
import { md5 } from '../support/md5.ts'
import { writePicture } from '../support/pictures.ts'
import { startProgram, startServerProcess } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

/** What a browser runs that draws it as what it is; its name says that it is a picture. */
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="broken"</script></svg>'
const MARKUP = '<img src=x onerror="document.title=`broken`">.png'

/** An index server, two peers that share, and the gallery of a third, each a process of its own. */
async function startNetwork(t: TestContext) {
  const { address } = await startServerProcess(t)
  const folder = await temporaryFolder(t)
  const share = async (name: string, count: number) => {
    const directory = join(folder, name)
    await mkdir(directory)
    await writeFile(join(directory, 'drawing.png'), SVG)
    const pictures = new Map<string, Buffer>()
    for (let index = 0; index < count; index += 1) {
      const file = index === 7 && name === 'ana' ? MARKUP : `${name} ${index}.png`
      const seed = 1000 * name.charCodeAt(0) + index
      pictures.set(file, await writePicture(directory, file, seed, 'png', 24))
    }
    return { directory, pictures, program: await shareFolder(directory) }
  }
  const shareFolder = async (directory: string) => {
    const program = startProgram(t, ['share', address, directory, '--data', join(folder, 'data')])
    await program.until(/Registered \d+ pictures/)
    return program
  }
  const [ana, bruno] = await Promise.all([share('ana', 30), share('bruno', 30)])
  const mine = join(folder, 'mine')
  await mkdir(mine)
  await writePicture(mine, 'my own.jpg', 999, 'jpeg', 64)
  const options = ['--no-browser', '--data', join(folder, 'data')]
  const program = startProgram(t, ['open', mine, address, ...options])
  const [gallery] = await program.until(/http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/)
  await program.until(/Registered 1 picture/)
  return { ana, bruno, mine, gallery, share, shareFolder }
}

/** Waits until the wall has `count` pictures. */
async function shows(page: Page, count: number): Promise<void> {
  await page.locator(`.tile:not(.gone)[aria-setsize="${count}"]`).first().waitFor()
}

test('the gallery in a browser', async t => {
  const browser = await startChromium(t)
  if (browser === undefined) return
  const { ana, bruno, mine, gallery, share, shareFolder } = await startNetwork(t)

  await t.test('a person sees the pictures of others, finds, opens and takes them', async () => {
    const faults: string[] = []
    const page = await openPage(browser, gallery, faults)

    // The token is gone from the address, pictures of others are drawn, and a name with markup is a name.
    await shows(page, 61)
    assert.equal(new URL(page.url()).hash, '')
    await page.locator('.tile img.there').nth(20).waitFor()
    assert.equal(await page.title(), 'Pictures of the network')
    assert.match(
      await page.locator('.summary').innerText(),
      /61 pictures in the network · You share 1 from mine/,
    )

    await page.getByRole('searchbox').fill('onerror')
    await shows(page, 1)
    assert.equal(await page.locator('.tile .name').innerText(), MARKUP)
    assert.equal(await page.locator('.picture').getAttribute('aria-label'), `${MARKUP}, 1.8 kB, 1 owner`)
    await page.locator('.picture').click()
    const viewer = page.getByRole('dialog', { name: MARKUP })
    assert.equal(await viewer.locator('h2').innerText(), MARKUP)
    await page.keyboard.press('Escape')
    assert.equal(await page.title(), 'Pictures of the network')
    await page.getByRole('searchbox').fill('drawing')
    await page.getByRole('heading', { name: 'Nothing is like that' }).waitFor()
    await page.getByRole('searchbox').fill('')
    await shows(page, 61)

    // Search as you type and filters are kept in the address.
    await page.locator('.picture[tabindex="0"]').focus()
    await page.keyboard.press('/')
    await page.keyboard.type('bruno 1')
    await shows(page, 12)
    assert.match(page.url(), /#search=bruno\+1$/)
    await page.reload()
    await shows(page, 12)
    await page.getByRole('searchbox').fill('')
    await shows(page, 61)
    await page.getByRole('button', { name: 'Filters' }).click()
    await page.getByLabel('In my folder').selectOption('mine')
    await shows(page, 1)
    await page.getByRole('button', { name: 'Show everything' }).click()
    await shows(page, 61)

    // By keyboard alone: from tile to tile, into one picture, to the next, out again.
    await page.locator('.picture[tabindex="0"]').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const opened = page.getByRole('dialog')
    await opened.getByRole('button', { name: 'Take' }).waitFor()
    const first = page.url()
    await page.keyboard.press('ArrowRight')
    await until(() => page.url() !== first)
    await opened
      .locator('h2')
      .filter({ hasText: /(ana|bruno) \d+\.png/ })
      .waitFor()
    const name = await opened.locator('h2').innerText()
    await page.keyboard.press('t')
    await opened.getByText('In your folder').waitFor()
    assert.deepEqual(await readFile(join(mine, name)), ana.pictures.get(name) ?? bruno.pictures.get(name))
    await page.keyboard.press('Escape')
    await opened.waitFor({ state: 'hidden' })
    assert.doesNotMatch(page.url(), /picture=/)

    // A range of 50 (of which one may be there already) by click and shift is taken, byte for byte.
    await page.getByLabel('Order').selectOption('name')
    await page.locator('.tile img.there').first().waitFor()
    await page.locator('.tile[aria-posinset="1"]').hover()
    await page.locator('.tile[aria-posinset="1"] .check').click()
    for (let place = 2; place < 50; place += 8) {
      const picture = page.locator(`.picture[data-index="${place}"]`)
      await picture.scrollIntoViewIfNeeded()
    }
    await page.locator('.picture[data-index="49"]').click({ modifiers: ['Shift'] })
    await page.getByRole('button', { name: 'Take 50' }).click()
    await page.getByText(/(49|50|51) of \1 pictures taken/).waitFor()
    const everything = new Set([...ana.pictures.values(), ...bruno.pictures.values()].map(md5))
    await until(async () => (await readdir(mine)).filter(file => file.endsWith('.png')).length >= 50)
    for (const file of await readdir(mine)) {
      if (file.endsWith('.png')) assert.ok(everything.has(md5(await readFile(join(mine, file)))), file)
    }
    assert.deepEqual(faults, [])
  })

  await t.test(
    'what another peer adds appears, and what goes fades; a phone shows it in its own language',
    async () => {
      const faults: string[] = []
      const phone = { viewport: { width: 390, height: 780 }, locale: 'es-ES', hasTouch: true, isMobile: true }
      const page = await openPage(browser, gallery, faults, phone)
      await shows(page, 61)
      await page.getByPlaceholder('Buscar imágenes').waitFor()
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390)
      const carla = await share('carla', 2)
      await shows(page, 63)
      await writePicture(carla.directory, 'nova.png', 5000, 'png', 24)
      await page.getByRole('button', { name: 'nova.png' }).first().waitFor()
      await shows(page, 64)
      carla.program.kill('SIGTERM')
      await shows(page, 61)
      await page.locator('.tile .picture').first().tap()
      await page.getByRole('dialog').getByRole('button', { name: 'Detalles' }).waitFor()
      await page.getByRole('button', { name: 'Cerrar' }).tap()

      // Without its key the same page shows nothing.
      const stranger = await openPage(browser, new URL(gallery).origin, [], phone)
      await stranger.getByText('Esta página necesita su llave').waitFor()
      assert.equal(await stranger.locator('.tile').count(), 0)
      // Of a picture whose owner is leaving there may be no preview any more.
      assert.deepEqual(
        faults.filter(fault => !fault.includes('404')),
        [],
      )
    },
  )

  await t.test('where an owner was killed, the others are asked, and everything arrives', async () => {
    const eva = await share('eva', 8)
    const copy = `${eva.directory} again`
    await cp(eva.directory, copy, { recursive: true })
    await shareFolder(copy)
    const page = await openPage(browser, gallery, [])
    await page.getByRole('searchbox').fill('eva')
    await page.getByRole('button', { name: /^eva 0\.png, .*2 owners/ }).waitFor()
    await shows(page, 8)
    await page.locator('.picture').first().focus()
    await page.keyboard.press('Control+a')
    eva.program.kill('SIGKILL')
    await eva.program.exited()
    await page.getByRole('button', { name: 'Take 8' }).click()
    const files = [...eva.pictures.keys()]
    await until(async () => (await readdir(mine)).filter(file => files.includes(file)).length === 8)
    for (const [file, bytes] of eva.pictures) assert.deepEqual(await readFile(join(mine, file)), bytes)
  })
})
