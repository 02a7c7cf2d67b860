import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { monotonicMs } from '../../src/base/clock.ts'
import {
  END_PROBE,
  FIRST_SCREEN,
  type Probed,
  SETTLE,
  type Settled,
  START_PROBE,
  scrollBy,
} from './page-probe.ts'
import type { WallRound } from './wall-results.ts'

/** Pixels at each turn of a wheel that is turned fast, and milliseconds until the next. */
const WHEEL = { pixels: 600, everyMs: 60 } as const
/** Turns of the wheel before somebody drags the scroll bar instead. */
const WHEEL_TURNS = 50
/** Pixels of a drag of the scroll bar, and milliseconds until the next: each a jump of many screens. */
const DRAG = { pixels: 20_000, everyMs: 250 } as const
/** Of so many drags one ends at a screen that is looked at. */
const DRAGS_TO_STOP = 20
/** Milliseconds until the end of the wall has to be reached. */
const PATIENCE_MS = 600_000

/** Opens the gallery in a new profile, and scrolls from its first picture to its last. */
export async function measureWall(
  browser: Browser,
  address: string,
  pictures: number,
  say: (progress: string) => void,
): Promise<WallRound> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  try {
    const page = await context.newPage()
    const tools = await context.newCDPSession(page)
    await tools.send('Performance.enable')
    await page.goto(address, { waitUntil: 'commit' })
    const first = await page.evaluate<{ usableMs: number; thumbnailsMs: number }>(FIRST_SCREEN)
    const before = await memory(tools)
    await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] })
    await page.evaluate(START_PROBE)
    const { scrolled, stops } = await scrollToEnd(page, pictures, say)
    const { longestMs, nodes } = await page.evaluate<Probed>(END_PROBE)
    const trace = await browser.stopTracing()
    const after = await memory(tools)
    return {
      ...first,
      ...{ scrolled, stops, blankMs: longestMs },
      longestTaskMs: longestTask(trace),
      heapBytes: [before.heapBytes, after.heapBytes],
      nodes: { first: before.nodes, most: nodes, last: after.nodes },
    }
  } finally {
    await context.close()
  }
}

async function scrollToEnd(
  page: Page,
  pictures: number,
  say: (progress: string) => void,
): Promise<{ scrolled: number; stops: Settled[] }> {
  const stops: Settled[] = []
  const giveUpMs = monotonicMs() + PATIENCE_MS
  for (let turn = 0; monotonicMs() < giveUpMs; turn += 1) {
    const isWheel = turn < WHEEL_TURNS
    const { pixels, everyMs } = isWheel ? WHEEL : DRAG
    const { place } = await page.evaluate<{ place: number }>(scrollBy(pixels))
    const isEnd = place === pictures
    if (isEnd || (!isWheel && turn % DRAGS_TO_STOP === 0)) {
      stops.push(await page.evaluate<Settled>(SETTLE))
      say(`picture ${place}: whole after ${Math.round(stops.at(-1)?.ms ?? 0)} ms`)
    }
    if (isEnd) return { scrolled: place, stops }
    await delay(everyMs)
  }
  throw new Error(`the end of ${pictures} pictures was not reached`)
}

/** What the page holds after its garbage was collected. */
async function memory(tools: CDPSession): Promise<{ heapBytes: number; nodes: number }> {
  await tools.send('HeapProfiler.collectGarbage')
  const { metrics } = await tools.send('Performance.getMetrics')
  const metric = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? 0
  return { heapBytes: metric('JSHeapUsedSize'), nodes: metric('Nodes') }
}

/** Milliseconds of the longest task of any renderer's main thread. */
function longestTask(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: readonly TraceEvent[] }
  const mains = new Set(
    traceEvents.flatMap(({ name, pid, tid, args }) =>
      name === 'thread_name' && args?.name === 'CrRendererMain' ? [`${pid} ${tid}`] : [],
    ),
  )
  const tasks = traceEvents.filter(
    ({ name, pid, tid }) => name.endsWith('RunTask') && mains.has(`${pid} ${tid}`),
  )
  return tasks.reduce((longest, { dur = 0 }) => Math.max(longest, dur / 1000), 0)
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds. */
  readonly dur?: number
  readonly args?: { readonly name?: string }
}
