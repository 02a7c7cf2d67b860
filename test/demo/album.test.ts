import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Album, drawAlbum, type Picture } from '../../src/demo/album.ts'
import { drawCityAtNight } from '../../src/demo/drawings/city-at-night.ts'
import { drawGlazedTiles } from '../../src/demo/drawings/glazed-tiles.ts'
import { drawSunflower } from '../../src/demo/drawings/sunflower.ts'
import { encodePicture } from '../../src/demo/encoding.ts'

function smallPicture(
  fileName: string,
  takenAt: Date,
  drawing: (width: number, height: number) => string,
): Picture {
  return {
    fileName,
    format: 'png',
    width: 90,
    height: 90,
    takenAt,
    draw: () => encodePicture(drawing(90, 90), 'png', { description: fileName, takenAt }),
  }
}

const album: Album = {
  owner: 'Ana',
  pictures: [
    smallPicture('girassol.png', new Date('2019-02-17T11:05:44Z'), drawSunflower),
    smallPicture('cidade à noite, rio.png', new Date('2022-10-15T23:58:07Z'), drawCityAtNight),
    smallPicture('azulejos.png', new Date('2024-06-08T10:37:19Z'), drawGlazedTiles),
  ],
}

describe('drawAlbum', () => {
  let home = ''
  let directory = ''
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'album-'))
    directory = join(home, 'pictures', 'Ana')
  })
  afterEach(() => rm(home, { recursive: true }))

  it('writes each picture under its name, changed on the day it was taken, and nothing else', async () => {
    await drawAlbum(album, directory)
    assert.deepEqual((await readdir(directory)).sort(), album.pictures.map(({ fileName }) => fileName).sort())
    for (const picture of album.pictures) {
      const path = join(directory, picture.fileName)
      assert.ok((await readFile(path)).equals(await picture.draw()))
      assert.equal((await stat(path)).mtimeMs, picture.takenAt.getTime())
    }
  })

  it('tells of each picture when its file is there', async () => {
    const told: string[] = []
    const sizes: Promise<number>[] = []
    await drawAlbum(album, directory, {
      onPicture(picture, path) {
        told.push(picture.fileName)
        sizes.push(stat(path).then(({ size }) => size))
      },
    })
    assert.deepEqual(
      told,
      album.pictures.map(({ fileName }) => fileName),
    )
    for (const size of await Promise.all(sizes)) assert.ok(size > 0)
  })

  it('replaces what an earlier drawing left', async () => {
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, 'girassol.png'), 'half a picture')
    await drawAlbum(album, directory)
    await drawAlbum(album, directory)
    assert.equal((await readdir(directory)).length, album.pictures.length)
    assert.notEqual((await readFile(join(directory, 'girassol.png'))).length, 14)
  })

  it('stops after the picture under way, with the reason, and leaves whole files only', async () => {
    const control = new AbortController()
    const reason = new Error('enough')
    const drawing = drawAlbum(album, directory, {
      signal: control.signal,
      onPicture: () => control.abort(reason),
    })
    await assert.rejects(drawing, fault => fault === reason)
    assert.deepEqual(await readdir(directory), ['girassol.png'])
  })

  it('writes no file of a picture that was stopped while it was drawn', async () => {
    const control = new AbortController()
    const reason = new Error('enough')
    const stopping: Picture = {
      ...smallPicture('stopped.png', new Date(0), drawSunflower),
      async draw() {
        control.abort(reason)
        return Buffer.from('not to be written')
      },
    }
    const drawing = drawAlbum({ owner: 'Ana', pictures: [stopping] }, directory, { signal: control.signal })
    await assert.rejects(drawing, fault => fault === reason)
    assert.deepEqual(await readdir(directory), [])
  })

  it('does nothing, not even make the directory, when it is stopped before it starts', async () => {
    const reason = new Error('enough')
    await assert.rejects(
      drawAlbum(album, directory, { signal: AbortSignal.abort(reason) }),
      fault => fault === reason,
    )
    assert.deepEqual(await readdir(home), [])
  })

  it('leaves no unfinished file behind when the file cannot get its name', async () => {
    await mkdir(join(directory, 'girassol.png', 'in the way'), { recursive: true })
    await assert.rejects(drawAlbum(album, directory), { syscall: 'rename' })
    assert.deepEqual(await readdir(directory), ['girassol.png'])
  })
})
