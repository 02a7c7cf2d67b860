import assert from 'node:assert/strict'
import test from 'node:test'
import { displayWidth, fitWidth } from '../../src/cli/display-width.ts'
import { drawTransfers, type ShownTransfers } from '../../src/cli/draw-transfers.ts'
import { languages } from '../../src/messages/messages.ts'

const running = [
  'a.png',
  '写真の名前はとても長いので切られる写真の名前.jpg',
  '\u001b[2J.png',
  'praça ☀️ 😀.webp',
].map(name => ({
  ...{ name, owner: '192.168.1.5:5001', bytes: 500_000, size: 1_000_000, bytesPerSecond: 1_500_000 },
}))
const shown: ShownTransfers = {
  ...{ running, saved: 3000, skipped: 12, failed: 1, retrying: 2, total: 5000, bytes: 3e9 },
  ...{ bytesPerSecond: 1e8, secondsLeft: 90, isDiskFull: false },
}

test('shows each transfer and the total', () => {
  const lines = drawTransfers(shown, 120, 24, languages.en)
  assert.equal(lines.length, 5)
  assert.match(lines[0] ?? '', /^a\.png {2,}████████░░░░░░░░ {2,}1\.5 MB\/s {2}192\.168\.1\.5:5001$/)
  assert.equal(
    lines[4],
    '3,013 of 5,000 pictures, 3 GB, 100 MB/s · 1:30 left · 12 there already · 2 to be tried again · 1 failed',
  )
})

test('never more lines, nor wider ones, than there is room for; the total is the last to go', () => {
  for (const messages of Object.values(languages)) {
    for (let columns = 10; columns < 130; columns += 7) {
      for (let rows = 1; rows < 9; rows += 1) {
        const lines = drawTransfers({ ...shown, isDiskFull: rows % 2 === 0 }, columns, rows, messages)
        assert.ok(lines.length <= rows)
        assert.ok(lines.every(line => displayWidth(line) <= columns))
        assert.ok(lines.every(line => !line.includes('\u001b')))
        assert.match(lines.at(-1) ?? '', /^3[.,]013/)
      }
    }
  }
  assert.match(drawTransfers(shown, 100, 3, languages.en)[1] ?? '', /and 3 more at once/)
})

test('widths are those of cells', () => {
  assert.deepEqual(['abc', '写真', 'é', 'e\u0301', '😀', '☀️'].map(displayWidth), [3, 4, 1, 1, 2, 2])
  assert.equal(fitWidth('写真写真', 4), '写…')
  assert.equal(fitWidth('写真写真', 4, true), '写… ')
  assert.equal(fitWidth('ab', 4, true), 'ab  ')
})
