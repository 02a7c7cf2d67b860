import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { openPage, startChromium } from '../support/chromium.ts'
import { picture, writePicture } from '../support/pictures.ts'
import { privatePicture } from '../support/private-pictures.ts'
import { runProgram, startProgram, startServerProcess } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Two people with a gallery each, on one index server, each a process of its own. */
async function startTwo(t: TestContext) {
  const { address } = await startServerProcess(t)
  const folder = await temporaryFolder(t)
  const data = join(folder, 'data')
  const open = async (name: string, ...options: string[]) => {
    const directory = join(folder, name)
    await mkdir(directory)
    await writePicture(directory, `${name}.png`, name.length, 'png', 32)
    const program = startProgram(t, [
      ...['open', directory, address, '--no-browser', '--data', data, ...options],
    ])
    const [gallery] = await program.until(/http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/)
    await program.until(/Registered 1 picture/)
    return { directory, gallery }
  }
  return { ana: await open('ana', '--upload-limit', '600K'), bruno: await open('bruno'), address, data }
}

async function shows(page: Page, count: number): Promise<void> {
  await page.locator(`.tile:not(.gone)[aria-setsize="${count}"]`).first().waitFor()
}

/** Lets go of files over a page, as a person does who dragged them there: to add them, or to find one. */
async function drop(page: Page, files: Readonly<Record<string, Buffer>>, aim = '.add'): Promise<void> {
  const given = Object.entries(files).map(([name, bytes]) => ({ name, base64: bytes.toString('base64') }))
  const dropped = await page.evaluateHandle(`{
    const transfer = new DataTransfer()
    for (const { name, base64 } of ${JSON.stringify(given)}) {
      const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0))
      transfer.items.add(new File([bytes], name))
    }
    transfer
  }`)
  await page.dispatchEvent('body', 'dragover', { dataTransfer: dropped })
  await page.locator(`.dropzone ${aim}`).waitFor()
  await page.dispatchEvent(`.dropzone ${aim}`, 'drop', { dataTransfer: dropped })
  await page.locator('.dropzone').waitFor({ state: 'hidden' })
}

