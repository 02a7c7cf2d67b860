/** Runs the demonstration and draws what it says as `docs/terminal.svg`, the README's picture. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CHARACTER_WIDTH = 7.83
const LINE_HEIGHT = 19
const COLUMNS = 128
const PADDING = 18
const TITLE_HEIGHT = 36

const entry = fileURLToPath(new URL('../bin/imagep2p.js', import.meta.url))
const program = spawn(process.execPath, [entry, 'demo', '--lang', 'en'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
let output = ''
program.stdout.setEncoding('utf8').on('data', (text: string) => {
  output += text
  if (output.includes('It stays up')) program.kill('SIGTERM')
})
program.on('close', () => {
  const lines = output
    .trimEnd()
    .replaceAll(/\/\S*imagep2p-demo-\w+/g, '/tmp/demo')
    .split('\n')
    .slice(0, -1)
  writeFileSync(new URL('terminal.svg', import.meta.url), draw(['$ npm install && npm start', ...lines]))
})

function draw(lines: readonly string[]): string {
  const width = COLUMNS * CHARACTER_WIDTH + 2 * PADDING
  const height = TITLE_HEIGHT + lines.length * LINE_HEIGHT + 2 * PADDING
  const text = lines.map((line, index) => {
    const y = TITLE_HEIGHT + PADDING + (index + 0.75) * LINE_HEIGHT
    return `<text x="${PADDING}" y="${y}" fill="${colourOf(line, index)}" xml:space="preserve">${escapeText(line)}</text>`
  })
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (colour, index) =>
      `<circle cx="${PADDING + 6 + index * 20}" cy="${TITLE_HEIGHT / 2}" r="6" fill="${colour}"/>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" role="img" aria-label="The demonstration in a terminal">`,
    `<rect width="100%" height="100%" rx="10" fill="#15181f"/>`,
    `<rect width="100%" height="${TITLE_HEIGHT}" rx="10" fill="#232733"/>`,
    ...dots,
    ...text,
    '</svg>',
    '',
  ].join('\n')
}

function colourOf(line: string, index: number): string {
  if (index === 0) return '#8be9a8'
  if (/verified|as listed|owners for it/.test(line)) return '#8be9a8'
  if (/^ ?\d+ {2}/.test(line)) return '#a9b4c8'
  return line.includes(': Sent ') ? '#e3c78a' : '#e6e9f0'
}

function escapeText(line: string): string {
  const shown = line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line
  return shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
