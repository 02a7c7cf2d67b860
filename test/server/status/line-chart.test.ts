import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawChart, type LineChart, type Point } from '../../../src/server/status/line-chart.ts'
import { checkHtml, type Element } from './html-checker.ts'

function chartOf(...lines: readonly (readonly Point[])[]): LineChart {
  return {
    id: 'c',
    title: 'A & B',
    description: 'from <0>',
    lines: lines.map((points, look) => ({ look, points })),
    whole: true,
    gapSeconds: 30,
    formatValue: value => `v${value}`,
    formatMinutesAgo: minutes => `m${minutes}`,
  }
}

function draw(chart: LineChart): { text: string; elements: Element[] } {
  const { text } = drawChart(chart)
  return { text, elements: checkHtml(`<!doctype html>\n${text}`) }
}

/** The numbers of a path of lines: `M` and `L` with where they lead. */
function pathOf(elements: readonly Element[], kind: string, look: number): string {
  const found = elements.find(({ attributes }) => attributes.get('class') === `${kind} look${look}`)
  return found?.attributes.get('d') ?? assert.fail(kind)
}

const every10s = (count: number, value: (index: number) => number): Point[] =>
  Array.from({ length: count }, (_, index) => ({ secondsAgo: (count - 1 - index) * 10, value: value(index) }))

test('a chart has marks on both axes, a title and a description', () => {
  const { text } = draw(chartOf(every10s(31, index => index)))
  const texts = [...text.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(match => match[1])
  assert.deepEqual(texts, ['v0', 'v10', 'v20', 'v30', 'm5', 'm4', 'm3', 'm2', 'm1', 'm0'])
  assert.ok(text.includes('<title id="c-title">A &#38; B</title>'))
  assert.ok(text.includes('<desc id="c-description">from &#60;0&#62;</desc>'))
})

test('the oldest point is at the left, the newest at the right, higher values above lower ones', () => {
  const { elements } = draw(chartOf(every10s(31, index => index)))
  const points = [...pathOf(elements, 'line', 0).matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ])
  assert.equal(points.length, 31)
  assert.deepEqual(points[0], [64, 186])
  assert.deepEqual(points.at(-1), [410, 14])
  for (const [index, [x = 0, y = 0]] of points.entries()) {
    const [beforeX = -1, beforeY = 999] = points[index - 1] ?? []
    assert.ok(x > beforeX && y < beforeY)
  }
})

test('where nothing is known for a while the line is broken, and a lone point is a dot', () => {
  const points = [300, 290, 280, 100, 20, 10, 0].map(secondsAgo => ({ secondsAgo, value: 1 }))
  const { elements } = draw(chartOf(points))
  const line = pathOf(elements, 'line', 0)
  assert.equal(line.match(/M/g)?.length, 3)
  assert.match(line, /h0M/)
  assert.equal(pathOf(elements, 'area', 0).match(/Z/g)?.length, 3)
})

test('every line has its look, the first one an area', () => {
  const { elements } = draw(chartOf([{ secondsAgo: 0, value: 1 }], [{ secondsAgo: 0, value: 2 }]))
  const looks = elements.flatMap(
    ({ attributes }) => attributes.get('class')?.match(/^(?:line|area) look\d/)?.[0] ?? [],
  )
  assert.deepEqual(looks, ['area look0', 'line look0', 'line look1'])
})

test('what is older than an hour is left out', () => {
  const { elements } = draw(chartOf([7200, 3601, 3600, 3590].map(secondsAgo => ({ secondsAgo, value: 1 }))))
  assert.equal(pathOf(elements, 'line', 0).match(/[ML]/g)?.length, 2)
})

test('a chart of nothing is an empty one', () => {
  for (const chart of [chartOf(), chartOf([])]) {
    const { text } = draw(chart)
    assert.doesNotMatch(text, /NaN|Infinity|undefined/)
    assert.match(text, />v1</)
  }
})
