import sharp from 'sharp'
import { type Canvas, toRgb } from '../../src/demo/canvas.ts'
import { albums } from '../../src/demo/pictures.ts'
import { drawScene, SCENE_KINDS, type SceneKind } from './scenes.ts'
import type { Original } from './transforms.ts'

/** Scenes of the set: with the 16 pictures that the program draws for its demonstration they are 60. */
const SCENES = 44

/** The distinct pictures: those of the demonstration, then scenes of each kind in turns, every second one a PNG. */
export async function drawOriginals(scenes: number = SCENES): Promise<Original[]> {
  const drawn: Original[] = []
  const pictures = new Map(albums.flatMap(album => album.pictures.map(one => [one.fileName, one])))
  for (const picture of pictures.values()) {
    drawn.push({ bytes: await picture.draw(), width: picture.width, height: picture.height })
  }
  for (let number = 0; number < scenes; number += 1) {
    const kind = SCENE_KINDS[number % SCENE_KINDS.length] ?? 'ridges'
    drawn.push(
      await drawOriginal(kind, Math.floor(number / SCENE_KINDS.length), number % 2 === 0 ? 'png' : 'jpeg'),
    )
  }
  return drawn
}

/** One scene as a file. */
export async function drawOriginal(kind: SceneKind, seed: number, format: 'png' | 'jpeg'): Promise<Original> {
  const canvas = drawScene(kind, seed)
  const { width, height } = canvas
  return { bytes: await encode(canvas, format), width, height }
}

function encode(canvas: Canvas, format: 'png' | 'jpeg'): Promise<Buffer> {
  const { width, height } = canvas
  const image = sharp(toRgb(canvas), { raw: { width, height, channels: 3 } })
  return (format === 'png' ? image.png({ compressionLevel: 3 }) : image.jpeg({ quality: 90 })).toBuffer()
}
