import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { writePicture } from '../support/pictures.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const run = promisify(execFile)
const checkout = fileURLToPath(new URL('../..', import.meta.url))

test('the package as it is published runs where it is installed, and brings no second Node', async t => {
  const folder = await temporaryFolder(t)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  await run(npm, ['pack', '--pack-destination', folder], { cwd: checkout })
  const [archive = ''] = (await readdir(folder)).filter(name => name.endsWith('.tgz'))
  const modules = join(folder, 'node_modules')
  const installed = join(modules, 'sockets-image-p2p')
  await mkdir(installed, { recursive: true })
  await run('tar', ['-xzf', join(folder, archive), '-C', installed, '--strip-components=1'])

  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
    optionalDependencies?: Record<string, string>
  }
  const needed = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies ?? {})]
  assert.ok(!needed.some(name => name.startsWith('node')), needed.join(' '))
  assert.ok(!(await readdir(installed)).includes('src'))
  for (const name of needed) {
    await mkdir(join(modules, name, '..'), { recursive: true })
    await symlink(join(checkout, 'node_modules', name), join(modules, name), 'junction')
  }

  const entry = join(installed, 'bin', 'imagep2p.js')
  const help = await run(process.execPath, [entry, '--help', '--lang', 'en'])
  assert.match(help.stdout, /share pictures/i)
  // Reads a folder, so the worker that hashes is found in its built form too.
  const pictures = join(folder, 'pictures')
  await mkdir(pictures)
  await writePicture(pictures, 'a.png', 1)
  const menu = run(process.execPath, [
    entry,
    'client',
    '127.0.0.1:9',
    pictures,
    '--data',
    folder,
    '--lang',
    'en',
  ])
  menu.child.stdin?.end('6\n')
  assert.match((await menu).stdout, /1 picture shared on port/)
})
