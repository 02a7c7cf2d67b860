import type { ShowPlaceholder } from './placeholder.ts'

/** What the page was made with; see pages/gallery-page.ts. */
interface Facts {
  readonly base: string
  readonly revision: number
  readonly selection: number
  readonly fileBytes: number
  readonly words: {
    readonly waiting: string
    /** `{}` stands for the percentage. */
    readonly sending: string
    readonly brought: string
    readonly broughtBefore: string
    readonly retry: string
    /** `{}` stands for the number. */
    readonly selected: string
    readonly problems: Readonly<Record<string, string>>
  }
}

/** The script of the page with all pictures. Its source is sent to the browser: it stands alone. */
export function gallery(showPlaceholder: ShowPlaceholder): void {
  /** Milliseconds between two looks at whether there are new pictures. */
  const LOOK_MS = 3000
  /** Milliseconds after which a preview that did not come is asked for once more. */
  const RETRY_MS = 4000
  /** Files of one choice that are taken; more are left out, so that the list stays readable. */
  const MOST_FILES = 200
  /** Sent at once: two keep a connection busy between two files. */
  const AT_ONCE = 2

  const byId = (id: string) => document.getElementById(id)
  const facts: Facts = JSON.parse(byId('facts')?.textContent ?? '{}')
  const { words } = facts

  for (const tile of document.querySelectorAll<HTMLElement>('.tile')) {
    showPlaceholder(tile)
    const image = tile.querySelector('img')
    if (image === null) continue
    const nameIt = () => {
      const name = document.createElement('span')
      name.className = 'named'
      name.textContent = image.alt
      image.replaceWith(name)
    }
    if (image.complete && image.naturalWidth > 0) continue
    image.classList.add('coming')
    image.addEventListener('load', () => image.classList.remove('coming'))
    let isRetried = false
    const refused = () => {
      if (isRetried) return nameIt()
      isRetried = true
      const { srcset } = image
      // Many guests at once can be more than previews are made for at a time.
      setTimeout(() => {
        image.srcset = srcset
      }, RETRY_MS)
    }
    image.addEventListener('error', refused)
    if (image.complete && image.currentSrc !== '') refused()
  }

  select()
  look()
  if (facts.fileBytes > 0) bring(facts.fileBytes)

  function select(): void {
    const form = document.querySelector('form')
    const boxes = [...document.querySelectorAll<HTMLInputElement>('.pick input')]
    const output = byId('selected')
    let last = -1
    const show = () => {
      const count = boxes.filter(box => box.checked).length
      if (output !== null) output.textContent = words.selected.replace('{}', String(count))
      for (const box of boxes) {
        box.closest('.tile')?.classList.toggle('picked', box.checked)
        box.disabled = !box.checked && count >= facts.selection
      }
    }
    boxes.forEach((box, index) => {
      box.addEventListener('click', event => {
        if (event.shiftKey && last >= 0)
          for (const between of boxes.slice(Math.min(last, index), Math.max(last, index)))
            between.checked = box.checked
        last = index
        show()
      })
    })
    form?.addEventListener('reset', () => setTimeout(show))
    // A browser that comes back to the page may have the boxes as they were.
    addEventListener('pageshow', show)
    show()
  }

  function look(): void {
    const arrived = byId('arrived')
    const once = async () => {
      if (document.hidden || arrived?.hidden === false) return
      const answer = await fetch(`${facts.base}pictures.json?newest=0`).catch(() => undefined)
      if (answer?.ok !== true) return
      const { revision }: { revision: number } = await answer.json()
      if (arrived !== null && revision !== facts.revision) arrived.hidden = false
    }
    setInterval(() => void once().catch(() => {}), LOOK_MS)
  }

  function bring(fileBytes: number): void {
    const list = byId('brought')
    const told = byId('told')
    const input = byId('files')
    const drop = byId('drop')
    const choosing = byId('choosing')
    if (list === null || told === null || drop === null || choosing === null) return
    if (!(input instanceof HTMLInputElement)) return
    choosing.hidden = false
    const queue: (() => Promise<void>)[] = []
    let running = 0

    input.addEventListener('change', () => {
      add([...(input.files ?? [])])
      input.value = ''
    })
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    addEventListener('dragover', event => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      drop.hidden = false
    })
    addEventListener('dragleave', event => {
      if (event.relatedTarget === null) drop.hidden = true
    })
    addEventListener('drop', event => {
      drop.hidden = true
      if (!holdsFiles(event)) return
      event.preventDefault()
      add([...(event.dataTransfer?.files ?? [])])
    })
    addEventListener('beforeunload', event => {
      if (running > 0) event.preventDefault()
    })

    function add(files: File[]): void {
      if (list === null) return
      list.hidden = false
      for (const file of files.slice(0, MOST_FILES)) enqueue(file, addRow(file))
      work()
    }

    function addRow(file: File): HTMLElement {
      const row = document.createElement('li')
      const name = document.createElement('span')
      name.className = 'name'
      name.textContent = file.name
      const state = document.createElement('span')
      state.className = 'faint'
      state.textContent = words.waiting
      row.append(name, state)
      list?.append(row)
      return row
    }

    function enqueue(file: File, row: HTMLElement): void {
      queue.push(() => send(file, row))
    }

    function work(): void {
      while (running < AT_ONCE) {
        const next = queue.shift()
        if (next === undefined) return
        running += 1
        void next().finally(() => {
          running -= 1
          work()
        })
      }
    }

    async function send(file: File, row: HTMLElement): Promise<void> {
      const state = row.children[1]
      if (!(state instanceof HTMLElement)) return
      row.querySelector('button')?.remove()
      state.className = 'faint'
      const progress = document.createElement('progress')
      progress.max = 1
      progress.setAttribute('aria-label', file.name)
      row.append(progress)
      const show = (part: number) => {
        progress.value = part
        state.textContent = words.sending.replace('{}', String(Math.floor(100 * part)))
      }
      show(0)
      const problem = file.size > fileBytes ? 'tooLarge' : await post(file, show)
      progress.remove()
      const isHere = problem === 'new' || problem === 'known'
      state.className = isHere ? '' : 'bad'
      state.textContent = isHere
        ? problem === 'new'
          ? words.brought
          : words.broughtBefore
        : (words.problems[problem] ?? words.problems['failed'] ?? '')
      if (told !== null) told.textContent = `${file.name}: ${state.textContent}`
      if (['interrupted', 'busy', 'failed', 'diskFull'].includes(problem)) {
        const retry = document.createElement('button')
        retry.type = 'button'
        retry.className = 'button'
        retry.textContent = words.retry
        retry.addEventListener('click', () => {
          enqueue(file, row)
          work()
        })
        row.append(retry)
      }
    }

    /** With XMLHttpRequest, which alone tells how much went out. */
    function post(file: File, onPart: (part: number) => void): Promise<string> {
      return new Promise(resolve => {
        const request = new XMLHttpRequest()
        request.open('POST', `${facts.base}pictures?name=${encodeURIComponent(file.name)}`)
        request.setRequestHeader('Content-Type', 'application/octet-stream')
        request.responseType = 'json'
        request.upload.onprogress = event => onPart(event.total > 0 ? event.loaded / event.total : 0)
        request.onload = () => {
          const { kind, problem } = request.response ?? {}
          resolve(String(kind ?? problem ?? 'failed'))
        }
        request.onerror = () => resolve('interrupted')
        request.send(file)
      })
    }
  }
}
