import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Allowed {
  readonly folders: readonly string[]
  /** Modules of Node, or `any`. */
  readonly node: readonly string[]
}

async function readMatrix(): Promise<Map<string, Allowed>> {
  const text = await readFile(join(root, 'ARCHITECTURE.md'), 'utf8')
  const table = text.split('## Import matrix')[1]?.split('\n## ')[0] ?? ''
  const rows = table.split('\n').filter(line => /^\| [a-z]+ \|/.test(line) && !line.startsWith('| folder'))
  return new Map(
    rows.map(row => {
      const [, folder = '', folders = '', node = ''] = row.split('|').map(cell => cell.trim())
      const list = (cell: string) =>
        cell.split(',').flatMap(name => (name.trim() === '' ? [] : [name.trim()]))
      return [folder, { folders: list(folders), node: list(node) }]
    }),
  )
}

async function* importsOf(folder: string): AsyncGenerator<{ file: string; target: string }> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.(ts|svelte)$/.test(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    const text = await readFile(file, 'utf8')
    for (const match of text.matchAll(
      /^(?:import|export|\}) .*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
    )) {
      const target = match[1] ?? match[2] ?? match[3] ?? ''
      if (/^[.@a-z]/.test(target)) yield { file, target }
    }
  }
}

test('every import points where the matrix of ARCHITECTURE.md allows', async () => {
  const matrix = await readMatrix()
  const folders = await readdir(join(root, 'src'))
  assert.deepEqual([...matrix.keys()].sort(), folders.sort(), 'the matrix names the folders there are')
  const used = new Set<string>()
  let count = 0
  for (const [folder, allowed] of matrix) {
    for await (const { file, target } of importsOf(join(root, 'src', folder))) {
      count += 1
      const where = `${relative(root, file)} imports ${target}`
      if (target.startsWith('.')) {
        const to = relative(join(root, 'src'), join(dirname(file), target)).split(sep)[0] ?? ''
        assert.ok(to === folder || allowed.folders.includes(to), where)
        used.add(`${folder} ${to}`)
      } else if (target.startsWith('node:')) {
        const name = target.slice('node:'.length)
        assert.ok(allowed.node.includes('any') || allowed.node.includes(name), where)
      }
    }
    for (const name of allowed.folders)
      assert.ok(used.has(`${folder} ${name}`), `nothing in ${folder} imports from ${name}`)
  }
  assert.ok(count > 100, `only ${count} imports were read`)
})

test('the matrix has no cycle: an import only points down', async () => {
  const matrix = await readMatrix()
  const floor = new Map<string, number>()
  const visit = (folder: string, above: readonly string[]): number => {
    assert.ok(!above.includes(folder), `cycle: ${[...above, folder].join(' -> ')}`)
    const known = floor.get(folder)
    if (known !== undefined) return known
    const below = (matrix.get(folder)?.folders ?? []).map(name => visit(name, [...above, folder]))
    const height = 1 + Math.max(0, ...below)
    floor.set(folder, height)
    return height
  }
  for (const folder of matrix.keys()) visit(folder, [])
})
