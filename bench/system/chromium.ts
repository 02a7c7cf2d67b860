import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where systems have it; `CHROMIUM` names another. */
const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** What a person can do who has none. */
export const NO_CHROMIUM = 'no Chromium on this system (apt-get install chromium, or name one by CHROMIUM)'

/** Nothing of the browser's own goes to the network. */
const QUIET = [
  '--disable-quic',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts the system's Chromium, without a window; `undefined` where there is none. */
export async function launchChromium(flags: readonly string[] = []): Promise<Browser | undefined> {
  const executablePath = PLACES.find(path => path !== '' && existsSync(path))
  if (executablePath === undefined) return undefined
  // The browser's own sandbox cannot be had by root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args: [...QUIET, ...sandbox, ...flags] })
}
