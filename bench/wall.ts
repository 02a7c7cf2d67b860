/** `npm run wall`: opens the gallery of a large network in the system's Chromium, scrolls to its end, and says what that took. */
import { loadavg } from 'node:os'
import { argv, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { webFolder } from '../src/gallery/build-web.ts'
import { commandLine, fail, positive, readOrExplain, say } from './command-line.ts'
import { keepWallResults, PROJECT_FOLDER } from './report/report-files.ts'
import { wallSection } from './report/wall-section.ts'
import { launchChromium, NO_CHROMIUM } from './system/chromium.ts'
import { describeMachine } from './system/machine.ts'
import { makeScratchFolder } from './system/scratch-folder.ts'
import { startWallNetwork } from './wall/wall-network.ts'
import type { WallResults, WallRound } from './wall/wall-results.ts'
import { measureWall } from './wall/wall-round.ts'

const USAGE = `npm run wall -- [options]

  --rounds N        openings, of which the medians are taken (3)
  --pictures N      pictures of the network, in thousands (100)
  --quick           one opening of a thousand pictures: tells whether it works; is not kept
  --output FOLDER   where to write the report; without it, it is written into the project if nothing was left out
`

const args = argv.slice(2)
const { rounds, pictures, output } = readOrExplain(USAGE, () => {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      pictures: { type: 'string' },
      quick: { type: 'boolean', default: false },
      output: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { quick } = values
  const isWhole = !quick && values.pictures === undefined
  return {
    rounds: positive('--rounds', values.rounds, quick ? 1 : 3, Number.isInteger),
    pictures: 1000 * positive('--pictures', values.pictures, quick ? 1 : 100, Number.isInteger),
    output: values.output ?? (isWhole ? PROJECT_FOLDER : undefined),
  }
})
const [loadBefore = 0] = loadavg()
const browser = (await launchChromium()) ?? fail(NO_CHROMIUM, 2)
// Built once, as it is when the package is installed.
await webFolder()
const network = await startWallNetwork(pictures, await makeScratchFolder())
const measured: WallRound[] = []
for (let round = 1; round <= rounds; round += 1) {
  const gallery = await network.openGallery()
  const found = await measureWall(browser, gallery.address, pictures, say)
  await gallery.stop()
  measured.push(found)
  say(`round ${round}: usable after ${Math.round(found.usableMs)} ms, ${found.scrolled} pictures scrolled by`)
}
const results: WallResults = {
  date: new Date().toISOString(),
  command: commandLine('wall', args),
  machine: describeMachine(undefined, undefined),
  browser: `Chromium ${browser.version()}`,
  ...{ loadBefore, pictures, rounds: measured },
}
await network.stop()
await browser.close()
stdout.write(`${wallSection(results)}\n`)
if (output === undefined) say('Something was left out: nothing is written. --output FOLDER says where to.')
else await keepWallResults(output, results)