test('what a person drops is shared, seen by others and taken back', async t => {
  const browser = await startChromium(t)
  if (browser === undefined) return
  const { ana, bruno, address, data } = await startTwo(t)
  const faults: string[] = []
  const [mine, other] = [
    await openPage(browser, ana.gallery, faults),
    await openPage(browser, bruno.gallery, faults),
  ]
  await Promise.all([shows(mine, 2), shows(other, 2)])

  await t.test('another person’s open gallery shows what is dropped and picked', async () => {
    const beach = await picture(100, 'jpeg', 64)
    await drop(mine, { 'beach.jpg': beach, 'notes.png': Buffer.from('no picture') })
    await other.getByRole('button', { name: 'beach.jpg' }).first().waitFor()
    await mine.getByText('1 of 2 files added to your folder · 1 not added').waitFor()
    await mine.getByText('This is no picture of a known format.').waitFor()
    assert.deepEqual(await readFile(join(ana.directory, 'beach.jpg')), beach)
    const large = await picture(101, 'png', 800)
    await mine
      .locator('input[type=file][multiple]')
      .setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: large })
    await shows(other, 4)
    assert.deepEqual((await readdir(ana.directory)).sort(), ['ana.png', 'beach.jpg', 'large.png'])
  })

  await t.test('what is being sent to whom is seen, in the page and on the command line', async () => {
    await mine.getByRole('button', { name: 'You share 3 from ana' }).click()
    const view = mine.getByRole('dialog', { name: 'What I share' })
    await view.getByText('Nothing is being sent at the moment.').waitFor()
    await other.getByRole('button', { name: 'large.png' }).first().click()
    await other.keyboard.press('t')
    await view.getByText('large.png to 127.0.0.1').waitFor()
    const { output } = await runProgram(t, ['transfers', ana.directory, '--data', data])
    assert.match(output, /Being sent to others:\n +large\.png to 127\.0\.0\.1 +[0-9a-f]{32} /)
    await other.getByRole('dialog').getByText('In your folder').waitFor()
    await other.keyboard.press('Escape')
  })

  await t.test(
    'the sharing of one is stopped and begun again, by the page and by the command line',
    async () => {
      const view = mine.getByRole('dialog', { name: 'What I share' })
      await view.getByRole('button', { name: 'Stop sharing beach.jpg' }).click()
      await shows(other, 3)
      await mine.getByLabel('Which pictures').selectOption('unshared')
      await view.getByRole('button', { name: 'Share beach.jpg again' }).waitFor()
      assert.equal(await view.locator('.own li').count(), 1)
      assert.match(mine.url(), /#view=sharing$/)
      await mine.reload()
      await view.getByText('Not shared · 64 × 64').waitFor()
      assert.ok((await readdir(ana.directory)).includes('beach.jpg'))

      const change = (...words: string[]) => runProgram(t, [...words, ana.directory, '--data', data])
      assert.match((await change('reshare', 'beach.jpg')).output, /^beach\.jpg is shared again\./)
      await shows(other, 4)
      assert.match((await change('unshare', 'ana.png')).output, /^ana\.png is not shared any more\./)
      await shows(other, 3)
      const wrong = await change('unshare', 'nothing.png')
      assert.equal(wrong.status, 1)
      assert.match(wrong.errors, /There is no picture “nothing\.png” in /)
      await view.getByRole('button', { name: 'Close' }).click()
      await view.waitFor({ state: 'hidden' })
      assert.doesNotMatch(mine.url(), /view=/)
    },
  )

  await t.test(
    'what strangers see of a photo is shown, and what its file tells goes out only if wanted',
    async () => {
      const photo = await privatePicture('jpeg')
      await drop(mine, { 'photo.jpg': photo })
      await other.getByRole('button', { name: 'photo.jpg' }).first().waitFor()
      await mine.getByRole('button', { name: 'You share 3 from ana' }).click()
      const view = mine.getByRole('dialog', { name: 'What I share' })
      await view.getByText('1 picture goes out without.').waitFor()
      await view.getByRole('button', { name: 'What strangers see of photo.jpg' }).click()
      const stranger = mine.getByRole('dialog', { name: 'What strangers see of photo.jpg' })
      await stranger.getByRole('heading', { name: 'Taken out before it leaves' }).waitFor()
      await stranger.getByText('BodySerialNumber: BODY-4711').waitFor()
      await stranger.getByText('Canon EOS').waitFor()
      await stranger.getByRole('button', { name: 'Close' }).click()
      const fetchPhoto = async (folder: string) => {
        const into = join(ana.directory, '..', folder)
        await runProgram(t, ['get', address, 'photo.jpg', '--out', into, '--data', data])
        return readFile(join(into, 'photo.jpg'))
      }
      assert.equal((await fetchPhoto('clean')).includes('BODY-4711'), false)
      await view.getByRole('checkbox', { name: /^Take position, serial numbers/ }).uncheck()
      await view.getByText('Your pictures go out with all that their files tell.').waitFor()
      await view.getByRole('button', { name: 'What strangers see of photo.jpg' }).click()
      await stranger.getByRole('heading', { name: 'Strangers also see' }).waitFor()
      await stranger.getByText('GPSLatitude').first().waitFor()
      await mine.keyboard.press('Escape')
      assert.deepEqual(await fetchPhoto('whole'), photo)
    },
  )

  await t.test(
    'a picture that is dropped is found in a larger copy, and of near copies the best is taken',
    async () => {
      await mine.getByRole('dialog', { name: 'What I share' }).getByRole('button', { name: 'Close' }).click()
      const wanted = await picture(300, 'png', 320)
      const jpegOf = (edge: number) => sharp(wanted).resize(edge, edge).jpeg().toBuffer()
      await writeFile(join(bruno.directory, 'copy.jpg'), await jpegOf(160))
      await writeFile(join(bruno.directory, 'wanted.png'), wanted)
      const tile = (name: RegExp) => mine.locator('.tile').getByRole('button', { name })
      // They are one tile as soon as it is known how they look.
      const folded = tile(/^wanted\.png, .*, best of 2 near copies$/)
      await folded.waitFor()
      assert.equal(await tile(/^copy\.jpg, /).count(), 0)
      const before = await readdir(ana.directory)

      await drop(mine, { 'unknown.jpg': await jpegOf(120), 'other.png': Buffer.from('') }, '.find')
      await mine.getByRole('button', { name: 'Remove the filter “Looks like a picture”' }).waitFor()
      const found = mine.locator('.wall.alike .tile .picture')
      const names = async () => found.evaluateAll(all => all.map(one => one.getAttribute('aria-label')))
      await found.nth(1).waitFor()
      assert.deepEqual(
        (await names()).map(name => name?.split(',')[0]),
        ['wanted.png', 'copy.jpg'],
      )
      assert.match(mine.url(), /#like=[0-9a-f]{16}&likeOf=[0-9a-f]{32}$/)
      assert.deepEqual(await readdir(ana.directory), before, 'what is looked for is not shared')
      await drop(mine, { 'notes.txt': Buffer.from('no picture') }, '.find')
      await mine.getByText('This is no picture that can be looked at.').waitFor()

      // Without the filter copies are one again; each has its place where a person wants that, as the address says.
      await mine.getByRole('button', { name: 'Show everything' }).click()
      await folded.waitFor()
      await mine.getByRole('button', { name: 'Filters' }).click()
      const copies = mine.getByRole('combobox', { name: 'Near copies' })
      await copies.selectOption('all')
      await tile(/^copy\.jpg, /).waitFor()
      assert.match(mine.url(), /#copies=all$/)
      await copies.selectOption('')
      await folded.click({ modifiers: ['Control'] })
      await mine.getByRole('button', { name: 'Take it' }).click()
      await tile(/^wanted\.png, .*best of 2 near copies, in your folder$/).waitFor()
      assert.deepEqual(await readFile(join(ana.directory, 'wanted.png')), wanted)
      assert.ok(!(await readdir(ana.directory)).includes('copy.jpg'))

      // The other copy is opened from the best one, and from there what is like it.
      await mine.keyboard.press('Escape')
      await tile(/^wanted\.png, /).click()
      const viewer = mine.getByRole('dialog')
      await viewer.getByRole('button', { name: /^Open copy\.jpg, 160 × 160 · .* · JPEG$/ }).click()
      await viewer.getByText('You have a larger near copy of it.').waitFor()
      await viewer.getByRole('button', { name: 'More like this' }).click()
      await found.nth(1).waitFor()
      const [first] = await names()
      assert.match(first ?? '', /^copy\.jpg, the same picture, 160 × 160, .*, you have a larger near copy$/)
      await mine.goBack()
      await viewer.getByRole('heading', { name: 'copy.jpg' }).waitFor()
    },
  )
  await t.test('the live wall shows what there is, and at once what arrives', async () => {
    await mine.keyboard.press('Escape')
    await other.getByRole('button', { name: 'Live wall' }).click()
    const projector = other.getByRole('dialog', { name: 'Live wall' })
    await projector.getByRole('img', { name: 'photo.jpg' }).waitFor()
    await drop(mine, { 'wave.jpg': await picture(102, 'jpeg', 64) })
    await projector.locator('li:first-child').getByRole('img', { name: 'wave.jpg' }).waitFor()
    await projector.getByRole('button', { name: 'Pause' }).click()
    await projector.getByRole('button', { name: 'Go on' }).waitFor()
    assert.match(other.url(), /#view=projector$/)
    await other.keyboard.press('Escape')
    await projector.waitFor({ state: 'detached' })
  })
  // A refused file is an answer with an error's status; of what is unshared there is no preview any more for others.
  const unexpected = faults.filter(fault => !/415|404/.test(fault))
  assert.deepEqual(unexpected, [])
})
