import type { Peer } from '../peer/peer.ts'
import type { Uploads } from './sharing-shapes.ts'

/** Uploads told of at once: more than that no list shows. */
const MAX_TOLD = 100

/** What is being sent, as the page is told. */
export function uploadsOf(peer: Pick<Peer, 'uploads'>): Uploads {
  return {
    uploads: peer
      .uploads()
      .slice(0, MAX_TOLD)
      .map(({ digest, name, address, size, sent, bytesPerSecond }) => {
        return { md5: digest, name, to: address, size, sent, bytesPerSecond: Math.round(bytesPerSecond) }
      }),
  }
}
