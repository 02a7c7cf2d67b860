import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'

/** How each system opens a file with the person's browser. No shell reads the arguments. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
  linux: ['xdg-open'],
  freebsd: ['xdg-open'],
  openbsd: ['xdg-open'],
}

/** True where a browser can show something to the person: on a desktop, not over a bare connection. */
export function hasDesktop(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (OPENERS[platform] === undefined) return false
  if (platform === 'darwin' || platform === 'win32') return environment['SSH_CONNECTION'] === undefined
  return Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY'])
}

/**
 * Opens `address` in the person's browser, by way of a file that only this person can read: the address holds a secret,
 * and every user of a computer sees the arguments of its programs. Gives what takes the file away again. Where it does not
 * work, nothing happens.
 */
export async function openBrowser(address: string, file: string): Promise<() => Promise<void>> {
  const remove = () => rm(file, { force: true }).catch(() => {})
  const [command = '', ...options] = OPENERS[process.platform] ?? []
  if (command === '') return async () => {}
  await remove()
  const page = `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${address}">`
  try {
    await writeFile(file, page, { mode: 0o600, flag: 'wx' })
  } catch {
    return async () => {}
  }
  const opener = spawn(command, [...options, pathToFileURL(file).href], { stdio: 'ignore', detached: true })
  opener.on('error', () => {})
  opener.unref()
  return remove
}
