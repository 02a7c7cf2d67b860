import { collisionKey, safeFileName } from '../../peer/file-name.ts'

/**
 * Names under which files can lie side by side in one folder on any system: made safe, and numbered where two would be the
 * same there. As many as were given, in their order.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  const attempts = new Map<string, number>()
  return names.map(given => {
    const judged = safeFileName(given)
    const name = judged.kind === 'safe' ? judged.name : 'picture'
    const base = collisionKey(name)
    for (let attempt = attempts.get(base) ?? 0; ; attempt += 1) {
      const candidate = attempt === 0 ? name : numberedWith(name, attempt + 1)
      const key = collisionKey(candidate)
      if (taken.has(key)) continue
      taken.add(key)
      attempts.set(base, attempt + 1)
      return candidate
    }
  })
}

/** `beach.jpg` becomes `beach (2).jpg`. */
function numberedWith(name: string, number: number): string {
  const dot = name.search(/\.[^.\s]{1,16}$/u)
  return dot > 0 ? `${name.slice(0, dot)} (${number})${name.slice(dot)}` : `${name} (${number})`
}
