import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { Failure, type FailureCode } from '../../src/base/failure.ts'
import {
  type CommandSpecification,
  commands,
  commonOptions,
  type OptionSpecification,
} from '../../src/cli/command-table.ts'
import { type Invocation, parseArguments, parseServerAddress } from '../../src/cli/parse-arguments.ts'
import { english } from '../../src/messages/english.ts'
import { portuguese } from '../../src/messages/portuguese.ts'
import { assertProperty } from '../support/property.ts'
import { anyText } from '../support/wire-arbitraries.ts'

const { values } = english.help

function parse(...argv: string[]): Invocation {
  return parseArguments(argv, english)
}

/** A command that runs, with what it was given. */
function run(
  command: string,
  given: readonly string[] = [],
  options: Record<string, string> = {},
): Invocation {
  assert.ok(isCommand(command))
  return { kind: 'run', command, arguments: given, options: new Map(Object.entries(options)) }
}

function isCommand(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name)
}

function assertFails(argv: readonly string[], code: FailureCode, details: object): void {
  assert.throws(
    () => parseArguments(argv, english),
    error => {
      assert.ok(error instanceof Failure)
      assert.deepEqual({ code: error.code, details: error.details }, { code, details })
      return true
    },
  )
}

const taken: [argv: readonly string[], invocation: Invocation][] = [
  // Every command
  [['server'], run('server')],
  [['client', 'host', 'folder'], run('client', ['host', 'folder'])],
  [['list', 'host'], run('list', ['host'])],
  [['get', 'host', 'a.png'], run('get', ['host', 'a.png'])],
  [['get', 'host', 'a.png', 'b c.png', ''], run('get', ['host', 'a.png', 'b c.png', ''])],
  [['share', 'host', 'folder'], run('share', ['host', 'folder'])],
  [['demo'], run('demo')],
  // Every option
  [['server', '--host', '::1'], run('server', [], { host: '::1' })],
  [['server', '--host=0.0.0.0'], run('server', [], { host: '0.0.0.0' })],
  [['server', '--port', '5'], run('server', [], { port: '5' })],
  [['server', '--port=5'], run('server', [], { port: '5' })],
  [['server', '--port=0'], run('server', [], { port: '0' })],
  [['server', '--port=65535'], run('server', [], { port: '65535' })],
  [['server', '--registrations-per-address=7'], run('server', [], { 'registrations-per-address': '7' })],
  [['server', '--quiet'], run('server', [], { quiet: '' })],
  [['server', '-q'], run('server', [], { quiet: '' })],
  [['server', '--verbose'], run('server', [], { verbose: '' })],
  [['server', '-v'], run('server', [], { verbose: '' })],
  [['server', '-qv'], run('server', [], { quiet: '', verbose: '' })],
  [
    ['client', 'host', 'folder', '--port=0', '--recursive'],
    run('client', ['host', 'folder'], { port: '0', recursive: '' }),
  ],
  [
    ['share', 'host', 'folder', '--port=0', '--recursive'],
    run('share', ['host', 'folder'], { port: '0', recursive: '' }),
  ],
  [['list', 'host', '--json'], run('list', ['host'], { json: '' })],
  [
    ['list', 'host', '--search', 'a beach', '--format=jpg,png', '--min-size=2MB', '--min-width', '640'],
    run('list', ['host'], { search: 'a beach', format: 'jpg,png', 'min-size': '2MB', 'min-width': '640' }),
  ],
  [
    ['list', 'host', '--min-height=480', '--orientation=square', '--sort', 'newest', '--limit', '10'],
    run('list', ['host'], { 'min-height': '480', orientation: 'square', sort: 'newest', limit: '10' }),
  ],
  [['get', 'host', 'a', '--json', '--out', 'x'], run('get', ['host', 'a'], { json: '', out: 'x' })],
  [['get', 'host', 'a', '-o', 'x y'], run('get', ['host', 'a'], { out: 'x y' })],
  [['get', 'host', 'a', '-ox'], run('get', ['host', 'a'], { out: 'x' })],
  [['demo', '--lang', 'pt'], run('demo', [], { lang: 'pt' })],
  // Options anywhere
  [['server', '-q', '--port', '5', '--host', '::'], run('server', [], { quiet: '', port: '5', host: '::' })],
  [['list', '--json', 'host'], run('list', ['host'], { json: '' })],
  [['get', '-o', 'x', 'host', '--json', 'a'], run('get', ['host', 'a'], { out: 'x', json: '' })],
  [['--json', 'list', 'host'], run('list', ['host'], { json: '' })],
  [['--lang=pt', 'list', 'host'], run('list', ['host'], { lang: 'pt' })],
  [['--lang', 'pt', 'list', 'host'], run('list', ['host'], { lang: 'pt' })],
  [['--data', 'server', 'share', 's', 'd'], run('share', ['s', 'd'], { data: 'server' })],
  [['--port', '5', '-q', 'server', '--host', '::'], run('server', [], { port: '5', quiet: '', host: '::' })],
  [['-o', 'x', 'get', 'host', 'a'], run('get', ['host', 'a'], { out: 'x' })],
  // Repeated options: the last one stands, as an alias with options of its own needs it.
  [['server', '--port=1', '--port', '2'], run('server', [], { port: '2' })],
  [['server', '-q', '--quiet', '-q'], run('server', [], { quiet: '' })],
  // What follows -- is never an option
  [['get', 'host', '--', '--json', '-o'], run('get', ['host', '--json', '-o'])],
  [['get', '--json', '--', 'host', '-1.png'], run('get', ['host', '-1.png'], { json: '' })],
  [['client', '--', 'host', '--'], run('client', ['host', '--'])],
  [['--', 'list', 'host'], run('list', ['host'])],
  [['list', 'host', '--'], run('list', ['host'])],
  // A single dash is a name like any other, here as in `get host -`
  [['get', 'host', '-'], run('get', ['host', '-'])],
  // A value may begin with a dash
  [['get', 'host', 'a', '--out=-x'], run('get', ['host', 'a'], { out: '-x' })],
  [['get', 'host', 'a', '--out=a=b'], run('get', ['host', 'a'], { out: 'a=b' })],
  // Help and version
  [[], { kind: 'help', command: undefined }],
  [['--help'], { kind: 'help', command: undefined }],
  [['-h'], { kind: 'help', command: undefined }],
  [['--lang=pt', '--help'], { kind: 'help', command: undefined }],
  [['--help', '--lang', 'pt'], { kind: 'help', command: undefined }],
  [['--lang', 'pt'], { kind: 'help', command: undefined }],
  [['client', '--help'], { kind: 'help', command: 'client' }],
  [['client', '-h'], { kind: 'help', command: 'client' }],
  [['--help', 'client'], { kind: 'help', command: 'client' }],
  [['-h', '--lang', 'pt', 'get', 'host'], { kind: 'help', command: 'get' }],
  [['demo', 'too', 'many', '--help'], { kind: 'help', command: 'demo' }],
  [['--version'], { kind: 'version' }],
  [['-V'], { kind: 'version' }],
  [['--lang', 'pt', '--version'], { kind: 'version' }],
  [['list', '--version'], { kind: 'version' }],
  [['--version', 'list'], { kind: 'version' }],
]
for (const [argv, invocation] of taken) {
  test(`takes ${JSON.stringify(argv)}`, () => assert.deepEqual(parseArguments(argv, english), invocation))
}

