import { thumbHashToApproximateAspectRatio, thumbHashToRGBA } from 'thumbhash'
import { ProjectorCells } from '../projector/projector-cells.ts'
import { projectorGrid } from '../projector/projector-grid.ts'

/** The scripts of the pages, as they stand in them. */
export interface GuestScripts {
  readonly gallery: string
  readonly picture: string
  readonly wall: string
}

/**
 * Reads the scripts. They are functions of modules that are written for a browser, with its types; what is sent is their
 * source, which Node has without its types, or the build made.
 */
export async function loadGuestScripts(): Promise<GuestScripts> {
  const [showPlaceholder, gallery, picture, wall] = await Promise.all([
    sourceOf('placeholder', 'showPlaceholder'),
    sourceOf('gallery', 'gallery'),
    sourceOf('picture', 'picture'),
    sourceOf('wall', 'wall'),
  ])
  const placeholders = [thumbHashToApproximateAspectRatio, thumbHashToRGBA, showPlaceholder].join('\n')
  const script = (source: string, more: readonly unknown[] = []) => {
    const given = ['element => showPlaceholder(element, thumbHashToRGBA)', ...more.map(one => `(${one})`)]
    return `'use strict';${placeholders}\n(${source})(${given.join(',\n')})\n`
  }
  return {
    gallery: script(gallery),
    picture: script(picture),
    wall: script(wall, [projectorGrid, ProjectorCells]),
  }
}

async function sourceOf(file: string, name: string): Promise<string> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  // The path is made here so that the compiler does not take the browser's modules for Node's.
  const module: Record<string, unknown> = await import(
    new URL(`./browser/${file}.${extension}`, import.meta.url).href
  )
  const found = module[name]
  if (typeof found !== 'function') throw new TypeError(`${file} has no function ${name}`)
  return String(found)
}
