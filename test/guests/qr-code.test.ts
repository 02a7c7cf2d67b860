import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { decodeQR } from 'qr/decode.js'
import sharp from 'sharp'
import { qrLines, qrMarkup } from '../../src/guests/qr-code.ts'

const ADDRESS = 'http://192.168.100.200:65535/abcdefghjk/'

/** Pixels of a module. */
const SCALE = 6

function read(width: number, height: number, isDark: (x: number, y: number) => boolean): string {
  const data = new Uint8ClampedArray(width * height * SCALE * SCALE * 4)
  for (let at = 0; at < data.length / 4; at += 1) {
    const x = Math.floor((at % (width * SCALE)) / SCALE)
    const y = Math.floor(at / (width * SCALE) / SCALE)
    data.fill(isDark(x, y) ? 0 : 255, 4 * at, 4 * at + 3)
    data[4 * at + 3] = 255
  }
  return decodeQR({ width: width * SCALE, height: height * SCALE, data })
}

test('what stands in a terminal is read as the address, with light around it', () => {
  const lines = qrLines(ADDRESS).map(line => [...stripVTControlCharacters(line)])
  const width = lines[0]?.length ?? 0
  assert.ok(width <= 60, 'fits a terminal')
  assert.ok(lines.every(line => line.length === width))
  const halves = (x: number, y: number) => {
    const cell = lines[Math.floor(y / 2)]?.[x]
    return cell === '█' || cell === (y % 2 === 0 ? '▀' : '▄')
  }
  assert.equal(
    lines
      .slice(0, 2)
      .flat()
      .some(cell => cell !== ' '),
    false,
  )
  assert.equal(read(width, 2 * lines.length, halves), ADDRESS)
})

test('what stands in a page is read as the address', async () => {
  const svg = qrMarkup(ADDRESS, 'label').text.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')
  const { data, info } = await sharp(Buffer.from(svg), { density: 400 })
    .resize(400)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  assert.equal(decodeQR({ ...info, data: new Uint8ClampedArray(data) }), ADDRESS)
})
