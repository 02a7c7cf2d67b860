import type { Catalog } from '../../catalog/catalog.ts'
import { PASSWORD_DIGEST_BYTES } from '../../catalog/password-digest.ts'
import { NO_ROW } from '../../catalog/rows.ts'
import type { PeerIdentity } from '../index-state.ts'
import { IDENTITY_BYTES, readIdentity } from '../journal/identity.ts'
import type { JournalSource, RecordedRegistration } from '../journal/journal-source.ts'
import type { RecordedImage } from '../journal/registration-record.ts'
import type { AbsentRegistrations } from './absent-registrations.ts'

/** The registrations there are, as the journal keeps them: those of the catalog, and those that are kept aside. */
export class RecordedRegistrations implements JournalSource {
  readonly #catalog: Catalog
  readonly #absent: AbsentRegistrations

  constructor(catalog: Catalog, absent: AbsentRegistrations) {
    this.#catalog = catalog
    this.#absent = absent
  }

  registration(peer: PeerIdentity): RecordedRegistration | undefined {
    const { registrations } = this.#catalog
    const registration = registrations.find(peer.address, 0, peer.port)
    if (registration !== NO_ROW) {
      const passwordDigest = new Uint8Array(PASSWORD_DIGEST_BYTES)
      registrations.copyPasswordDigest(registration, passwordDigest, 0)
      const leased = registrations.hasLease(registration)
      return { passwordDigest, leased, absent: false, images: imagesOf(this.#catalog, registration) }
    }
    const absent = this.#absent.get(peer)
    if (absent === undefined) return undefined
    const { passwordDigest, hasLease, images } = absent
    return { passwordDigest, leased: hasLease, absent: true, images }
  }

  *registrations(): Generator<PeerIdentity, void> {
    const { registrations } = this.#catalog
    const identity = new Uint8Array(IDENTITY_BYTES)
    let row = registrations.nextRow(NO_ROW)
    while (row !== NO_ROW) {
      registrations.copyIdentity(row, identity, 0)
      yield readIdentity(identity, 0)
      row = registrations.nextRow(row)
    }
    yield* this.#absent.peers()
  }
}

/** The images of a registration, with their places among all images. */
export function* imagesOf(catalog: Catalog, registration: number): Generator<RecordedImage, void> {
  const { images, holdings, registrations } = catalog
  let holding = registrations.firstHolding(registration)
  while (holding !== NO_ROW) {
    const image = holdings.image(holding)
    yield {
      order: images.order.sequenceOf(image),
      entry: {
        md5: images.digestOf(image),
        name: images.nameOf(image),
        ...images.knownOf(image),
      },
    }
    holding = holdings.nextOfRegistration(holding)
  }
}
