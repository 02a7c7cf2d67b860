import assert from 'node:assert/strict'
import { getEventListeners, once } from 'node:events'
import { PassThrough } from 'node:stream'
import test from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Terminal } from '../../src/cli/terminal.ts'
import { openTestTerminal, type TestTerminal } from '../support/terminal-streams.ts'

const ERASE = '\r\u001b[2K'

async function linesOf(
  { terminal }: TestTerminal,
  signal: AbortSignal = new AbortController().signal,
): Promise<string[]> {
  const lines: string[] = []
  for await (const line of terminal.lines(signal)) lines.push(line)
  return lines
}

/** Listeners on the input, of every kind that a reader may leave behind. */
function listeners({ input }: TestTerminal): number {
  return ['data', 'end', 'keypress', 'readable', 'error'].reduce(
    (sum, name) => sum + input.listenerCount(name),
    0,
  )
}

test('knows whether somebody reads along and whether somebody types', () => {
  for (const keyboard of [false, true]) {
    for (const screen of [false, true]) {
      const { terminal } = openTestTerminal({ keyboard, screen })
      assert.equal(terminal.hasKeyboard, keyboard)
      assert.equal(terminal.isInteractive, screen)
    }
  }
})

const piped: Record<string, [text: string, lines: readonly string[]]> = {
  'three lines': ['1\n2\n3\n', ['1', '2', '3']],
  'three lines, the last without its end': ['1\n2\n3', ['1', '2', '3']],
  'lines as Windows ends them': ['1\r\n2\r\n3\r\n', ['1', '2', '3']],
  'empty lines': ['\n\n2\n\n', ['', '', '2', '']],
  nothing: ['', []],
  'one line without its end': ['1', ['1']],
}
for (const [what, [text, lines]] of Object.entries(piped)) {
  test(`gives ${what}, piped at once and before anybody asked`, async () => {
    const opened = openTestTerminal()
    opened.input.end(text)
    assert.deepEqual(await linesOf(opened), lines)
  })

  test(`gives ${what}, a byte at a time`, async () => {
    const opened = openTestTerminal()
    const reading = linesOf(opened)
    for (const byte of Buffer.from(text)) {
      opened.input.write(Buffer.of(byte))
      await turn()
    }
    opened.input.end()
    assert.deepEqual(await reading, lines)
  })
}

test('a character that comes in parts is whole', async () => {
  const opened = openTestTerminal()
  const reading = linesOf(opened)
  for (const byte of Buffer.from('praça ☀️ 😀\n')) {
    opened.input.write(Buffer.of(byte))
    await turn()
  }
  opened.input.end()
  assert.deepEqual(await reading, ['praça ☀️ 😀'])
})

test('loses nothing while a line is being worked on', async () => {
  const opened = openTestTerminal()
  const sent = Array.from({ length: 5000 }, (_, index) => String(index))
  opened.input.write(sent.slice(0, 2500).join('\n'))
  opened.input.end(`\n${sent.slice(2500).join('\n')}`)
  const got: string[] = []
  for await (const line of opened.terminal.lines(new AbortController().signal)) {
    got.push(line)
    if (got.length % 100 === 0) await turn()
  }
  assert.deepEqual(got, sent)
})

test('a line that is not there yet is waited for', async () => {
  const opened = openTestTerminal()
  const lines = opened.terminal.lines(new AbortController().signal)
  const first = lines.next()
  opened.input.write('1\n')
  assert.deepEqual(await first, { done: false, value: '1' })
  const second = lines.next()
  await turn()
  opened.input.write('2\n')
  assert.deepEqual(await second, { done: false, value: '2' })
  await lines.return(undefined)
})

test('the signal ends the lines while one is waited for, and nothing is left on the input', async () => {
  for (const keyboard of [false, true]) {
    const opened = openTestTerminal({ keyboard, screen: keyboard })
    const before = listeners(opened)
    const stopping = new AbortController()
    const reading = linesOf(opened, stopping.signal)
    opened.input.write('1\n')
    await turn()
    stopping.abort()
    assert.deepEqual(await reading, ['1'])
    // With a keyboard, the decoder of its keys stays on the stream for good: `node:readline` keeps it for the next reader.
    if (!keyboard) assert.equal(listeners(opened), before)
    assert.ok(opened.input.isPaused())
  }
})

test('the signal ends the lines between two of them, also when more have come', async () => {
  const opened = openTestTerminal()
  opened.input.write('1\n2\n3\n')
  const stopping = new AbortController()
  const lines = opened.terminal.lines(stopping.signal)
  assert.deepEqual(await lines.next(), { done: false, value: '1' })
  stopping.abort()
  assert.deepEqual(await lines.next(), { done: true, value: undefined })
})

test('an aborted signal gives no line', async () => {
  const opened = openTestTerminal()
  // Neither one that is there already nor one that is waited for.
  assert.deepEqual(await linesOf(opened, AbortSignal.abort()), [])
  opened.input.write('1\n')
  assert.deepEqual(await linesOf(opened, AbortSignal.abort()), [])
})

test('the signal is let go of when the lines are at their end', async () => {
  const opened = openTestTerminal()
  opened.input.end('1\n')
  const { signal } = new AbortController()
  const before = listenerCount(signal)
  await linesOf(opened, signal)
  assert.equal(listenerCount(signal), before)
})

test('who has had enough lets go of the input', async () => {
  const opened = openTestTerminal()
  const before = listeners(opened)
  opened.input.write('1\n2\n')
  for await (const line of opened.terminal.lines(new AbortController().signal)) {
    assert.equal(line, '1')
    break
  }
  assert.equal(listeners(opened), before)
})

