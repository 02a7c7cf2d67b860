import type { Album, Picture } from './album.ts'
import type { Drawing } from './drawing.ts'
import { drawAttractor } from './drawings/attractor.ts'
import { drawAurora } from './drawings/aurora.ts'
import { drawBurningShip } from './drawings/burning-ship.ts'
import { drawCityAtNight } from './drawings/city-at-night.ts'
import { drawComplexRoots } from './drawings/complex-roots.ts'
import { drawFern } from './drawings/fern.ts'
import { drawGlazedTiles } from './drawings/glazed-tiles.ts'
import { drawHarmonograph } from './drawings/harmonograph.ts'
import { drawJuliaSet } from './drawings/julia-set.ts'
import { drawMandelbrotValley } from './drawings/mandelbrot-valley.ts'
import { drawMistyForest } from './drawings/misty-forest.ts'
import { drawMountainsAtDusk } from './drawings/mountains-at-dusk.ts'
import { drawNewtonBasins } from './drawings/newton-basins.ts'
import { drawSeaSunset } from './drawings/sea-sunset.ts'
import { drawSunflower } from './drawings/sunflower.ts'
import { drawWaveInterference } from './drawings/wave-interference.ts'
import { encodePicture, type PictureFormat } from './encoding.ts'

/**
 * The albums of the demonstration: drawn when they are needed, so that the program carries no pictures. The sunflower is
 * in two of them, byte for byte, and so has two owners.
 */

/** A picture's row in the tables below. */
interface Entry {
  readonly fileName: string
  readonly format: PictureFormat
  readonly width: number
  readonly height: number
  /** ISO 8601 in UTC, to the second. */
  readonly takenAt: string
  /** ASCII. */
  readonly description: string
  readonly drawing: Drawing
}

function toPicture({ fileName, format, width, height, takenAt, description, drawing }: Entry): Picture {
  const day = new Date(takenAt)
  return {
    fileName,
    format,
    width,
    height,
    takenAt: day,
    async draw(signal) {
      signal?.throwIfAborted()
      const drawn = await drawing(width, height, signal)
      const bytes = await encodePicture(drawn, format, { description, takenAt: day })
      signal?.throwIfAborted()
      return bytes
    },
  }
}

const sunflower: Picture = toPicture({
  fileName: 'girassol.png',
  format: 'png',
  width: 600,
  height: 600,
  takenAt: '2019-02-17T11:05:44Z',
  description: 'Sunflower, its seeds one golden angle apart',
  drawing: drawSunflower,
})

const plots: readonly Picture[] = [
  toPicture({
    fileName: 'harmonógrafo, cinco pétalas.jpg',
    format: 'jpeg',
    width: 640,
    height: 640,
    takenAt: '2017-05-21T09:14:08Z',
    description: 'Harmonograph, four pendulums coming to rest',
    drawing: drawHarmonograph,
  }),
  toPicture({
    fileName: 'raízes complexas.jpg',
    format: 'jpeg',
    width: 720,
    height: 480,
    takenAt: '2018-10-03T16:40:27Z',
    description: 'Zeros and poles of a complex function',
    drawing: drawComplexRoots,
  }),
  sunflower,
  toPicture({
    fileName: 'Clifford attractor.jpg',
    format: 'jpeg',
    width: 680,
    height: 500,
    takenAt: '2021-08-12T22:51:03Z',
    description: 'Clifford attractor, a million steps of one point',
    drawing: drawAttractor,
  }),
  toPicture({
    fileName: 'duas pedras no lago.webp',
    format: 'webp',
    width: 720,
    height: 480,
    takenAt: '2023-01-29T13:22:50Z',
    description: 'Two stones in a pond: interference of round waves',
    drawing: drawWaveInterference,
  }),
  toPicture({
    fileName: 'azulejos, Lisboa.gif',
    format: 'gif',
    width: 720,
    height: 720,
    takenAt: '2024-06-08T10:37:19Z',
    description: 'Glazed tiles of one pattern, turned by chance',
    drawing: drawGlazedTiles,
  }),
]

const fractals: readonly Picture[] = [
  toPicture({
    fileName: 'mandelbrot valley.jpg',
    format: 'jpeg',
    width: 640,
    height: 426,
    takenAt: '2016-11-30T20:03:36Z',
    description: 'Mandelbrot set, the tail of a sea horse',
    drawing: drawMandelbrotValley,
  }),
  toPicture({
    fileName: 'julia set, c = -0.4 + 0.6i.jpg',
    format: 'jpeg',
    width: 800,
    height: 532,
    takenAt: '2018-04-15T18:26:11Z',
    description: 'Julia set of z*z - 0.4 + 0.6i',
    drawing: drawJuliaSet,
  }),
  toPicture({
    fileName: 'navio em chamas.avif',
    format: 'avif',
    width: 480,
    height: 640,
    takenAt: '2020-09-06T03:12:42Z',
    description: 'Burning ship fractal, one of its small ships',
    drawing: drawBurningShip,
  }),
  toPicture({
    fileName: 'newton, três raízes.webp',
    format: 'webp',
    width: 640,
    height: 640,
    takenAt: '2022-03-14T15:09:26Z',
    description: 'Newton fractal of z*z*z = 1',
    drawing: drawNewtonBasins,
  }),
  toPicture({
    fileName: 'samambaia de Barnsley.jpg',
    format: 'jpeg',
    width: 520,
    height: 780,
    takenAt: '2025-05-02T08:45:00Z',
    description: 'Barnsley fern, drawn point by point by chance',
    drawing: drawFern,
  }),
]

const landscapes: readonly Picture[] = [
  toPicture({
    fileName: 'serra ao entardecer.jpg',
    format: 'jpeg',
    width: 900,
    height: 562,
    takenAt: '2017-07-09T20:48:15Z',
    description: 'Mountain ridges at dusk',
    drawing: drawMountainsAtDusk,
  }),
  toPicture({
    fileName: 'floresta na neblina.jpg',
    format: 'jpeg',
    width: 560,
    height: 780,
    takenAt: '2019-09-22T09:30:54Z',
    description: 'Wooded slopes in the morning mist',
    drawing: drawMistyForest,
  }),
  toPicture({
    fileName: 'pôr do sol, praia do Norte.jpg',
    format: 'jpeg',
    width: 840,
    height: 560,
    takenAt: '2020-12-27T22:17:31Z',
    description: 'The sun going down over the sea',
    drawing: drawSeaSunset,
  }),
  sunflower,
  toPicture({
    fileName: 'cidade à noite.png',
    format: 'png',
    width: 840,
    height: 540,
    takenAt: '2022-10-15T23:58:07Z',
    description: 'A city by the water at night',
    drawing: drawCityAtNight,
  }),
  toPicture({
    fileName: 'aurora sobre o lago.jpg',
    format: 'jpeg',
    width: 840,
    height: 560,
    takenAt: '2024-02-11T01:33:48Z',
    description: 'Northern lights over a lake',
    drawing: drawAurora,
  }),
]

/** The three people of the demonstration and what they share. */
export const albums: readonly Album[] = [
  { owner: 'Ana', pictures: plots },
  { owner: 'Bruno', pictures: fractals },
  { owner: 'Clara', pictures: landscapes },
]
