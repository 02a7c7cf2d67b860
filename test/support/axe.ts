import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What WCAG 2.2 asks for at the levels A and AA, as axe-core names it, and that the page is of regions and headings. */
const WANTED = [...['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'], 'best-practice']

/** What axe-core finds wrong with the page as it stands, one sentence for each element; empty where nothing is. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source)
  const { violations } = await page.evaluate<axe.AxeResults>(
    `axe.run({ runOnly: ${JSON.stringify(WANTED)}, resultTypes: ['violations'] })`,
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`),
  )
}