const refused: [argv: readonly string[], code: FailureCode, details: object][] = [
  [['serve'], 'unknownCommand', { command: 'serve' }],
  [['SERVER'], 'unknownCommand', { command: 'SERVER' }],
  [[''], 'unknownCommand', { command: '' }],
  [['toString'], 'unknownCommand', { command: 'toString' }],
  [['__proto__'], 'unknownCommand', { command: '__proto__' }],
  [['host', 'list'], 'unknownCommand', { command: 'host' }],
  [['--bogus'], 'unknownOption', { option: '--bogus', command: '' }],
  [['-x'], 'unknownOption', { option: '-x', command: '' }],
  [['--help', '--bogus'], 'unknownOption', { option: '--bogus', command: '' }],
  [['--bogus', 'list', 'host'], 'unknownOption', { option: '--bogus', command: 'list' }],
  [['list', 'host', '--bogus'], 'unknownOption', { option: '--bogus', command: 'list' }],
  [['list', 'host', '--bogus=5'], 'unknownOption', { option: '--bogus', command: 'list' }],
  [['list', 'host', '--port=5'], 'unknownOption', { option: '--port', command: 'list' }],
  [['list', 'host', '-q'], 'unknownOption', { option: '-q', command: 'list' }],
  [['list', 'host', '--no-json'], 'unknownOption', { option: '--no-json', command: 'list' }],
  [['list', 'host', '--JSON'], 'unknownOption', { option: '--JSON', command: 'list' }],
  [['list', 'host', '--js'], 'unknownOption', { option: '--js', command: 'list' }],
  [['list', 'host', '--toString'], 'unknownOption', { option: '--toString', command: 'list' }],
  [['list', 'host', '--__proto__'], 'unknownOption', { option: '--__proto__', command: 'list' }],
  [['get', 'host', '-1'], 'unknownOption', { option: '-1', command: 'get' }],
  [['server', '-qx'], 'unknownOption', { option: '-x', command: 'server' }],
  [['server', '--port'], 'missingOptionValue', { option: '--port', expected: values.portOrAny }],
  [['server', '--port='], 'missingOptionValue', { option: '--port', expected: values.portOrAny }],
  [['server', '--host', ''], 'missingOptionValue', { option: '--host', expected: values.address }],
  [['get', 'host', 'a', '-o'], 'missingOptionValue', { option: '-o', expected: values.directory }],
  [['--lang'], 'missingOptionValue', { option: '--lang', expected: values.language }],
  [
    ['server', '--port', '65536'],
    'badOptionValue',
    { option: '--port', value: '65536', expected: values.portOrAny },
  ],
  [
    ['server', '--port=http'],
    'badOptionValue',
    { option: '--port', value: 'http', expected: values.portOrAny },
  ],
  [['server', '--port=-1'], 'badOptionValue', { option: '--port', value: '-1', expected: values.portOrAny }],
  [
    ['server', '--port=5.0'],
    'badOptionValue',
    { option: '--port', value: '5.0', expected: values.portOrAny },
  ],
  [['server', '--port= 5'], 'badOptionValue', { option: '--port', value: ' 5', expected: values.portOrAny }],
  [
    ['server', '--port=x', '--port=5'],
    'badOptionValue',
    { option: '--port', value: 'x', expected: values.portOrAny },
  ],
  [
    ['server', '--host=localhost'],
    'badOptionValue',
    { option: '--host', value: 'localhost', expected: values.address },
  ],
  [
    ['server', '--host=[::1]'],
    'badOptionValue',
    { option: '--host', value: '[::1]', expected: values.address },
  ],
  [['demo', '--lang=de'], 'badOptionValue', { option: '--lang', value: 'de', expected: values.language }],
  [['--lang', 'de'], 'badOptionValue', { option: '--lang', value: 'de', expected: values.language }],
  ...['0', '-1', '1.5', '1e3', '01', '1234567890', 'many'].map((value): [string[], FailureCode, object] => [
    ['server', `--registrations-per-address=${value}`],
    'badOptionValue',
    { option: '--registrations-per-address', value, expected: values.count },
  ]),
  ...[
    ['search', ' ', values.words],
    ['search', 'x'.repeat(201), values.words],
    ['format', 'jpeg;png', values.formats],
    ['format', 'photoshop', values.formats],
    ['min-size', '-1', values.size],
    ['min-size', '2 pixels', values.size],
    ['min-width', '0', values.count],
    ['orientation', 'upright', values.orientation],
    ['sort', 'oldest', values.order],
    ['limit', 'all', values.count],
  ].map(([option = '', value = '', expected = '']): [string[], FailureCode, object] => [
    ['list', 'host', `--${option}=${value}`],
    'badOptionValue',
    { option: `--${option}`, value, expected },
  ]),
  [['server', '--quiet=yes'], 'badOptionValue', { option: '--quiet', value: 'yes', expected: values.flag }],
  [['server', '--quiet='], 'badOptionValue', { option: '--quiet', value: '', expected: values.flag }],
  [['client'], 'missingArgument', { argument: 'SERVER', command: 'client' }],
  [['client', 'host'], 'missingArgument', { argument: 'FOLDER', command: 'client' }],
  [['share', 'host', '--recursive'], 'missingArgument', { argument: 'FOLDER', command: 'share' }],
  [['list'], 'missingArgument', { argument: 'SERVER', command: 'list' }],
  [['get'], 'missingArgument', { argument: 'SERVER', command: 'get' }],
  [['mirror', 'host'], 'missingArgument', { argument: 'FOLDER', command: 'mirror' }],
  [['server', 'extra'], 'extraArgument', { argument: 'extra', command: 'server' }],
  [['demo', 'demo'], 'extraArgument', { argument: 'demo', command: 'demo' }],
  [['list', 'host', 'extra', 'more'], 'extraArgument', { argument: 'extra', command: 'list' }],
  [['list', 'host', '--', '--json'], 'extraArgument', { argument: '--json', command: 'list' }],
  [['client', 'host', 'folder', 'extra'], 'extraArgument', { argument: 'extra', command: 'client' }],
]
for (const [argv, code, details] of refused) {
  test(`refuses ${JSON.stringify(argv)}: ${code}`, () => assertFails(argv, code, details))
}

