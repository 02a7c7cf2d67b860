import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Picture, PicturePage } from '../../../src/gallery/gallery-shapes.ts'
import { scrollWindow } from '../../../src/gallery/web/wall/scroll-window.ts'
import { Wall } from '../../../src/gallery/web/wall/wall.ts'
import { PAGE_PICTURES, type PagePlace } from '../../../src/gallery/web/wall/wall-pages.ts'
import { until } from '../../support/until.ts'

const PAGE = 100

function pictureAt(index: number): Picture {
  const md5 = index.toString(16).padStart(32, '0')
  return { md5, name: `${index}.jpg`, ownerCount: 1, isMine: false, width: 300, height: 200 }
}

/** A network of `total` pictures, and how often each of its pages was asked for. */
function networkOf(total: number) {
  const asked = new Map<number, number>()
  const load = async ({ cursor }: PagePlace): Promise<PicturePage> => {
    const from = Number(cursor ?? 0)
    asked.set(from, (asked.get(from) ?? 0) + 1)
    const to = Math.min(total, from + PAGE)
    const pictures = Array.from({ length: to - from }, (_, index) => pictureAt(from + index))
    return { pictures, notApplied: [], ...(to < total ? { next: String(to) } : {}) }
  }
  return { load, asked }
}

function fail(fault: unknown): void {
  throw fault
}

const shape = { width: 1000, height: 200, gap: 4 }

test('a wall loads ahead of what is seen, and no more', async () => {
  const { load, asked } = networkOf(100_000)
  let changes = 0
  const wall = new Wall(
    load,
    shape,
    () => {
      changes += 1
    },
    fail,
  )
  await wall.loadFirst(1)
  assert.equal(wall.count, PAGE)
  const seen = wall.between(0, 800)
  assert.ok(seen.length > 10 && seen.length < 30)
  assert.equal(asked.size, 1, 'what is there reaches far enough')
  for (let round = 0; round < 20; round += 1) {
    wall.between(wall.height / 2, wall.height / 2 + 800)
    await setImmediate()
  }
  assert.ok(changes > 0 && asked.size > 1 && asked.size < 5, `${asked.size} pages`)
  wall.stop()
})

test('of a large wall only some pages are held; the others come again when they are looked at', async () => {
  const { load, asked } = networkOf(20_000)
  let changes = 0
  const wall = new Wall(
    load,
    shape,
    () => {
      changes += 1
    },
    fail,
  )
  await wall.loadFirst(20_000)
  assert.ok(wall.isAtEnd)
  assert.equal(wall.range(0, wall.count).length < 5000, true)
  assert.equal(wall.at(0), undefined)
  wall.between(0, 500)
  await until(() => changes > 0)
  assert.equal(asked.get(0), 2)
  assert.deepEqual(
    wall.between(0, 500).map(({ index, picture }) => [index, picture.md5]),
    wall.between(0, 500).map(({ index }) => [index, pictureAt(index).md5]),
  )
  assert.equal(wall.between(0, 500)[0]?.picture.name, '0.jpg')
  wall.stop()
})

test('a range is loaded where it is not held, whatever is looked at meanwhile', async () => {
  const total = 20_000
  const { load } = networkOf(total)
  const wall = new Wall(
    async (place, signal) => {
      const page = await load(place)
      await setImmediate()
      signal.throwIfAborted()
      return page
    },
    shape,
    () => {},
    fail,
  )
  await wall.loadFirst(total)
  assert.equal(wall.at(10), undefined)
  const range = wall.load(10, 900)
  // Far away from there.
  wall.between(wall.height - 500, wall.height)
  assert.deepEqual(
    (await range).map(({ md5 }) => md5),
    Array.from({ length: 891 }, (_, index) => pictureAt(10 + index).md5),
  )
  wall.stop()
})

test('a page that shrank meanwhile leaves places empty, and one picture is never shown twice', async () => {
  let isShrunk = false
  const wall = new Wall(
    async ({ cursor }) => {
      const from = Number(cursor ?? 0)
      const numbers =
        isShrunk && from === 0 ? [0, 2, 2] : Array.from({ length: 4 }, (_, index) => from + index)
      return {
        pictures: numbers.map(pictureAt),
        notApplied: [],
        ...(from < 200 ? { next: String(from + 4) } : {}),
      }
    },
    shape,
    () => {},
    fail,
  )
  await wall.loadFirst(200)
  isShrunk = true
  wall.between(0, 100)
  await until(() => wall.at(0) !== undefined)
  const shown = wall.between(0, 100).map(({ picture }) => picture.name)
  assert.deepEqual(shown.slice(0, 2), ['0.jpg', '2.jpg'])
  assert.equal(new Set(shown).size, shown.length)
  wall.stop()
})

