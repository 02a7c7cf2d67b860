import { readFileSync } from 'node:fs'

/** The beginning of a real file, or the whole of it; see the `from` of each for who wrote it. */
export interface ImageSample {
  readonly name: string
  readonly bytes: Buffer
  /** An id of ImageFormat. */
  readonly format: string
  readonly width?: number
  readonly height?: number
  readonly taken?: number
}

interface Recorded {
  readonly name: string
  readonly hex?: string
  readonly text?: string
  readonly format: string
  readonly width?: number
  readonly height?: number
  readonly taken?: number | null
}

/** Every image among the vectors, with what its header says as other programs read it (`sizes.json`, `headers.json`). */
export function imageSamples(): readonly ImageSample[] {
  const sizes: Record<string, readonly [number, number] | null> = vector('sizes.json')
  const beginnings: readonly Recorded[] = [...vector('imghdr-formats.json'), ...vector('other-formats.json')]
  const sized = beginnings.map(sample => {
    const [width, height] = sizes[sample.name] ?? []
    return { ...sample, ...(width === undefined || height === undefined ? {} : { width, height }) }
  })
  const recorded: readonly Recorded[] = [...sized, ...vector('headers.json')]
  return recorded.map(({ hex, text, taken, ...sample }) => ({
    ...sample,
    bytes: hex === undefined ? Buffer.from(text ?? '') : Buffer.from(hex, 'hex'),
    ...(typeof taken === 'number' ? { taken } : {}),
  }))
}

function vector(file: string) {
  return JSON.parse(readFileSync(new URL(`../vectors/images/${file}`, import.meta.url), 'utf8'))
}