test('says what is expected in the language of the messages', () => {
  assert.throws(
    () => parseArguments(['server', '--port=x'], portuguese),
    error =>
      error instanceof Failure && JSON.stringify(error.details).includes(portuguese.help.values.portOrAny),
  )
  assert.throws(
    () => parseArguments(['client'], portuguese),
    error => error instanceof Failure && JSON.stringify(error.details).includes('SERVIDOR'),
  )
})

test('every option of the table is taken by its command, in its long and its short form', () => {
  const sample = {
    portOrAny: '5',
    address: '::1',
    directory: 'd',
    language: 'pt',
    datagramPath: 'portable',
    count: '3',
    words: 'a beach',
    formats: 'jpg,png',
    size: '1.5MB',
    rate: '2M',
    orientation: 'portrait',
    order: 'owners',
    picture: 'beach.png',
    file: '-',
    owner: '1.2.3.4:5001',
    flag: undefined,
    portIfAny: undefined,
  } as const
  for (const [command, specification] of Object.entries<CommandSpecification>(commands)) {
    const given = specification.arguments.map((_, index) => `a${index}`)
    const options: Record<string, OptionSpecification> = { ...commonOptions, ...specification.options }
    for (const [name, option] of Object.entries(options)) {
      if (name === 'help' || name === 'version') continue
      const value = sample[option.value]
      const expected = run(command, given, { [name]: value ?? '' })
      const tail = value === undefined ? [] : [value]
      assert.deepEqual(parse(command, ...given, `--${name}`, ...tail), expected)
      if (option.short !== undefined)
        assert.deepEqual(parse(command, ...given, `-${option.short}`, ...tail), expected)
    }
  }
})

