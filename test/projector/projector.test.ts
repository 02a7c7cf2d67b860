import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProjectorCells } from '../../src/projector/projector-cells.ts'
import { projectorGrid } from '../../src/projector/projector-grid.ts'

const named = (...names: string[]) => names.map(md5 => ({ md5 }))

function started(names: string[], count: number) {
  const wall = new ProjectorCells<{ md5: string }>()
  wall.renew(named(...names), count)
  return { wall, shown: () => wall.cells.map(({ md5 }) => md5) }
}

test('the grid has no gap and no more cells than pictures, whatever the window', () => {
  for (const [width, height] of [
    [1920, 1080],
    [390, 800],
    [800, 390],
    [1, 1],
    [10_000, 200],
  ] as const) {
    for (let count = 0; count < 40; count += 1) {
      const { columns, rows, isBig, cells } = projectorGrid(count, width, height)
      assert.equal(cells, columns * rows - (isBig ? 3 : 0))
      assert.ok(cells <= Math.max(1, count), `${count}`)
    }
  }
  assert.deepEqual(projectorGrid(100, 1920, 1080), { columns: 5, rows: 3, isBig: true, cells: 12 })
})

test('what is there fills the cells, and none stands twice however long it turns', () => {
  const names = Array.from({ length: 9 }, (_, index) => `${index}`)
  const { wall, shown } = started(names, 4)
  assert.deepEqual(shown(), ['0', '1', '2', '3'])
  const seen = new Set(shown())
  for (let turns = 0; turns < 60; turns += 1) {
    wall.turn(false, (turns * 0.37) % 1)
    assert.equal(new Set(shown()).size, 4)
    for (const md5 of shown()) seen.add(md5)
  }
  assert.equal(seen.size, 9, 'everything has its turn')
})

test('what arrives comes into the first cell, also where it is paused or a new cell shows it already', () => {
  const { wall, shown } = started(['a', 'b', 'c'], 3)
  wall.renew(named('new', 'a', 'b', 'c'), 3)
  assert.deepEqual(shown(), ['a', 'b', 'c'])
  wall.turn(true, 0)
  assert.equal(shown()[0], 'new')
  assert.ok(shown().includes('a'))
  wall.turn(true, 0)
  assert.equal(shown()[0], 'new', 'paused')

  const grown = started(['a'], 1)
  grown.wall.renew(named('new', 'a'), 2)
  assert.deepEqual(grown.shown(), ['a', 'new'])
  grown.wall.turn(true, 0)
  assert.deepEqual(grown.shown(), ['new', 'a'])
  grown.wall.turn(true, 0)
  assert.deepEqual(grown.shown(), ['new', 'a'])
})

test('what is gone or cannot be shown makes room, and a smaller window shows less', () => {
  const { wall, shown } = started(['a', 'b', 'c', 'd', 'e'], 3)
  wall.renew(named('a', 'c', 'd', 'e'), 3)
  assert.deepEqual(shown(), ['a', 'e', 'c'])
  wall.drop('a')
  wall.resize(3)
  assert.deepEqual(shown(), ['d', 'e', 'c'])
  wall.resize(1)
  assert.deepEqual(shown(), ['d'])
  wall.renew([], 3)
  assert.deepEqual(shown(), [])
  wall.turn(false, 0)
})
