import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { PAGE_SCRIPT, RENEWAL_MS } from '../../../src/server/status/page-script.ts'

/** A part of a page, as far as the script touches it. */
interface Part {
  readonly id: string
  innerHTML: string
  readonly childNodes: readonly string[]
  replaceChildren(...nodes: readonly string[]): void
}

function part(id: string, content: string): Part {
  return {
    id,
    innerHTML: content,
    childNodes: [content],
    replaceChildren(...nodes) {
      this.innerHTML = nodes.join('')
    },
  }
}

/** A browser that shows one living part, and does what the script waits for when it is told to. */
function browser() {
  const live = part('numbers', 'old')
  const silence = { hidden: true }
  const waiting: { run: () => void; ms: number }[] = []
  const listeners: (() => void)[] = []
  const state = { hidden: false, answer: undefined as string | undefined, asked: 0 }
  runInNewContext(PAGE_SCRIPT, {
    document: {
      getElementById: (id: string) => (id === 'silence' ? silence : assert.fail(id)),
      querySelectorAll: (selector: string) => (selector === '[data-live]' ? [live] : assert.fail(selector)),
      get hidden() {
        return state.hidden
      },
      addEventListener: (_name: string, listener: () => void) => listeners.push(listener),
    },
    location: { pathname: '/' },
    AbortSignal,
    DOMParser: class {
      parseFromString(text: string) {
        return { getElementById: (id: string) => (id === live.id ? part(id, text) : null) }
      }
    },
    fetch: async (path: string) => {
      assert.equal(path, '/')
      state.asked += 1
      const { answer } = state
      if (answer === undefined) throw new TypeError('Failed to fetch')
      return { ok: answer !== 'busy', status: 503, text: async () => answer }
    },
    setTimeout: (run: () => void, ms: number) => waiting.push({ run, ms }),
  })
  const pass = async () => {
    const next = waiting.shift() ?? assert.fail('it waits for nothing')
    assert.equal(next.ms, RENEWAL_MS)
    next.run()
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  }
  return { live, silence, waiting, listeners, state, pass }
}

test('the page takes over what changed, again and again', async () => {
  const { live, silence, state, pass } = browser()
  for (const answer of ['new', 'newer', 'newer']) {
    state.answer = answer
    await pass()
    await pass()
    assert.equal(live.innerHTML, answer)
    assert.equal(silence.hidden, true)
  }
})

test('a server that does not answer is told, what was shown stays, and it is asked again', async () => {
  const { live, silence, state, pass } = browser()
  for (const answer of [undefined, 'busy']) {
    state.answer = answer
    await pass()
    await pass()
    assert.equal(silence.hidden, false)
    assert.equal(live.innerHTML, 'old')
  }
  state.answer = 'back'
  await pass()
  await pass()
  assert.equal(silence.hidden, true)
  assert.equal(live.innerHTML, 'back')
})

test('nobody is asked while nobody looks', async () => {
  const { live, state, waiting, listeners, pass } = browser()
  state.answer = 'new'
  await pass()
  state.hidden = true
  await pass()
  const { asked } = state
  assert.equal(waiting.length, 0)
  state.hidden = false
  state.answer = 'seen'
  assert.equal(listeners.length, 1)
  listeners[0]?.()
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  assert.equal(state.asked, asked + 1)
  assert.equal(live.innerHTML, 'seen')
})
