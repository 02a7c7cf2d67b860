import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { english } from '../../src/messages/english.ts'
import { type LogLevel, openServerLog, RequestLog } from '../../src/server/server-log.ts'

/** A log whose output is read back, and a clock that stands where it is put. */
function openLog(level: LogLevel, isTTY: boolean) {
  const output = Object.assign(new PassThrough(), { isTTY })
  const clock = { nowMs: 0 }
  const log = openServerLog(output as unknown as NodeJS.WriteStream, level)
  const requests = new RequestLog(log, english.server, () => clock.nowMs)
  const lines = () =>
    String(output.read() ?? '')
      .split('\n')
      .filter(line => line !== '')
  return { log, requests, clock, lines }
}

test('a terminal gets readable lines, anything else one JSON object a line', () => {
  const terminal = openLog('normal', true)
  terminal.log.info('registered', { peer: '1.2.3.4:5' }, 'somebody came')
  terminal.log.warn('fault', {}, 'something broke')
  const [came = '', broke = ''] = terminal.lines()
  assert.match(came, /^\d\d:\d\d:\d\d {2}somebody came$/)
  assert.match(broke, /^\d\d:\d\d:\d\d {2}! something broke$/)

  const file = openLog('normal', false)
  file.log.info('registered', { peer: '1.2.3.4:5', count: 2 }, 'somebody came')
  const { time, ...rest } = JSON.parse(file.lines()[0] ?? '')
  assert.equal(typeof time, 'number')
  assert.deepEqual(rest, {
    level: 'info',
    event: 'registered',
    peer: '1.2.3.4:5',
    count: 2,
    message: 'somebody came',
  })
})

test('each level logs what it says', () => {
  for (const [level, events] of [
    ['quiet', ['fault']],
    ['normal', ['registered', 'updated', 'ended', 'fault']],
    [
      'verbose',
      [
        'registered',
        'updated',
        'ended',
        'malformed',
        'refusedPassword',
        'tooManyRegistrations',
        'tooManyImages',
        'fault',
      ],
    ],
  ] as const) {
    const { requests, lines } = openLog(level, false)
    for (const [word, result] of [
      ['REG', 'done'],
      ['UPD', 'done'],
      ['END', 'done'],
      [undefined, 'malformed'],
      ['UPD', 'refusedPassword'],
      ['REG', 'tooManyRegistrations'],
      ['REG', 'tooManyImages'],
    ] as const) {
      if (requests.wants(word, result)) requests.observe(word, result, '::1', 5000, 3)
    }
    requests.fault('EPERM')
    assert.deepEqual(
      lines().map(line => JSON.parse(line).event),
      events,
      level,
    )
  }
})

test('a flood of requests is no flood of lines, and what was left out is counted', () => {
  const { requests, clock, lines } = openLog('normal', false)
  for (let sent = 0; sent < 1000; sent += 1) {
    if (requests.wants('REG', 'done')) requests.observe('REG', 'done', '127.0.0.1', 5000, 1)
    requests.fault('EPERM')
  }
  assert.equal(lines().length, 20)
  clock.nowMs = 1000
  assert.ok(requests.wants('REG', 'done'))
  assert.deepEqual(
    lines()
      .map(line => JSON.parse(line))
      .map(({ event, count }) => ({ event, count })),
    [{ event: 'muted', count: 1980 }],
  )
})

test('a fault’s reason is a stranger’s text', () => {
  const { requests, lines } = openLog('normal', true)
  requests.fault('\u001b[2J')
  assert.match(lines()[0] ?? '', /\\u\{1b\}\[2J/)
})
