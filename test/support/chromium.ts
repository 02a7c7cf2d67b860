import type { TestContext } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launchChromium, NO_CHROMIUM } from '../../bench/system/chromium.ts'

/** Starts the system's Chromium; where there is none, the test is skipped and says so, and `undefined` is given. */
export async function startChromium(t: TestContext): Promise<Browser | undefined> {
  const browser = await launchChromium()
  if (browser === undefined) t.skip(NO_CHROMIUM)
  else t.after(() => browser.close())
  return browser
}

/** A page of a new profile. What it says as an error, or asks of another place, is added to `faults`. */
export async function openPage(
  browser: Browser,
  address: string,
  faults: string[],
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1200, height: 800 },
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', error => faults.push(`${error.stack}`))
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  page.on('request', request => {
    const url = new URL(request.url())
    if (url.host !== new URL(address).host && url.protocol !== 'blob:') faults.push(`asked for ${url}`)
  })
  await page.goto(address)
  return page
}
