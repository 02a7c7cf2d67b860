import sharp from 'sharp'

/** A picture as a file, and its size in pixels. */
export interface Original {
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
}

/** What people and programs do to pictures on their way: each gives the bytes of another file. */
export const TRANSFORMS = {
  half: ({ bytes, width, height }: Original) =>
    sharp(bytes)
      .resize(Math.round(width / 2), Math.round(height / 2))
      .jpeg({ quality: 85 })
      .toBuffer(),
  recompressed: ({ bytes }: Original) => sharp(bytes).jpeg({ quality: 40 }).toBuffer(),
  /** 5 % of the width and of the height, off the left and the top: what is left moves by as much. */
  cropped: ({ bytes, width, height }: Original) => {
    const left = Math.round(width * 0.05)
    const top = Math.round(height * 0.05)
    return sharp(bytes)
      .extract({ left, top, width: width - left, height: height - top })
      .jpeg({ quality: 85 })
      .toBuffer()
  },
  brightened: ({ bytes }: Original) =>
    sharp(bytes).modulate({ brightness: 1.25 }).jpeg({ quality: 85 }).toBuffer(),
  converted: ({ bytes }: Original) => sharp(bytes).webp({ quality: 80, effort: 2 }).toBuffer(),
  mirrored: ({ bytes }: Original) => sharp(bytes).flop().jpeg({ quality: 85 }).toBuffer(),
} as const
export type Transform = keyof typeof TRANSFORMS
