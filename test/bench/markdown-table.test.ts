import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markdownTable } from '../../bench/report/markdown-table.ts'

test('columns are as wide as their longest cell, figures stand to the right, nothing is a dash', () => {
  const table = markdownTable({
    columns: [
      { heading: 'Server', figures: false },
      { heading: 'Rate', figures: true },
    ],
    rows: [
      ['C batch echo', '500.1'],
      ['other', undefined],
    ],
  })
  assert.equal(
    table,
    [
      '| Server       |  Rate |',
      '| ------------ | ----: |',
      '| C batch echo | 500.1 |',
      '| other        |     – |',
      '',
    ].join('\n'),
  )
})

test('a cell cannot break out of its table', () => {
  const table = markdownTable({ columns: [{ heading: 'Reason', figures: false }], rows: [['a | b\nc']] })
  assert.equal(table.split('\n').at(2), '| a \\| b c |')
})

test('a table without rows is nothing', () => {
  assert.equal(markdownTable({ columns: [{ heading: 'Reason', figures: false }], rows: [] }), '')
})
