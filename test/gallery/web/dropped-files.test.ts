import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DroppedEntry, filesOfDropped } from '../../../src/gallery/web/sharing/dropped-files.ts'

const file = (name: string): DroppedEntry => ({
  ...{ name, isDirectory: false },
  file: found => found(new File([], name)),
})

/** Tells two at a time, as a browser tells a hundred. */
const folder = (name: string, ...inside: DroppedEntry[]): DroppedEntry => ({
  ...{ name, isDirectory: true },
  createReader() {
    let at = 0
    return {
      readEntries(found) {
        at += 2
        found(inside.slice(at - 2, at))
      },
    }
  },
})

async function namesOf(entries: DroppedEntry[]): Promise<string[]> {
  const names: string[] = []
  for await (const files of filesOfDropped(entries)) names.push(...files.map(({ name }) => name))
  return names.sort()
}

test('all of dropped folders is found, but hidden and unreadable files', async () => {
  const unreadable: DroppedEntry = { name: 'x', isDirectory: false, file: (_, failed) => failed(new Error()) }
  const closed: DroppedEntry = {
    ...{ name: 'closed', isDirectory: true },
    createReader: () => ({ readEntries: (_, failed) => failed(new Error()) }),
  }
  const summer = folder(
    'summer',
    file('1'),
    file('2'),
    file('.DS_Store'),
    folder('sea', file('3')),
    file('4'),
    closed,
  )
  assert.deepEqual(await namesOf([file('a'), summer, unreadable, folder('empty'), file('.named')]), [
    ...['.named', '1', '2', '3', '4', 'a'],
  ])
})

test('a loop of folders ends', async () => {
  const inside: DroppedEntry[] = [file('once')]
  const loop = folder('loop', ...inside)
  const endless: DroppedEntry = {
    ...loop,
    createReader: () => folder('', file('again'), endless).createReader?.() ?? assert.fail(),
  }
  assert.equal((await namesOf([endless])).length, 16)
})
