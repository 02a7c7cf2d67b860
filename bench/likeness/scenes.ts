import { type Canvas, createCanvas } from '../../src/demo/canvas.ts'
import { mix, smoothStep } from '../../src/demo/interpolation.ts'
import { createNoise, fractalNoise, type Noise } from '../../src/demo/noise.ts'
import { type Colour, createPalette, type Palette } from '../../src/demo/palette.ts'
import { createRandom, type Random } from '../../src/demo/random.ts'

/**
 * Scenes as people photograph them, each kind as often different as there are seeds: the composition, the light and the
 * colours come from the seed. Two of one kind are unrelated pictures that look alike, which is what a hash is to tell apart.
 */

/** The light at a point of the picture: `x` and `y` from 0 at the top left corner to 1. */
type Scene = (x: number, y: number, into: Colour) => void

/** Makes a scene of a kind. */
type SceneMaker = (random: Random, noise: Noise) => Scene

/** Pixels of the pictures, as cameras frame them: lying, standing, square. */
const FRAMES = [
  [480, 320],
  [320, 480],
  [440, 330],
  [400, 400],
  [512, 288],
] as const

const SKIES = [
  ['#2b4c8c', '#7fa6d6', '#dfe9f2'],
  ['#32203f', '#a8485a', '#f6b26b'],
  ['#8f9aa3', '#c3c9cc', '#e8e8e4'],
  ['#0b1026', '#1d2b53', '#5a6a8c'],
  ['#4aa3df', '#a6d8f5', '#fdf6e3'],
] as const
const GROUNDS = [
  ['#6b7f5a', '#2f4a2c', '#10200f'],
  ['#a89276', '#6e5436', '#33241a'],
  ['#dfe3e8', '#9fb0c0', '#5a6b7d'],
  ['#7a6f9b', '#433a66', '#1b1733'],
] as const
const STUFFS = [
  ['#20303a', '#4f6d7a', '#c0d6df'],
  ['#3b1f1b', '#8c4a36', '#e0a77d'],
  ['#1c2a1c', '#4f7942', '#c9d99a'],
  ['#2d1b3d', '#7b4f9d', '#e3c4f1'],
  ['#101010', '#606060', '#f2f2f2'],
  ['#40260a', '#c9812b', '#ffe6a7'],
] as const

/** Hills or mountains, one ridge behind the other, under a sky with or without a sun. */
const ridges: SceneMaker = (random, noise) => {
  const sky = paletteOf(SKIES, random)
  const ground = paletteOf(GROUNDS, random)
  const count = 2 + Math.floor(random() * 4)
  const horizon = 0.25 + 0.35 * random()
  const sun = [random(), horizon * random(), 0.03 + 0.09 * random()] as const
  const roughness = 1 + random() * 4
  const tall = 0.1 + 0.25 * random()
  return (x, y, into) => {
    sky(y / (horizon + 0.2) + 0.15 * fractalNoise(noise, x * 3, y * 6, 3), into)
    lighten(into, smoothStep(sun[2] * 1.5, sun[2], Math.hypot(x - sun[0], y - sun[1])) * 0.8)
    for (let ridge = 0; ridge < count; ridge += 1) {
      const base = horizon + (ridge * (1 - horizon)) / count
      const top = base - tall * (0.5 + fractalNoise(noise, x * roughness + ridge * 17, ridge * 9.3, 4))
      if (y > top)
        ground((ridge + 0.6) / count + 0.3 * fractalNoise(noise, x * 19, y * 19 + ridge * 7, 3), into)
    }
  }
}

