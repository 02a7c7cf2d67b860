import assert from 'node:assert/strict'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
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

/** Lets go of files over a page, as a person does who dragged them there. */
async function drop(page: Page, files: Readonly<Record<string, Buffer>>): Promise<void> {
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
  await page.locator('.dropzone').waitFor()
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
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
      .locator('input[type=file]')
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
      assert.match(mine.url(), /#sharing=1$/)
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
      assert.doesNotMatch(mine.url(), /sharing=/)
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
  // A refused file is an answer with an error's status; of what is unshared there is no preview any more for others.
  const unexpected = faults.filter(fault => !/415|404/.test(fault))
  assert.deepEqual(unexpected, [])
})