test('without a terminal, what is printed is the text and nothing else', async () => {
  const opened = openTestTerminal()
  const { terminal } = opened
  const lines = terminal.lines(new AbortController().signal)
  const next = lines.next()
  terminal.print('one')
  terminal.showProgress('half way')
  terminal.print('two\nthree')
  terminal.prompt('Your choice: ')
  terminal.print('four')
  terminal.endProgress()
  terminal.printError('a sentence')
  assert.equal(opened.printed(), 'one\ntwo\nthree\nYour choice: four\n')
  assert.equal(opened.printedErrors(), 'a sentence\n')
  opened.input.end()
  await next
})

test('what is typed is not echoed into a pipe', async () => {
  const opened = openTestTerminal({ keyboard: true })
  opened.input.end('1\n')
  assert.deepEqual(await linesOf(opened), ['1'])
  assert.equal(opened.printed(), '')
})

test('progress is one line, drawn over, below what is printed', () => {
  const { terminal, printed } = openTestTerminal({ screen: true })
  terminal.showProgress('1 of 3')
  assert.equal(printed(), `${ERASE}1 of 3`)
  terminal.showProgress('2 of 3')
  assert.equal(printed(), `${ERASE}2 of 3`)
  terminal.print('a line')
  assert.equal(printed(), `${ERASE}a line\n${ERASE}2 of 3`)
  terminal.endProgress()
  assert.equal(printed(), ERASE)
  terminal.endProgress()
  assert.equal(printed(), '')
  terminal.print('another')
  assert.equal(printed(), `${ERASE}another\n`)
})

test('a sentence for standard error takes the progress line away first', () => {
  const { terminal, printed, printedErrors } = openTestTerminal({ screen: true })
  terminal.showProgress('1 of 3')
  printed()
  terminal.printError('a sentence')
  assert.equal(printed(), ERASE)
  assert.equal(printedErrors(), 'a sentence\n')
})

test('progress never wraps and never acts on the terminal', () => {
  const narrow = openTestTerminal({ screen: true, columns: 10 })
  narrow.terminal.showProgress('0123456789abcdef')
  assert.equal(narrow.printed(), `${ERASE}012345678`)
  narrow.terminal.showProgress('\u001b[31mred\u001b[0m')
  assert.equal(narrow.printed(), `${ERASE}red`)
  const unknown = openTestTerminal({ screen: true })
  unknown.terminal.showProgress('x'.repeat(200))
  assert.equal(unknown.printed(), `${ERASE}${'x'.repeat(79)}`)
})

test('the prompt comes back below what is printed while it waits', async () => {
  const opened = openTestTerminal({ keyboard: true, screen: true, columns: 80 })
  const lines = opened.terminal.lines(new AbortController().signal)
  const next = lines.next()
  opened.terminal.prompt('Your choice: ')
  assert.ok(opened.printed().includes('Your choice: '))
  opened.terminal.print('Sent a.png to 1.2.3.4.')
  const drawn = opened.printed()
  assert.ok(
    drawn.indexOf('Sent a.png to 1.2.3.4.\n') < drawn.lastIndexOf('Your choice: '),
    JSON.stringify(drawn),
  )
  opened.input.write('4\r')
  assert.deepEqual(await next, { done: false, value: '4' })
  opened.printed()
  opened.terminal.print('nobody is asked now')
  assert.equal(opened.printed(), `${ERASE}nobody is asked now\n`)
  await lines.return(undefined)
})

test('what was typed so far comes back with the prompt', async () => {
  const opened = openTestTerminal({ keyboard: true, screen: true, columns: 80 })
  const lines = opened.terminal.lines(new AbortController().signal)
  const next = lines.next()
  opened.terminal.prompt('> ')
  opened.input.write('12')
  await turn()
  opened.printed()
  opened.terminal.print('a line')
  assert.ok(opened.printed().includes('> 12'))
  opened.input.write('3\r')
  assert.deepEqual(await next, { done: false, value: '123' })
  await lines.return(undefined)
})

test('Ctrl-C at the prompt asks the program to end, as the signal would', async () => {
  const opened = openTestTerminal({ keyboard: true, screen: true })
  const lines = opened.terminal.lines(new AbortController().signal)
  const next = lines.next()
  const asked = once(process, 'SIGINT')
  opened.input.write('\u0003')
  await asked
  opened.input.end()
  assert.deepEqual(await next, { done: true, value: undefined })
})

test('Ctrl-D at the prompt is the end of the input', async () => {
  const opened = openTestTerminal({ keyboard: true, screen: true })
  const lines = opened.terminal.lines(new AbortController().signal)
  const next = lines.next()
  opened.input.write('\u0004')
  assert.deepEqual(await next, { done: true, value: undefined })
})

function listenerCount(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}

test('waits until whoever reads took what was written', async () => {
  const never = new AbortController().signal
  const { terminal } = openTestTerminal()
  await terminal.drained(never)
  const output = new PassThrough({ highWaterMark: 10 })
  const slow = new Terminal({ input: new PassThrough(), output, errors: new PassThrough() })
  slow.print('a line of more than ten bytes')
  let isDrained = false
  const drained = slow.drained(never).then(() => {
    isDrained = true
  })
  await turn()
  assert.equal(isDrained, false)
  output.resume()
  await drained
  const stopping = new AbortController()
  output.pause()
  slow.print('a line of more than ten bytes')
  const stopped = slow.drained(stopping.signal)
  stopping.abort()
  await assert.rejects(stopped)
})
