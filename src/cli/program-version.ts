import { readFileSync } from 'node:fs'
import { printable } from '../base/printable.ts'

/** The version of the program, as its package says. */
export function programVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return printable(manifest.version)
}