test('a port for guests stands behind a =, so that the word behind the option is never taken for it', () => {
  assert.deepEqual(
    parse('share', '--guests', 'server', 'folder'),
    run('share', ['server', 'folder'], { guests: '' }),
  )
  assert.deepEqual(
    parse('share', 'server', 'folder', '--guests=8080'),
    run('share', ['server', 'folder'], { guests: '8080' }),
  )
  for (const wrong of ['--guests=', '--guests=x', '--guests=65536'])
    assert.throws(() => parse('share', 'server', 'folder', wrong), Failure)
})

test('any command line is either understood or refused with a failure', () => {
  const word = fc.oneof(
    fc.constantFrom(
      ...Object.keys(commands),
      '--port',
      '--lang',
      'pt',
      '--help',
      '-q',
      '-o',
      '--',
      '-',
      '',
      '--json',
      '=5',
    ),
    anyText,
  )
  assertProperty(
    fc.property(fc.array(word, { maxLength: 6 }), argv => {
      try {
        const invocation = parseArguments(argv, english)
        if (invocation.kind !== 'run') return
        const { arguments: places }: CommandSpecification = commands[invocation.command]
        assert.ok(invocation.arguments.length >= places.filter(({ optional }) => optional !== true).length)
        const takesAny = places.some(({ many, optional }) => many === true || optional === true)
        assert.ok(invocation.arguments.length === places.length || takesAny)
      } catch (error) {
        assert.ok(error instanceof Failure, String(error))
      }
    }),
    3000,
  )
})

