import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SHARED } from '../../src/gallery/build-web.ts'

const web = fileURLToPath(new URL('../../src/gallery/web', import.meta.url))

/** Folders outside the page's own that its modules take more than types from. */
async function foldersTakenFrom(): Promise<Set<string>> {
  const folders = new Set<string>()
  for (const entry of await readdir(web, { withFileTypes: true, recursive: true })) {
    if (!/\.(ts|svelte)$/.test(entry.name)) continue
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8')
    for (const [, what = '', from = ''] of text.matchAll(/^import (?!type )([\s\S]*?) from '(\.[^']+)'/gm)) {
      const folder = relative(web, dirname(join(entry.parentPath, from)))
      if (folder.startsWith('..') && folder !== '..' && what !== '') folders.add(folder)
    }
  }
  return folders
}

test('the page is built anew when anything changes that it is made of', async () => {
  assert.deepEqual([...(await foldersTakenFrom())].sort(), [...SHARED].sort())
})
