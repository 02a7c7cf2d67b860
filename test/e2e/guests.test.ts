import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { accessibilityFaults } from '../support/axe.ts'
import { openPage, startChromium } from '../support/chromium.ts'
import { hostGuests } from '../support/guests.ts'
import { picture, writePicture } from '../support/pictures.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }

test('a guest with a phone takes a picture and a selection, brings one, and the wall shows it', async t => {
  const browser = await startChromium(t)
  if (browser === undefined) return
  const host = await hostGuests(
    t,
    async folder => {
      await writePicture(folder, 'first.jpg', 1, 'jpeg', 300)
      await writePicture(folder, 'second <i>.png', 2, 'png', 200)
    },
    { uploads: { isShared: true }, recursive: true },
  )
  const [address = ''] = host.server.addresses
  const faults: string[] = []
  const wall = await openPage(browser, `${address}wall`, faults, { reducedMotion: 'reduce' })
  await wall.locator('.cell img.there').nth(1).waitFor()

  const page = await openPage(browser, address, faults, PHONE)
  await page.getByRole('link', { name: 'first.jpg' }).click()
  const taking = page.waitForEvent('download')
  await page.getByRole('link', { name: /^Take the original/ }).click()
  const taken = await taking
  assert.equal(taken.suggestedFilename(), 'first.jpg')
  assert.deepEqual(await readFile(await taken.path()), await picture(1, 'jpeg', 300))

  await page.getByRole('link', { name: /All pictures/ }).click()
  const button = page.getByRole('button', { name: 'Take the selected ones' })
  assert.equal(await button.isVisible(), false)
  await page.getByRole('checkbox', { name: 'Select first.jpg' }).check()
  await page.getByRole('checkbox', { name: 'Select second <i>.png' }).check()
  await page.getByText('2 selected').waitFor()
  const zipping = page.waitForEvent('download')
  await button.click()
  const archive = await zipping
  assert.equal(archive.suggestedFilename().endsWith('.zip'), true)
  assert.equal((await readFile(await archive.path())).readUInt32LE(0), 0x0403_4b50)

  const mine = join(await temporaryFolder(t), 'mine.jpg')
  await writeFile(mine, await picture(3, 'jpeg', 250))
  const fake = join(await temporaryFolder(t), 'fake.png')
  await writeFile(fake, '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await page.locator('#files').setInputFiles([mine, fake])
  await page.getByRole('listitem').filter({ hasText: 'mine.jpg' }).getByText('Arrived. Thank you!').waitFor()
  await page.getByRole('listitem').filter({ hasText: 'fake.png' }).getByText('This is no picture.').waitFor()
  assert.deepEqual(await readFile(join(host.directory, 'guests', 'mine.jpg')), await picture(3, 'jpeg', 250))
  assert.deepEqual(await readdir(join(host.directory, 'guests')), ['mine.jpg'])
  await wall.locator('.cell img.there[alt="mine.jpg"]').waitFor()
  await page.getByRole('link', { name: 'Show them' }).click()
  await page.getByRole('link', { name: 'mine.jpg' }).waitFor()
  // The one refusal is told by the browser, too.
  assert.deepEqual(
    faults.filter(fault => !fault.includes('415')),
    [],
  )
  assert.deepEqual(host.faults, [])
})

test('a guest finds the way by keyboard, in another language, and without scripts', async t => {
  const browser = await startChromium(t)
  if (browser === undefined) return
  const host = await hostGuests(t, async folder => {
    for (const [index, name] of ['a.png', 'b.png', 'c.png'].entries()) await writePicture(folder, name, index)
  })
  const [address = ''] = host.server.addresses
  const faults: string[] = []
  const page = await openPage(browser, address, faults, { locale: 'es-ES', colorScheme: 'dark' })
  assert.equal(await page.title(), 'Imágenes de Party <b>')
  const names = await page
    .locator('.tile img')
    .evaluateAll(images => images.map(image => image.getAttribute('alt')))
  await page.locator('.tile a').first().focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.getByText('Seleccionado: 1').waitFor()
  await page.locator('.tile a').first().press('Enter')
  await page.getByRole('heading', { name: names[0] ?? '' }).waitFor()
  await page.keyboard.press('ArrowRight')
  await page.getByRole('heading', { name: names[1] ?? '' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: /Português/ }).click()
  await until(async () => (await page.title()) === 'Imagens de Party <b>')

  const plain = await openPage(browser, address, faults, { javaScriptEnabled: false })
  await plain.getByRole('checkbox').nth(0).check()
  await plain.getByRole('checkbox').nth(2).check()
  const zipping = plain.waitForEvent('download')
  await plain.getByRole('button', { name: 'Take the selected ones' }).click()
  assert.match((await zipping).suggestedFilename(), /\.zip$/)
  assert.deepEqual(faults, [])
})

test('axe finds nothing wrong with any page, light and dark, on a phone and on a wide screen', async t => {
  const browser = await startChromium(t)
  if (browser === undefined) return
  const host = await hostGuests(
    t,
    async folder => {
      for (const [index, name] of ['a.png', 'b.png', 'c.png'].entries())
        await writePicture(folder, name, index)
    },
    { uploads: { isShared: true } },
  )
  const [address = ''] = host.server.addresses
  const wide = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' } as const
  for (const options of [{ ...PHONE, colorScheme: 'dark' } as const, wide]) {
    const page = await openPage(browser, address, [], options)
    await page.getByRole('checkbox').first().check()
    const fake = { name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('none') }
    await page.locator('#files').setInputFiles([fake])
    await page.getByRole('listitem').getByText('This is no picture.').waitFor()
    assert.deepEqual(await accessibilityFaults(page), [])
    await page.locator('.tile a').first().click()
    await page.getByRole('link', { name: /^Take the original/ }).waitFor()
    assert.deepEqual(await accessibilityFaults(page), [])
    await page.goto(`${address}wall`)
    await page.locator('.cell img.there').first().waitFor()
    assert.deepEqual(await accessibilityFaults(page), [])
  }
})
