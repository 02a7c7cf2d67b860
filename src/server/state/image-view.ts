import type { Catalog } from '../../catalog/catalog.ts'
import { OwnerSelection } from '../../catalog/owner-selection.ts'
import type { Image } from '../../protocol/catalog-api.ts'
import { MAX_ENDPOINT_BYTES } from '../../protocol/endpoint.ts'
import type { Viewpoint } from '../index-state.ts'

/** Owners that are named of one image, at most: enough to fetch it from. */
const MAX_NAMED_OWNERS = 32

/** Rows of the catalog as the images that are told. */
export class ImageView {
  readonly #catalog: Catalog
  readonly #owners: OwnerSelection
  readonly #endpoint = Buffer.alloc(MAX_ENDPOINT_BYTES)

  constructor(catalog: Catalog) {
    this.#catalog = catalog
    const { images, holdings, registrations } = catalog
    this.#owners = new OwnerSelection(images, holdings, registrations, MAX_NAMED_OWNERS)
  }

  /** An image of the catalog, as it is told to somebody who asks from `viewpoint`. */
  of(image: number, { loopbackAs }: Viewpoint): Image {
    const { images, holdings, registrations } = this.#catalog
    this.#owners.choose(image, true)
    const owners = this.#owners.chosen.map(holding => {
      const registration = holdings.registration(holding)
      const end = registrations.writeEndpoint(registration, loopbackAs, this.#endpoint, 0)
      return this.#endpoint.toString('latin1', 0, end)
    })
    return {
      md5: images.digestOf(image),
      name: images.nameOf(image),
      owners,
      ownerCount: images.ownerCount(image),
      ...images.knownOf(image),
      ...(images.isDisputed(image) && { disputed: true }),
    }
  }
}
