import assert from 'node:assert/strict'

/** One line of Prometheus' text format. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** One metric with its lines. */
export interface MetricFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: Sample[]
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/.source
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`)
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`)
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/.source
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`)

/**
 * Reads Prometheus' text format, version 0.0.4, as strictly as it is written down: every metric with its HELP and TYPE
 * first and all its lines together, no line twice, histograms cumulative and complete.
 */
export function parseExposition(text: string): Map<string, MetricFamily> {
  assert.ok(text.endsWith('\n'), 'ends with a line feed')
  const families = new Map<string, MetricFamily>()
  let current: MetricFamily | undefined
  let help: RegExpExecArray | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue
    if (line.startsWith('# HELP')) {
      help = HELP.exec(line) ?? assert.fail(line)
      continue
    }
    if (line.startsWith('#')) {
      const [, name = '', type = ''] = TYPE.exec(line) ?? assert.fail(line)
      assert.equal(help?.[1], name, 'HELP stands before TYPE')
      assert.ok(!families.has(name), `${name} twice`)
      current = { name, type, help: help?.[2] ?? '', samples: [] }
      families.set(name, current)
      continue
    }
    const sample = parseSample(line)
    assert.ok(
      current !== undefined && belongsTo(sample.name, current),
      `${sample.name} after ${current?.name}`,
    )
    current.samples.push(sample)
  }
  for (const family of families.values()) checkFamily(family)
  return families
}

function parseSample(line: string): Sample {
  const match = SAMPLE.exec(line) ?? assert.fail(line)
  const labels: Record<string, string> = {}
  for (const [, name = '', value = ''] of (match[2] ?? '').matchAll(new RegExp(LABEL, 'g'))) {
    assert.ok(!(name in labels), line)
    labels[name] = value
  }
  const written = match.at(-1) ?? ''
  assert.match(written, /^(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|\+Inf)$/, line)
  return { name: match[1] ?? '', labels, value: Number(written) }
}

function belongsTo(name: string, { name: family, type }: MetricFamily): boolean {
  if (type !== 'histogram') return name === family
  return [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(name)
}

function checkFamily({ name, type, samples }: MetricFamily): void {
  if (type === 'counter') assert.match(name, /_total$/)
  else assert.doesNotMatch(name, /_(?:total|count|sum|bucket)$/)
  const seen = samples.map(sample => keyOf(sample.name, sample.labels))
  assert.equal(new Set(seen).size, seen.length, `${name} has a line twice`)
  const names = new Set(
    samples.map(({ labels }) =>
      Object.keys(labels)
        .filter(label => label !== 'le')
        .join(),
    ),
  )
  assert.ok(names.size <= 1, `${name} has other labels in other lines`)
  if (type === 'histogram') checkHistograms(name, samples)
}

function checkHistograms(name: string, samples: readonly Sample[]): void {
  const histograms = Map.groupBy(samples, ({ labels: { le, ...labels } }) => keyOf('', labels))
  for (const [key, lines] of histograms) {
    const buckets = lines.filter(line => line.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels }) => (labels['le'] === '+Inf' ? Infinity : Number(labels['le'])))
    for (const [index, bound] of bounds.entries()) {
      assert.ok(index === 0 || bound > (bounds[index - 1] ?? Infinity), `${name}${key}: bounds ascend`)
      assert.ok((buckets[index]?.value ?? 0) >= (buckets[index - 1]?.value ?? 0), `${name}${key}: cumulative`)
    }
    assert.equal(bounds.at(-1), Infinity)
    const one = (suffix: string) => {
      const [only, ...more] = lines.filter(line => line.name === name + suffix)
      assert.ok(only !== undefined && more.length === 0, `${name}${suffix}`)
      return only.value
    }
    assert.equal(buckets.at(-1)?.value, one('_count'))
    assert.ok(one('_sum') >= 0)
  }
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return name + JSON.stringify(Object.entries(labels).sort())
}

/** The value of the one line with that name and those labels. */
export function sampleValue(
  families: ReadonlyMap<string, MetricFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = families.get(name) ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ''))
  const found = family?.samples.find(sample => keyOf(sample.name, sample.labels) === keyOf(name, labels))
  return found?.value ?? assert.fail(`no ${name} ${JSON.stringify(labels)}`)
}