const addresses: Record<string, [host: string, port: number]> = {
  '192.168.1.5': ['192.168.1.5', 13_377],
  '192.168.1.5:5000': ['192.168.1.5', 5000],
  '192.168.1.5:00080': ['192.168.1.5', 80],
  localhost: ['localhost', 13_377],
  'localhost:1': ['localhost', 1],
  'photos.local:65535': ['photos.local', 65_535],
  'my_host-2.example.': ['my_host-2.example.', 13_377],
  'praça.example:5000': ['praça.example', 5000],
  '::': ['::', 13_377],
  '::1': ['::1', 13_377],
  '2001:db8::5000': ['2001:db8::5000', 13_377],
  '::ffff:192.168.1.5': ['::ffff:192.168.1.5', 13_377],
  'fe80::1%eth0': ['fe80::1%eth0', 13_377],
  'fe80::1%br-1a2b': ['fe80::1%br-1a2b', 13_377],
  '[::1]': ['::1', 13_377],
  '[::1]:5000': ['::1', 5000],
  '[2001:DB8::7]:5000': ['2001:DB8::7', 5000],
  '[::ffff:192.168.1.5]:5000': ['::ffff:192.168.1.5', 5000],
  '[fe80::1%eth0]:5000': ['fe80::1%eth0', 5000],
  '[fe80::1%eth0.100]:5000': ['fe80::1%eth0.100', 5000],
  '[fe80::1%br-1a2b]:5000': ['fe80::1%br-1a2b', 5000],
}
for (const [text, [host, port]] of Object.entries(addresses)) {
  test(`${text} is the server ${host} with port ${port}`, () => {
    assert.deepEqual(parseServerAddress(text), { host, port })
  })
}

const noAddresses = [
  ...[
    '',
    ' ',
    ':',
    ':5000',
    'host:',
    'host:0',
    'host:65536',
    'host:123456',
    'host:http',
    'host:+5',
    'host: 5',
  ],
  ...[
    'host:5 ',
    'host:٥',
    '1.2.3.4:80:90',
    '1.2.3.4:0',
    'http://host',
    'host/path',
    'a b',
    'host\n',
    'host:5\n',
  ],
  ...['[', ']', '[]', '[]:80', '[::1', '::1]', '[::1]80', '[::1]:', '[::1]:0', '[::1]:65536', '[1.2.3.4]:80'],
  ...[
    '[host]:80',
    '[[::1]]:80',
    '[:::]:80',
    ':::',
    '1:2:3',
    '::1:99999',
    '[::1%]:80',
    '[fe80::1%a b]:80',
    '[::1]/',
  ],
]
for (const text of noAddresses) {
  test(`${JSON.stringify(text)} is no server`, () => {
    assert.throws(
      () => parseServerAddress(text),
      error => {
        assert.ok(error instanceof Failure)
        assert.deepEqual([error.code, error.details], ['badServerAddress', { text }])
        return true
      },
    )
  })
}
