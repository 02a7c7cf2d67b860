import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Axis, chartsImage, type LineChart } from '../../bench/report/line-chart.ts'

const axis = (title: string, scale: Axis['scale']): Axis => ({ title, scale, format: String })

const chart: LineChart = {
  title: 'A & B <over> C',
  across: axis('images', 'logarithmic'),
  up: axis('thousands', 'linear'),
  lines: [
    {
      name: 'one',
      colour: 0,
      dashed: false,
      dots: true,
      points: [
        { x: 10, y: 0 },
        { x: 1000, y: 10 },
      ],
    },
    {
      name: 'two',
      colour: 1,
      dashed: true,
      dots: false,
      points: [
        { x: 10, y: 5 },
        { x: 1000, y: 10 },
      ],
    },
  ],
}

test('points stand where the axes say', () => {
  // The plot goes from 56 to 340 across and from 284 (0) to 64 (10) up.
  assert.match(chartsImage('t', [chart]), /<path class="s0" d="M56 284L340 64"\/>/)
  assert.match(chartsImage('t', [chart]), /<path class="s1 dashed" d="M56 174L340 64"\/>/)
})

test('texts are escaped', () => {
  const image = chartsImage('<script>', [chart])
  assert.ok(image.includes('A &amp; B &lt;over&gt; C'))
  assert.ok(!image.includes('<script>'))
})

test('the names of lines that end at one point do not overlap', () => {
  const heights = [...chartsImage('t', [chart]).matchAll(/<text class="f[01]" x="350" y="([0-9.]+)">/g)]
  const [first = 0, second = 0] = heights.map(found => Number(found[1]))
  assert.equal(heights.length, 2)
  assert.ok(Math.abs(first - second) >= 15)
  // And none is pushed out of the plot, whose upper edge is at 64.
  assert.ok(Math.min(first, second) >= 64)
})

test('charts stand side by side, with a dot for each point of the lines that have dots', () => {
  const image = chartsImage('t', [chart, chart])
  assert.match(image, /viewBox="0 0 920 340"/)
  assert.match(image, /<g transform="translate\(460 0\)">/)
  assert.equal(image.match(/<circle /g)?.length, 4)
  assert.match(image, /prefers-color-scheme: dark/)
})
