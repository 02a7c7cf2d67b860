import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { bytesInMemory } from '../../../src/peer/image-header/image-bytes.ts'
import { applyEdits, type Edit } from '../../../src/peer/private-metadata/edits.ts'
import { withoutPrivateMetadata } from '../../../src/peer/private-metadata/find-private-metadata.ts'
import {
  privateGif,
  privatePicture,
  recordedPrivatePictures,
  SECRETS,
  WRITTEN_FORMATS,
} from '../../support/private-pictures.ts'
import { assertProperty } from '../../support/property.ts'
import { namesFound } from './cleaning-under-test.ts'

const pictures: Buffer[] = []
before(async () => {
  pictures.push(...recordedPrivatePictures().map(({ bytes }) => bytes))
  pictures.push(...(await Promise.all(WRITTEN_FORMATS.map(privatePicture))))
  pictures.push(await privateGif())
})

/** The cleaned bytes; `undefined` for a file that is refused. Whatever it is, it is told. */
function outcomeOf(file: Buffer): Buffer | undefined {
  const result = withoutPrivateMetadata(bytesInMemory(file))
  if (result.outcome === 'refused') return undefined
  assertInOrder(result.edits, file.length)
  const bytes = Buffer.from(file)
  applyEdits(bytes, 0, result.edits)
  return bytes
}

function assertInOrder(edits: readonly Edit[], size: number): void {
  let end = 0
  for (const { at, length, bytes } of edits) {
    assert.ok(at >= end && length > 0, 'in order and apart')
    assert.equal(bytes?.length ?? length, length)
    end = at + length
  }
  assert.ok(end <= size)
}

test('a file cut anywhere is refused or comes out clean', () => {
  for (const picture of pictures) {
    for (let length = 0; length < picture.length; length += 3) {
      const bytes = outcomeOf(picture.subarray(0, length))
      if (bytes === undefined) continue
      const text = bytes.toString('latin1')
      assert.deepEqual(
        SECRETS.filter(secret => text.includes(secret)),
        [],
        `cut to ${length}`,
      )
    }
  }
})

test('a file with wrong bytes is refused or comes out with nothing that is found', () => {
  const changes = fc.array(fc.tuple(fc.nat(0xffff_ffff), fc.nat(0xff)), { minLength: 1, maxLength: 8 })
  assertProperty(
    fc.property(fc.nat(0xffff), changes, (which, wrong) => {
      const file = Buffer.from(pictures[which % pictures.length] ?? [])
      for (const [at, byte] of wrong) file[at % file.length] = byte
      const bytes = outcomeOf(file)
      if (bytes !== undefined) assert.deepEqual(namesFound(bytes), [])
    }),
    1000,
  )
})

test('a file with numbers of extremes where sizes and offsets stand is refused or comes out clean', () => {
  const extremes = fc.constantFrom(0, 1, 2, 7, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff)
  assertProperty(
    fc.property(
      fc.nat(0xffff),
      fc.nat(0xffff_ffff),
      extremes,
      fc.boolean(),
      (which, where, value, isLittle) => {
        const file = Buffer.from(pictures[which % pictures.length] ?? [])
        const at = where % (file.length - 4)
        if (isLittle) file.writeUInt32LE(value, at)
        else file.writeUInt32BE(value, at)
        const bytes = outcomeOf(file)
        if (bytes !== undefined) assert.deepEqual(namesFound(bytes), [])
      },
    ),
    1000,
  )
})

test('noise behind the first bytes of a format is never anything but told', () => {
  const beginnings = fc
    .nat(0xffff)
    .map(which => pictures[which % pictures.length]?.subarray(0, 12) ?? Buffer.alloc(0))
  assertProperty(
    fc.property(beginnings, fc.uint8Array({ maxLength: 600 }), (beginning, noise) => {
      outcomeOf(Buffer.concat([beginning, noise]))
    }),
    1000,
  )
})
