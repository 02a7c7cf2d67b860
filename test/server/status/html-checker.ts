import assert from 'node:assert/strict'

const VOID = new Set(['meta', 'link', 'br', 'hr', 'img', 'input'])
/** Elements of SVG that are written as closed at once. */
const RAW = new Set(['style', 'script'])
const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:[A-Z][a-z]+)?(?:="[^"<>]*")?)*)\s*(\/?)>/y
const ATTRIBUTE = /\s+([a-zA-Z-]+)(?:="([^"]*)")?/g
const TEXT = /(?:[^<>&]|&#\d+;)*/y

/** An element as it was opened. */
export interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

/**
 * Reads a page as strictly as XML: every element closed in order, attributes quoted, once each, nothing unescaped, every id
 * once, every id that is referred to there. Returns its elements in order.
 */
export function checkHtml(page: string): Element[] {
  const start = '<!doctype html>\n'
  assert.ok(page.startsWith(start))
  const elements: Element[] = []
  const open: string[] = []
  let at = start.length
  while (at < page.length) {
    at = matchAt(TEXT, page, at, 'text')[0].length + at
    if (at === page.length) break
    const [whole, closing = '', name = '', written = '', self = ''] = matchAt(TAG, page, at, 'a tag')
    at += whole.length
    if (closing !== '') {
      assert.equal(open.pop(), name, `</${name}> closes what is open`)
      continue
    }
    elements.push({ name, attributes: attributesOf(written, whole) })
    if (VOID.has(name) || self !== '') continue
    open.push(name)
    if (RAW.has(name)) at = page.indexOf(`</${name}>`, at)
    assert.ok(at >= 0, `</${name}>`)
  }
  assert.deepEqual(open, [])
  checkIds(elements)
  return elements
}

function matchAt(pattern: RegExp, page: string, at: number, what: string): RegExpExecArray {
  pattern.lastIndex = at
  return pattern.exec(page) ?? assert.fail(`no ${what} at “${page.slice(at, at + 60)}”`)
}

function attributesOf(written: string, tag: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', value = ''] of written.matchAll(ATTRIBUTE)) {
    assert.ok(!attributes.has(name), tag)
    attributes.set(name, value)
  }
  return attributes
}

function checkIds(elements: readonly Element[]): void {
  const ids = elements.flatMap(({ attributes }) => attributes.get('id') ?? [])
  assert.equal(new Set(ids).size, ids.length, 'every id once')
  for (const { attributes } of elements) {
    for (const id of attributes.get('aria-labelledby')?.split(' ') ?? []) assert.ok(ids.includes(id), id)
  }
}
