import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { uniqueNames } from '../../../src/guests/zip/unique-names.ts'
import {
  directoryBytes,
  directoryHeader,
  endBytes,
  endRecords,
  localHeader,
  placeBytes,
} from '../../../src/guests/zip/zip-records.ts'
import { ask, hostGuests } from '../../support/guests.ts'
import { md5 } from '../../support/md5.ts'
import { picture, writePicture } from '../../support/pictures.ts'
import { noPython } from '../../support/python.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** Unpacks as Python does, after its own test of every sum. */
function unpack(archive: string, into: string): void {
  const program =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])'
  execFileSync('python3', ['-c', program, archive, into])
}

test('a selection and all of it come as one ZIP whose files are the originals, byte for byte', {
  skip: noPython,
}, async t => {
  const host = await hostGuests(
    t,
    async folder => {
      await writePicture(folder, 'Été 😀.jpg', 1, 'jpeg')
      await writePicture(folder, 'b.png', 2, 'png', 400)
      await mkdir(join(folder, 'sub'))
      await writePicture(join(folder, 'sub'), 'B.png', 3)
    },
    { recursive: true },
  )
  const originals = [await picture(1, 'jpeg'), await picture(2, 'png', 400), await picture(3)]
  const folder = await temporaryFolder(t)
  const take = async (query: string, name: string) => {
    const { status, body, headers } = await ask(host, `${host.base}pictures.zip${query}`)
    assert.equal(status, 200)
    assert.equal(headers['content-length'], String(body.length))
    assert.equal(headers['content-type'], 'application/zip')
    await writeFile(join(folder, `${name}.zip`), body)
    unpack(join(folder, `${name}.zip`), join(folder, name))
    const names = (await readdir(join(folder, name))).sort()
    const sums = await Promise.all(names.map(async file => md5(await readFile(join(folder, name, file)))))
    return { names, sums: sums.sort() }
  }
  const all = await take('', 'all')
  assert.equal(all.names.length, 3)
  assert.equal(
    new Set(all.names.map(name => name.toLowerCase())).size,
    3,
    'also where case is not told apart',
  )
  assert.ok(all.names.includes('Été 😀.jpg'))
  assert.deepEqual(all.sums, originals.map(md5).sort())
  const [first, second] = originals.map(md5)
  const some = await take(`?p=${first}&p=${second}&p=${first}&p=${'0'.repeat(32)}`, 'some')
  assert.deepEqual(some.sums, [first, second].sort())
  const one = await ask(host, `${host.base}pictures.zip?p=${first}`)
  assert.deepEqual([one.status, one.headers.location], [303, `${host.base}original/${first}`])
  const none = await ask(host, `${host.base}pictures.zip?p=${'0'.repeat(32)}`)
  assert.equal(none.status, 404)
  const many = `?${Array.from({ length: 1001 }, () => 'p=0').join('&')}`
  assert.equal((await ask(host, `${host.base}pictures.zip${many}`)).status, 429)
  assert.deepEqual(host.faults, [])
})

test('a file that was changed meanwhile cuts the archive off', async t => {
  const host = await hostGuests(t, async folder => {
    await writePicture(folder, 'a.png', 1)
    await writePicture(folder, 'b.png', 2)
  })
  await host.peer.stop()
  await writeFile(join(host.directory, 'b.png'), await picture(9))
  await assert.rejects(ask(host, `${host.base}pictures.zip`), { code: 'ECONNRESET' })
})

test('an entry beyond 4 GB, and more than 65,535 of them, are read by ZIP64', { skip: noPython }, async t => {
  const content = Buffer.from('far away')
  const entry = {
    name: 'far.png',
    bytes: content.length,
    crc: crc32(content),
    modifiedMs: Date.UTC(2026, 4, 6),
  }
  const offset = 5 * 1024 ** 3
  const folder = await temporaryFolder(t)
  const path = join(folder, 'far.zip')
  const file = openSync(path, 'w')
  ftruncateSync(file, offset)
  const directory = directoryHeader({ entry, offset })
  assert.equal(directory.length, directoryBytes(entry, offset))
  const directoryAt = offset + placeBytes(entry)
  const end = endRecords(1, directory.length, directoryAt)
  assert.equal(end.length, endBytes(1, directory.length, directoryAt))
  writeSync(file, Buffer.concat([localHeader(entry), content, directory, end]), 0, undefined, offset)
  closeSync(file)
  unpack(path, folder)
  assert.deepEqual(await readFile(join(folder, 'far.png')), content)

  const empty = (index: number) => ({ name: `${index}`, bytes: 0, crc: 0, modifiedMs: 0 })
  const parts: Buffer[] = []
  const headers: Buffer[] = []
  let at = 0
  for (let index = 0; index < 65_600; index += 1) {
    parts.push(localHeader(empty(index)))
    headers.push(directoryHeader({ entry: empty(index), offset: at }))
    at += placeBytes(empty(index))
  }
  const size = headers.reduce((sum, header) => sum + header.length, 0)
  const many = join(folder, 'many.zip')
  await writeFile(many, Buffer.concat([...parts, ...headers, endRecords(65_600, size, at)]))
  const program = 'import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).namelist()))'
  assert.equal(execFileSync('python3', ['-c', program, many]).toString().trim(), '65600')
})

test('an entry of more than 4 GB tells its size by ZIP64 in both of its headers', () => {
  const bytes = 6 * 1024 ** 3
  const entry = { name: 'large.tif', bytes, crc: 7, modifiedMs: 0 }
  const local = localHeader(entry)
  assert.equal(local.readUInt32LE(18), 0xffff_ffff)
  assert.equal(local.readBigUInt64LE(30 + entry.name.length + 4), BigInt(bytes))
  assert.equal(local.length + bytes, placeBytes(entry))
  const header = directoryHeader({ entry, offset: 5 })
  assert.equal(header.readBigUInt64LE(46 + entry.name.length + 4), BigInt(bytes))
  assert.equal(header.length, directoryBytes(entry, 5))
})

test('names in an archive are safe, and told apart on any system', () => {
  assert.deepEqual(uniqueNames(['a.png', 'A.PNG', 'a.png', 'a (2).png', '../x', 'CON.jpg', 'b', 'b']), [
    ...['a.png', 'A (2).PNG', 'a (3).png', 'a (2) (2).png', 'picture', '_CON.jpg', 'b', 'b (2)'],
  ])
})