/** A network that says how many pictures it has, in proportions of their own, and what was asked of it. */
function countedNetwork(total: number) {
  const asked: PagePlace[] = []
  const load = async (place: PagePlace, signal: AbortSignal): Promise<PicturePage> => {
    asked.push(place)
    await setImmediate()
    signal.throwIfAborted()
    const isFirst = place.cursor === undefined && place.offset === undefined
    const from = Number(place.cursor ?? place.offset ?? 0)
    const to = Math.min(total, from + (isFirst ? 120 : PAGE_PICTURES))
    const pictures = Array.from({ length: to - from }, (_, index) => ({
      ...pictureAt(from + index),
      height: 150 + (((from + index) * 37) % 200),
    }))
    return {
      pictures,
      notApplied: [],
      ...(to < total ? { next: String(to) } : {}),
      ...(isFirst ? { total } : {}),
    }
  }
  return { load, asked }
}

test('a far place of a million is shown without what lies before it, and stays while that comes', async () => {
  const { load, asked } = countedNetwork(1_000_000)
  let moved = 0
  const wall = new Wall(
    load,
    shape,
    by => {
      moved += by
    },
    fault => assert.equal((fault as Error).name, 'AbortError'),
  )
  await wall.loadFirst(1)
  assert.equal(wall.count, 1_000_000)
  // The height is a guess by the first ones, and not far from what it will be.
  assert.ok(wall.height > 20_000_000 && wall.height < 60_000_000, `${wall.height}`)
  let top = wall.height / 2
  wall.between(top, top + 800)
  await until(() => wall.between(top, top + 800).length > 10)
  assert.ok(asked.length < 8, `${asked.length} pages`)
  const [first] = wall.between(top, top + 800)
  assert.ok(first !== undefined && Math.abs(first.index - 500_000) < 30_000, `${first?.index}`)
  assert.equal(first.picture.md5, pictureAt(first.index).md5)

  // Upwards, page by page: whatever comes above, what is in view does not jump.
  for (let step = 0; step < 300; step += 1) {
    const seen = wall.between(top, top + 800)
    const watched = seen[Math.floor(seen.length / 2)]
    const before = watched && wall.boxOf(watched.index).top - top
    moved = 0
    for (let turn = 0; turn < 3; turn += 1) await setImmediate()
    top += moved
    if (watched !== undefined && before !== undefined)
      assert.ok(Math.abs(wall.boxOf(watched.index).top - top - before) < 300)
    top -= 150
  }
  const passedBy = asked.length
  for (let at = 0; at < 40; at += 1) wall.between(at * 500_000, at * 500_000 + 800)
  for (let turn = 0; turn < 5; turn += 1) await setImmediate()
  assert.ok(asked.length > passedBy)
  assert.equal(wall.at(300_000), undefined, 'what was passed by was given up')
  wall.stop()
})

test('pictures are found by place, by rectangle and by row', async () => {
  const { load } = networkOf(60)
  const wall = new Wall(load, shape, () => {}, fail)
  await wall.loadFirst(60)
  assert.equal(wall.placeOf(pictureAt(17).md5), 17)
  assert.equal(wall.placeOf('f'.repeat(32)), -1)
  const { left, top, width, height } = wall.boxOf(5)
  const around = { left: left + 5, top: top + 5, width: width - 10, height: height - 10 }
  assert.deepEqual(
    wall.within(around).map(({ name }) => name),
    ['5.jpg'],
  )
  assert.equal(wall.within({ left: 0, top: 0, width: 1000, height: wall.height }).length, 60)
  assert.equal(wall.inRowBeside(0, -1), 0)
  const below = wall.inRowBeside(0, 1)
  assert.ok(below > 0 && wall.inRowBeside(below, -1) === 0)
  wall.markMine(pictureAt(3).md5)
  assert.equal(wall.at(3)?.isMine, true)
  const before = wall.height
  wall.reshape({ ...shape, width: 500 })
  assert.ok(wall.height > before)
})

test('a wall higher than an element can be is scrolled by parts, without a jump', () => {
  const viewport = 800
  const total = 60_000_000
  assert.deepEqual(scrollWindow(5000, viewport, 0, 120), { origin: 0, height: 5000, scrollTop: 120 })
  for (const part of [0, 0.25, 0.5, 1]) {
    // The scrollbar drawn far means a part of everything.
    const at = part * (12_000_000 - viewport)
    const far = scrollWindow(total, viewport, 3_000_000, at, 1_000_000)
    assert.equal(far.scrollTop, at)
    assert.ok(Math.abs(far.origin + at - part * (total - viewport)) < 1)
  }
  let origin = 0
  let scrollTop = 0
  let moves = 0
  while (origin + scrollTop < total - viewport) {
    const at = Math.min(scrollTop + 50_000, 12_000_000 - viewport)
    const moved = scrollWindow(total, viewport, origin, at)
    assert.equal(moved.origin + moved.scrollTop, origin + at)
    assert.ok(moved.scrollTop >= 0 && moved.scrollTop + viewport <= moved.height)
    moves += moved.origin === origin ? 0 : 1
    if (moved.origin === origin && moved.scrollTop === scrollTop) break
    ;({ origin, scrollTop } = moved)
  }
  assert.equal(origin + 12_000_000, total)
  assert.ok(moves > 5)
  while (origin + scrollTop > 0) {
    const moved = scrollWindow(total, viewport, origin, Math.max(0, scrollTop - 50_000))
    if (moved.origin === origin && moved.scrollTop === scrollTop) break
    ;({ origin, scrollTop } = moved)
  }
  assert.deepEqual([origin, scrollTop], [0, 0])
})