/** Somebody's head and shoulders before a blurred wall. */
const portrait: SceneMaker = (random, noise) => {
  const wall = paletteOf(STUFFS, random)
  const skin = createPalette(
    pick([['#5a3825', '#a9714b', '#e8b98f'] as const, ['#7d4e3a', '#d89e7c', '#fbe0cd'] as const], random),
  )
  const hair = paletteOf(STUFFS, random)
  const shirt = paletteOf(STUFFS, random)
  const [middle, height, size] = [0.3 + 0.4 * random(), 0.3 + 0.2 * random(), 0.13 + 0.12 * random()]
  const light = random() < 0.5 ? -1 : 1
  const [long, tilt, wide] = [random() * 2, (random() - 0.5) * 0.5, 1.5 + random()]
  return (x, y, into) => {
    wall(0.5 + 0.9 * fractalNoise(noise, x * 2.5, y * 2.5, 3), into)
    const across = (x - middle - tilt * (y - height)) / size
    const down = (y - height) / (size * 1.35)
    const hairEnd = 0.3 + long
    if (Math.hypot(across, down + 0.15) < 1.22 && down < hairEnd)
      hair(0.4 + 0.5 * fractalNoise(noise, across * 9, down * 2, 3), into)
    if (long > 1 && Math.abs(across) < 1.15 && down > 0 && down < hairEnd) hair(0.3, into)
    if (down > 0.8 && Math.abs(across) < 0.45) skin(0.3, into)
    if (down > 1.2 && Math.abs(across) < wide * Math.min(1, (down - 1.1) * 2.5 + 0.2))
      shirt(0.5 + 0.4 * across * light * 0.5 + 0.3 * fractalNoise(noise, x * 12, y * 12, 2), into)
    if (Math.hypot(across, down) < 1 && down > -0.75) {
      skin(0.6 + 0.35 * across * light, into)
      for (const eye of [-0.38, 0.38])
        if (Math.hypot((across - eye) / 0.17, (down + 0.1) / 0.08) < 1) into.fill(0.02)
      if (Math.hypot(across / 0.35, (down - 0.5) / 0.07) < 1) into.splice(0, 3, 0.35, 0.08, 0.08)
    }
  }
}

/** Houses along a street, with windows. */
const street: SceneMaker = (random, noise) => {
  const sky = paletteOf(SKIES, random)
  const houses = Array.from({ length: 3 + Math.floor(random() * 7) }, () => ({
    wide: 0.5 + random(),
    top: 0.08 + 0.5 * random(),
    wall: paletteOf(STUFFS, random),
    shade: 0.2 + 0.7 * random(),
    columns: 2 + Math.floor(random() * 4),
    floors: 8 + random() * 10,
    isLit: random() < 0.5,
  }))
  const road = paletteOf(GROUNDS, random)
  const curb = 0.72 + 0.2 * random()
  const all = houses.reduce((sum, { wide }) => sum + wide, 0)
  return (x, y, into) => {
    sky(y * 1.3 + 0.2 * fractalNoise(noise, x * 3, y * 5, 3), into)
    let from = 0
    for (const { wide, top, wall, shade, columns, floors, isLit } of houses) {
      const share = (x - from) / (wide / all)
      from += wide / all
      if (share < 0 || share >= 1 || y < top) continue
      wall(shade + 0.15 * fractalNoise(noise, x * 30, y * 30, 2), into)
      const [column, floor] = [(share * columns) % 1, ((y - top) * floors) % 1]
      if (column > 0.3 && column < 0.75 && floor > 0.3 && floor < 0.8) {
        if (isLit && noise(Math.floor(share * columns) + 0.37, Math.floor(y * floors) + 0.61) > 0)
          into.splice(0, 3, 0.9, 0.75, 0.35)
        else into.fill(0.03)
      }
    }
    if (y > curb) road(0.5 + (y - curb) + 0.3 * fractalNoise(noise, x * 14, y * 40, 3), into)
  }
}

function paletteOf(choices: readonly (readonly string[])[], random: Random): Palette {
  return createPalette(pick(choices, random))
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)] as Item
}

function lighten(colour: Colour, share: number): void {
  for (let channel = 0; channel < 3; channel += 1) colour[channel] = mix(colour[channel] ?? 0, 1, share)
}

/** Flowers or lamps, the near ones sharp, before a garden out of focus. */
const garden: SceneMaker = (random, noise) => {
  const leaves = createPalette(pick([GROUNDS[0], STUFFS[2], STUFFS[0]], random))
  const flowers = Array.from({ length: 3 + Math.floor(random() * 14) }, () => ({
    x: random(),
    y: random(),
    size: 0.03 + 0.16 * random() ** 2,
    petals: 3 + Math.floor(random() * 6),
    turn: random() * 7,
    soft: random() < 0.5 ? 0.6 : 0.08,
    tone: paletteOf(STUFFS, random),
  }))
  return (x, y, into) => {
    leaves(0.4 + 0.8 * fractalNoise(noise, x * 4, y * 4, 4), into)
    const under: Colour = [0, 0, 0]
    for (const { x: middle, y: height, size, petals, turn, soft, tone } of flowers) {
      const [dx, dy] = [x - middle, y - height]
      const away = Math.hypot(dx, dy) / size
      if (away > 1.4) continue
      const edge = 0.8 + 0.2 * Math.cos(Math.atan2(dy, dx) * petals + turn)
      const share = smoothStep(edge, edge * (1 - soft), away)
      tone(0.9 - 0.5 * away, under)
      for (let channel = 0; channel < 3; channel += 1)
        into[channel] = mix(into[channel] ?? 0, under[channel] ?? 0, share)
    }
  }
}

