import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitOf, limitText } from '../../../src/gallery/web/transfers/limit-fields.ts'
import {
  PLOT_HEIGHT,
  PLOT_WIDTH,
  plotPoints,
  plotSurface,
  plotTop,
  rateNow,
} from '../../../src/gallery/web/transfers/rate-plot.ts'
import { needsAsking } from '../../../src/gallery/web/transfers/take-all.ts'
import {
  dropPlace,
  ROW_HEIGHT,
  scrollTo,
  visibleRows,
} from '../../../src/gallery/web/transfers/visible-rows.ts'

test('only the rows that are seen, and some beside them, are drawn', () => {
  assert.deepEqual(visibleRows(10_000, 0, 600), { start: 0, limit: 16 })
  assert.deepEqual(visibleRows(10_000, 100 * ROW_HEIGHT, 600), { start: 94, limit: 22 })
  // The list became shorter than where it was scrolled to.
  assert.deepEqual(visibleRows(5, 100 * ROW_HEIGHT, 600), { start: 4, limit: 1 })
  assert.deepEqual(visibleRows(0, 0, 600), { start: 0, limit: 1 })
  // Never more than the API gives, nor less than one.
  assert.equal(visibleRows(10_000, 0, 1e6).limit, 200)
  assert.equal(visibleRows(10_000, -50, 0).limit, 6)
})

test('a row is brought into view by the shortest way, and dropped between two', () => {
  assert.equal(scrollTo(0, 500, 600), 0)
  assert.equal(scrollTo(9, 0, 600), 0)
  assert.equal(scrollTo(10, 0, 600), ROW_HEIGHT)
  assert.deepEqual(
    [-20, 29, 31, 89, 91, 1e6].map(y => dropPlace(y, 4)),
    [0, 0, 1, 1, 2, 4],
  )
})

test('the plot reaches up to a round rate, and ends at its right edge', () => {
  assert.deepEqual([rateNow(), rateNow([6]), rateNow([900, 1, 2, 3])], [0, 6, 2])
  assert.equal(plotTop([[], []]), 10_000)
  assert.equal(plotTop([[10_001], [3]]), 20_000)
  assert.equal(plotTop([[0], [4_900_000]]), 5_000_000)
  assert.equal(plotTop([[5_100_000]]), 10_000_000)
  assert.equal(plotPoints([0, 50, 100, 200], 4, 100), '0.0,64.0 100.0,32.0 200.0,0.0 300.0,0.0')
  assert.equal(plotPoints([100], 300, 100), `${PLOT_WIDTH}.0,0.0`)
  assert.equal(plotSurface([], 300, 100), '')
  assert.equal(
    plotSurface([100, 100], 3, 100),
    `150.0,${PLOT_HEIGHT} 150.0,0.0 300.0,0.0 ${PLOT_WIDTH},${PLOT_HEIGHT}`,
  )
})

test('limits are typed in kilobytes per second, and nothing stands for none', () => {
  const limits = { download: 1_500_000, upload: 0, uploadEach: 10, uploadSlots: 4 }
  assert.deepEqual(
    [limitText('download', limits), limitText('upload', limits), limitText('uploadEach', limits)],
    ['1500', '', '1'],
  )
  assert.equal(limitText('uploadSlots', limits), '4')
  assert.deepEqual(limitOf('download', ' 1,5 '), { download: 1500 })
  assert.deepEqual(limitOf('upload', ''), { upload: 0 })
  assert.deepEqual(limitOf('uploadSlots', '3'), { uploadSlots: 3 })
  for (const wrong of ['-1', 'fast', '1e30', 'NaN', '1 2'])
    assert.equal(limitOf('upload', wrong), undefined, wrong)
  assert.equal(limitOf('uploadSlots', '1001'), undefined)
})

test('a person is asked before more than 500 pictures, or 5 GB, are taken', () => {
  assert.equal(needsAsking({ count: 500, bytes: 1e9 }), false)
  assert.equal(needsAsking({ count: 501, bytes: 0 }), true)
  assert.equal(needsAsking({ count: 1, bytes: 5_000_000_001 }), true)
})
