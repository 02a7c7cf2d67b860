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
    return images.length === 21 && images.every(({ details }) => details.likeness !== undefined)
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
    // Details come open on a wide screen, as soon as they are known.
    await page.locator('.viewer .name').filter({ hasText: /./ }).waitFor()
    if (!(await page.locator('.details dl').isVisible())) await page.keyboard.press('i')
    await page.locator('.details dl').waitFor()
  },
  async 'what is like it'(page) {
    await page.locator('.tools .alike').click()
    await page.locator('.wall.alike .tile img.there').first().waitFor()
    await page.locator('.filterbar .chip').waitFor()
  },
  async 'what I share'(page) {
    await page.keyboard.press('Escape')
    await page.locator('.viewer').waitFor({ state: 'detached' })
    await page.locator('.summary button').first().press('Enter')
    await page.locator('.sharing .privacy input').waitFor()
    await page.locator('.sharing .own li').first().waitFor()
  },
  async 'what strangers see'(page) {
    await page.locator('.sharing .own .round').first().press('Enter')
    await page.locator('.stranger dl').waitFor()
  },
  async 'live wall'(page) {
    for (const view of ['.stranger', '.sharing']) {
      await page.keyboard.press('Escape')
      await page.locator(view).waitFor({ state: 'detached' })
    }
    await page.locator('.facts > .round').press('Enter')
    await page.locator('.projector li img').first().waitFor()
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

  await t.test(
    'by keyboard alone: search, filter, open, select, take, close, and what has the focus shows it',
    async () => {
      const faults: string[] = []
      const page = await openPage(browser, address, faults, { viewport: DESKTOP })
      await page.locator('.tile').first().waitFor()
      const press = async (...keys: string[]) => {
        for (const key of keys) {
          await page.keyboard.press(key)
          if (key === 'Tab') assert.ok(await isFocusSeen(page), `after ${keys}: ${await focusedName(page)}`)
        }
      }
      const shows = (count: number) => page.locator(`.tile[aria-setsize="${count}"]`).first().waitFor()
      const becomes = (name: RegExp) => until(async () => name.test(await focusedName(page)))

      await press('Tab')
      assert.equal(await focusedName(page), 'Search pictures')
      await page.keyboard.type('theirs 1')
      await shows(11)
      // On through order and filters, which open below, and to the wall.
      await press('Tab')
      assert.equal(await focusedName(page), 'Search by picture')
      await press('Tab')
      assert.equal(await focusedName(page), 'Order')
      await page.keyboard.type('By name')
      await until(() => page.url().includes('sort=name'))
      await press('Tab')
      assert.equal(await focusedName(page), 'Filters')
      await press('Enter', 'Tab')
      assert.equal(await focusedName(page), 'In my folder')
      await page.keyboard.type('Not')
      await until(() => page.url().includes('holding=missing'))
      await shows(11)
      await press('Tab', 'Tab', 'Tab', 'Tab', 'Tab')
      assert.equal(await focusedName(page), 'Show everything')
      for (const name of [/^You share /, /^Add pictures$/, /^Take all$/, /^Transfers$/, /^Live wall$/]) {
        await press('Tab')
        await becomes(name)
      }
      await press('Tab')
      await becomes(/^theirs 1\.jpg, /)
      // One is opened; the keyboard stays in it until it is closed, and comes back to its tile.
      await press('ArrowRight', 'Enter')
      await becomes(/^Close$/)
      for (let step = 0; step < 12; step += 1) {
        await press('Tab')
        assert.ok(
          await page.evaluate(
            'document.activeElement.closest("dialog") !== null || document.activeElement === document.body',
          ),
        )
      }
      await press('Escape')
      await becomes(/^theirs 10\.jpg, /)
      // Three are selected and taken.
      await press('x', 'Shift+ArrowRight', 'Shift+ArrowRight')
      await page.getByText('3 selected').first().waitFor()
      while (!/^Take 3/.test(await focusedName(page))) await press('Tab')
      await press('Enter')
      await page.locator('.drawer').waitFor()
      await page.getByText(/of 5 pictures taken/).waitFor()
      assert.deepEqual(faults, [])
    },
  )

  await t.test(
    'whoever wants no motion gets none, and at 320 pixels nothing has to be scrolled sideways',
    async () => {
      const page = await openPage(browser, address, [], {
        reducedMotion: 'reduce',
        viewport: { width: 320, height: 560 },
      })
      for (const reach of Object.values(STATES)) {
        await reach(page)
        assert.equal(await page.evaluate(MOVING), 0)
        assert.deepEqual(await page.evaluate(TOO_WIDE), [])
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
      }
    },
  )
})

/** How many elements move or fade by themselves. */
const MOVING = `[...document.querySelectorAll('*')].filter(element => {
  const { transitionDuration, animationDuration } = getComputedStyle(element)
  return /[1-9]/.test(transitionDuration + animationDuration)
}).length`

/** What is cut at the right, or to be scrolled there, and does not stand in a bar that scrolls by itself. */
const TOO_WIDE = `[...document.querySelectorAll('body *')].filter(element =>
  element.getBoundingClientRect().right > innerWidth && element.closest('.filterbar') === null
).map(element => element.outerHTML.slice(0, 80))`

/** What a screen reader calls what has the focus. */
function focusedName(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const { activeElement: element } = document
    const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.querySelector('span')?.innerText ?? element.innerText
    return (label ?? '').trim()
  })()`)
}

/** Whether what has the focus, or what surrounds it, is outlined, and whether it is in view. */
function isFocusSeen(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(`(() => {
    const { activeElement: element } = document
    if (element === document.body) return true
    const isOutlined = at => getComputedStyle(at).outlineStyle !== 'none' && parseFloat(getComputedStyle(at).outlineWidth) >= 2
    const { left, top, width, height } = element.getBoundingClientRect()
    const isInView = left + width > 0 && left < innerWidth && top + height > 0 && top < innerHeight
    return isInView && (isOutlined(element) || isOutlined(element.parentElement))
  })()`)
}
