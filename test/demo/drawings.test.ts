import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import sharp from 'sharp'
import type { Canvas } from '../../src/demo/canvas.ts'
import { drawAttractor } from '../../src/demo/drawings/attractor.ts'
import { drawAurora } from '../../src/demo/drawings/aurora.ts'
import { drawBurningShip } from '../../src/demo/drawings/burning-ship.ts'
import { drawCityAtNight } from '../../src/demo/drawings/city-at-night.ts'
import { drawComplexRoots } from '../../src/demo/drawings/complex-roots.ts'
import { drawFern } from '../../src/demo/drawings/fern.ts'
import { drawGlazedTiles } from '../../src/demo/drawings/glazed-tiles.ts'
import { drawHarmonograph } from '../../src/demo/drawings/harmonograph.ts'
import { drawJuliaSet } from '../../src/demo/drawings/julia-set.ts'
import { drawMandelbrotValley } from '../../src/demo/drawings/mandelbrot-valley.ts'
import { drawMistyForest } from '../../src/demo/drawings/misty-forest.ts'
import { drawMountainsAtDusk } from '../../src/demo/drawings/mountains-at-dusk.ts'
import { drawNewtonBasins } from '../../src/demo/drawings/newton-basins.ts'
import { drawSeaSunset } from '../../src/demo/drawings/sea-sunset.ts'
import { drawSunflower } from '../../src/demo/drawings/sunflower.ts'
import { drawWaveInterference } from '../../src/demo/drawings/wave-interference.ts'

type CanvasDrawing = (width: number, height: number, signal?: AbortSignal) => Promise<Canvas>

const onCanvas: readonly CanvasDrawing[] = [
  drawAttractor,
  drawAurora,
  drawBurningShip,
  drawComplexRoots,
  drawFern,
  drawHarmonograph,
  drawJuliaSet,
  drawMandelbrotValley,
  drawMistyForest,
  drawMountainsAtDusk,
  drawNewtonBasins,
  drawSeaSunset,
  drawWaveInterference,
]

const asSvg: readonly ((width: number, height: number) => string)[] = [
  drawCityAtNight,
  drawGlazedTiles,
  drawSunflower,
]

for (const draw of onCanvas) {
  describe(draw.name, () => {
    it('fills a canvas of the size it is given with light, whatever its shape', async () => {
      for (const [width, height] of [
        [31, 20],
        [20, 31],
      ] as const) {
        const canvas = await draw(width, height)
        assert.deepEqual([canvas.width, canvas.height], [width, height])
        assert.equal(canvas.light.length, width * height * 3)
        assert.ok(canvas.light.every(light => light >= 0 && Number.isFinite(light)))
        assert.ok(new Set(canvas.light).size > 20)
      }
    })

    it('stops while it draws, with the reason of its signal', async () => {
      const control = new AbortController()
      const reason = new Error('enough')
      const drawing = draw(320, 240, control.signal)
      control.abort(reason)
      await assert.rejects(drawing, fault => fault === reason)
    })
  })
}

for (const draw of asSvg) {
  describe(draw.name, () => {
    it('is an SVG document of the size it is given, covered all over, with no text and nothing from outside', async () => {
      const svg = draw(180, 120)
      assert.doesNotMatch(svg, /<text|<image|font|NaN|undefined|href="[^#]/)
      const { width, height, format } = await sharp(Buffer.from(svg)).metadata()
      assert.deepEqual([width, height, format], [180, 120, 'svg'])
      const { isOpaque } = await sharp(Buffer.from(svg)).stats()
      assert.ok(isOpaque)
    })
  })
}