/** Clouds over a low horizon: little but soft shapes. */
const clouds: SceneMaker = (random, noise) => {
  const sky = paletteOf(SKIES, random)
  const ground = paletteOf(GROUNDS, random)
  const horizon = 0.7 + 0.25 * random()
  const [wide, dense, lean] = [1.5 + 3 * random(), 0.1 + 0.3 * random(), random() - 0.5]
  return (x, y, into) => {
    sky(y / horizon, into)
    const cloud = fractalNoise(noise, x * wide + lean * y, y * wide * 1.8, 5)
    lighten(into, smoothStep(-dense, dense + 0.2, cloud) * 0.85)
    const edge = horizon + 0.03 * fractalNoise(noise, x * 6, 3.3, 3)
    if (y > edge) ground(0.4 + (y - edge) * 2 + 0.3 * fractalNoise(noise, x * 20, y * 20, 2), into)
  }
}

/** Balls and boxes on a table in the light of a lamp. */
const table: SceneMaker = (random, noise) => {
  const wall = paletteOf(STUFFS, random)
  const wood = paletteOf(GROUNDS, random)
  const edge = 0.35 + 0.3 * random()
  const lamp = [random(), random() * 0.4] as const
  const things = Array.from({ length: 2 + Math.floor(random() * 5) }, () => ({
    x: 0.1 + 0.8 * random(),
    y: edge + (0.9 - edge) * random(),
    size: 0.05 + 0.13 * random(),
    isBall: random() < 0.6,
    tone: paletteOf(STUFFS, random),
  })).sort((one, other) => one.y - other.y)
  return (x, y, into) => {
    const lit = 1 - 0.7 * Math.hypot(x - lamp[0], y - lamp[1])
    if (y < edge) wall(lit + 0.1 * fractalNoise(noise, x * 8, y * 8, 2), into)
    else wood(1 - lit + 0.3 * fractalNoise(noise, x * 3, y * 30, 3), into)
    for (const { x: middle, y: foot, size, isBall, tone } of things) {
      const dx = (x - middle) / size
      const dy = (y - foot) / size
      if (Math.hypot((dx - (middle - lamp[0])) / 1.6, (dy - 0.8) / 0.4) < 1) into.forEach(darken)
      if (isBall ? Math.hypot(dx, dy) < 1 : Math.abs(dx) < 0.8 && dy > -1.6 && dy < 0.8) {
        const towards =
          (dx * (lamp[0] - middle) + dy * (lamp[1] - foot)) / Math.hypot(lamp[0] - middle, lamp[1] - foot)
        tone(0.5 + 0.45 * (isBall ? towards : Math.sign(dx) * 0.3), into)
      }
    }
  }
}

function darken(value: number, channel: number, colour: number[]): void {
  colour[channel] = value * 0.45
}

const KINDS = { ridges, portrait, street, garden, clouds, table } as const
export type SceneKind = keyof typeof KINDS
export const SCENE_KINDS = Object.keys(KINDS) as SceneKind[]

/** Draws the scene of a kind and a seed, with the grain of a photograph. */
export function drawScene(kind: SceneKind, seed: number): Canvas {
  const random = createRandom(seed * 7919 + SCENE_KINDS.indexOf(kind))
  const [width, height] = pick(FRAMES, random)
  const scene = KINDS[kind](random, createNoise(seed * 131 + 7))
  const exposure = 0.7 + 0.6 * random()
  const canvas = createCanvas(width, height)
  const colour: Colour = [0, 0, 0]
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      scene((column + 0.5) / width, (row + 0.5) / height, colour)
      const grain = exposure * (0.97 + 0.06 * random())
      const at = (row * width + column) * 3
      for (let channel = 0; channel < 3; channel += 1)
        canvas.light[at + channel] = (colour[channel] ?? 0) * grain
    }
  }
  return canvas
}
