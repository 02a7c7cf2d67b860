import type { OwnerFault } from '../../base/failure.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import type { ArrivingFile } from './arriving-file.ts'
import type { Block, BlockMap } from './block-map.ts'
import type { ImageSource } from './image-source.ts'
import type { OwnerConnections } from './owner-connections.ts'
import { requestRange, type WholeRequest } from './source-request.ts'

/** An image whose content turned out wrong, and what is needed to find out by whom. */
export interface WrongImage {
  readonly request: Pick<WholeRequest, 'digest' | 'limits' | 'signal'>
  readonly file: ArrivingFile
  readonly blocks: BlockMap<ImageSource>
  readonly connections: OwnerConnections
  /** Whether the content is right as it is now. */
  isRight(): Promise<boolean>
  fail(source: ImageSource, fault: OwnerFault): void
  onWrongContent(owner: Endpoint): void
}

/** Those who gave something, who gave most blocks first. */
export function byBlocksGiven({ blocks }: BlockMap<ImageSource>): ImageSource[] {
  const counts = new Map<ImageSource, number>()
  for (const { givers } of blocks) for (const giver of givers) counts.set(giver, (counts.get(giver) ?? 0) + 1)
  return [...counts]
    .sort(([one, ofOne], [other, ofOther]) => ofOther - ofOne || other.gave - one.gave)
    .map(([source]) => source)
}

/**
 * Finds out who gave wrong bytes, by having the owner that gave most give the rest too. True when the content was put
 * right so; else somebody was dropped, and all is to be fetched anew.
 */
export async function findLiars(image: WrongImage): Promise<boolean> {
  const { blocks, fail } = image
  for (const suspect of byBlocksGiven(blocks)) {
    const others = blocks.blocks.filter(({ givers }) => givers.size > 1 || !givers.has(suspect))
    if (others.length === 0) {
      fail(suspect, 'wrongContent')
      return false
    }
    if (suspect.way !== 'ranges') continue
    const liars = await replaceBlocks(image, suspect, others)
    if (liars === undefined) continue
    if (!(await image.isRight())) {
      fail(suspect, 'wrongContent')
      return false
    }
    for (const liar of liars) {
      if (liar.state === 'failed') image.onWrongContent(liar.endpoint)
      else fail(liar, 'wrongContent')
    }
    return true
  }
  // None of them can be asked for the rest. One that sends only the whole image gives it alone next time.
  for (const source of byBlocksGiven(blocks))
    if (source.state !== 'failed' && source.way === 'ranges') fail(source, 'cut')
  return false
}

/** Has `suspect` give blocks too; answers who had given other bytes, or `undefined` when it did not give them all. */
async function replaceBlocks(
  image: WrongImage,
  suspect: ImageSource,
  blocks: readonly Block<ImageSource>[],
): Promise<ReadonlySet<ImageSource> | undefined> {
  if (suspect.state === 'failed') return undefined
  const liars = new Set<ImageSource>()
  for (const block of blocks) {
    const { givenTo, differs } = await replaceBlock(image, suspect, block)
    const before = [...block.givers]
    if (givenTo > block.from) block.givers.add(suspect)
    if (givenTo < block.from + image.blocks.lengthOf(block)) {
      image.fail(suspect, 'cut')
      return undefined
    }
    block.givers.clear()
    block.givers.add(suspect)
    if (differs) for (const giver of before) if (giver !== suspect) liars.add(giver)
  }
  return liars
}

/** Up to where `suspect` gave the block, and whether by other bytes than were there. */
async function replaceBlock(
  { request, file, blocks, connections }: WrongImage,
  suspect: ImageSource,
  block: Block<ImageSource>,
): Promise<{ givenTo: number; differs: boolean }> {
  const end = block.from + blocks.lengthOf(block)
  let at = block.from
  let differs = false
  for (let tries = 0; at < end && tries <= 1; tries += 1) {
    const answer = await requestRange(connections, suspect, {
      ...{ ...request, from: at, to: end },
      onSize: size => size === blocks.size,
      onBytes: bytes => {
        const wanted = bytes.subarray(0, end - at)
        const there = Buffer.allocUnsafe(wanted.length)
        differs ||= file.read(there, at) !== wanted.length || !there.equals(wanted)
        file.write(wanted, at)
        at += wanted.length
        return at >= end ? 'enough' : 'more'
      },
      onModified: () => {},
    })
    if (answer.kind === 'fault' && answer.fault !== 'cut') break
  }
  return { givenTo: at, differs }
}
