import { existsSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** Where systems have it; `CHROMIUM` names another. */
const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Nothing of the browser's own goes to the network. */
const QUIET = [
  '--disable-quic',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts the system's Chromium; where there is none, the test is skipped and says so, and `undefined` is given. */
export async function startChromium(t: TestContext): Promise<Browser | undefined> {
  const executablePath = PLACES.find(path => path !== '' && existsSync(path))
  if (executablePath === undefined) {
    t.skip('no Chromium on this system (apt-get install chromium, or name one by CHROMIUM)')
    return undefined
  }
  // The browser's own sandbox cannot be had by root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const browser = await chromium.launch({ executablePath, args: [...QUIET, ...sandbox] })
  t.after(() => browser.close())
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