/** Pictures of which every tenth is a copy of the one before it; the 25th has its best copy far behind. */
function networkWithCopies(total: number) {
  const likenessOf = (index: number) => ((BigInt(index) * 0x9e37_79b9_7f4a_7c15n) & (2n ** 64n - 1n)) | 1n
  const pictures = Array.from({ length: total }, (_, index): Picture => {
    const of = index === 1000 ? 25 : index % 10 === 9 ? index - 1 : index
    const size = index === 1000 ? { width: 3000, height: 2000 } : { bytes: 1000 - index }
    return { ...pictureAt(index), ...size, likeness: likenessOf(of).toString(16).padStart(16, '0') }
  })
  const load = async ({ cursor }: PagePlace): Promise<PicturePage> => {
    const from = Number(cursor ?? 0)
    const to = Math.min(total, from + PAGE)
    return { pictures: pictures.slice(from, to), notApplied: [], ...(to < total ? { next: String(to) } : {}) }
  }
  return { load, pictures }
}

test('near copies take the place of one, which shows the best of them, and nothing moves when more come', async () => {
  const { load, pictures } = networkWithCopies(5000)
  const md5Of = (index: number) => pictures[index]?.md5 ?? ''
  const wall = new Wall(load, shape, () => {}, fail, true)
  await wall.loadFirst(100)
  assert.deepEqual([wall.at(8)?.md5, wall.at(9)], [md5Of(8), undefined])
  const before = wall.between(0, 800)
  assert.deepEqual(before.map(({ index, copies }) => [index, copies]).slice(7, 10), [
    [7, 1],
    [8, 2],
    [10, 1],
  ])
  assert.deepEqual([wall.beside(8, 1), wall.beside(10, -1), wall.beside(0, -1)], [10, 8, 0])
  assert.equal(wall.placeOf(md5Of(9)), 8)
  assert.deepEqual(
    wall.range(8, 10).map(({ md5 }) => md5),
    [md5Of(8), md5Of(10)],
  )

  await wall.loadFirst(1100)
  assert.deepEqual(
    wall.between(0, 800).map(({ box }) => box),
    before.map(({ box }) => box),
  )
  assert.deepEqual([wall.at(25)?.md5, wall.at(1000)], [md5Of(1000), undefined])
  assert.equal(wall.placeOf(md5Of(1000)), 25)
  assert.deepEqual([wall.frontOf(md5Of(25)), wall.frontOf(md5Of(8))], [md5Of(1000), md5Of(8)])
  assert.equal(
    wall.between(0, 4000).find(({ picture }) => picture.md5 === md5Of(1000))?.key,
    md5Of(25),
    'it keeps its tile',
  )
  wall.markMine(md5Of(25))
  assert.equal(wall.at(25)?.isMine, false)
  assert.notEqual(wall.at(25)?.copyHeld, undefined, 'a copy of it is held now')
  wall.markMine(md5Of(1000))
  assert.equal(wall.at(25)?.isMine, true)
  // Unfolded, each has its place.
  const every = new Wall(load, shape, () => {}, fail)
  await every.loadFirst(100)
  assert.equal(every.at(9)?.md5, md5Of(9))
  assert.ok(every.height > 0 && every.between(0, 300).every(({ copies }) => copies === 1))
})

test('a page that is loaded again is folded as before, and beyond a bound nothing is compared', async () => {
  const { load, pictures } = networkWithCopies(14_000)
  const wall = new Wall(load, shape, () => {}, fail, true)
  await wall.loadFirst(14_000)
  assert.equal(wall.at(0), undefined, 'it is not held any more')
  const boxes = () => Array.from({ length: 200 }, (_, index) => wall.boxOf(index))
  const before = boxes()
  await wall.load(0, 99)
  assert.deepEqual([wall.at(8)?.md5, wall.at(9)], [pictures[8]?.md5, undefined])
  assert.deepEqual(boxes(), before)
  assert.equal(wall.at(13_999)?.md5, pictures[13_999]?.md5)
})
