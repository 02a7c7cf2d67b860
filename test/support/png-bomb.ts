import { crc32, deflateSync } from 'node:zlib'

/**
 * A PNG of one colour, `width` by `height` pixels of red, green and blue: much smaller than what it unfolds to. Interlaced,
 * it has to be unfolded as a whole before the first line is known. `content` false leaves the pixels out.
 */
export function pngBomb(width: number, height: number, interlaced: boolean, content = true): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, Number(interlaced)], 8)
  const lines = interlaced ? interlacedBytes(width, height) : height * (1 + width * 3)
  const pixels = content ? deflateSync(Buffer.alloc(lines), { level: 1 }) : Buffer.alloc(0)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Bytes of the seven passes of Adam7 (PNG 3rd edition, 8.1): where each begins and its steps. */
function interlacedBytes(width: number, height: number): number {
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const
  return passes.reduce((sum, [x, y, stepX, stepY]) => {
    const [columns, lines] = [Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)]
    return sum + (columns > 0 ? lines * (1 + columns * 3) : 0)
  }, 0)
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(typed))
  return Buffer.concat([length, typed, check])
}
