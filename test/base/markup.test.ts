import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Markup, markup } from '../../src/base/markup.ts'
import { assertProperty } from '../support/property.ts'

test('what is filled in is escaped, and markup is not escaped again', () => {
  const inner = markup`<b>${'a & "b" <c>'}</b>`
  assert.equal(inner.text, '<b>a &#38; &#34;b&#34; &#60;c&#62;</b>')
  assert.equal(markup`<p>${inner}${[inner, inner]}${7}</p>`.text, `<p>${inner.text.repeat(3)}7</p>`)
  assert.equal(markup`${Markup.trusted('<i>')}`.text, '<i>')
})

test('no text leaves its place, be it between tags or in an attribute', () => {
  assertProperty(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '`', 'a', ' ', '/') }), text => {
      const { text: page } = markup`<p title="${text}">${text}</p>`
      const [, attribute = '', content = ''] = /^<p title="([^"<>']*)">([^<>"']*)<\/p>$/.exec(page) ?? []
      const plain = (escaped: string) =>
        escaped.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
      assert.equal(plain(attribute), text)
      assert.equal(plain(content), text)
    }),
  )
})
