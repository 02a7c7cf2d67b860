import assert from 'node:assert/strict'
import test from 'node:test'
import { type CatalogImage, imageFromListing } from '../../src/peer/catalog-image.ts'
import { queryListing } from '../../src/peer/listing-query.ts'
import type { ImageQuery } from '../../src/protocol/catalog-api.ts'
import { asDigest } from '../support/wire-arbitraries.ts'

function image(name: string, owners = 1): CatalogImage {
  return imageFromListing({
    digest: asDigest('0'.repeat(32)),
    name,
    owners: Array.from({ length: owners }, (_, index) => ({ address: '10.0.0.1', port: 5000 + index })),
  })
}

const images = [image('Praia de manhã.png', 2), image('beach 10.jpg', 1), image('beach 2.jpg', 3)]

function names(query: ImageQuery): string[] {
  return queryListing(images, query).images.map(({ name }) => name)
}

test('all words have to be in the name, in any order and case, with accents or without', () => {
  assert.deepEqual(names({ search: 'beach' }), ['beach 10.jpg', 'beach 2.jpg'])
  assert.deepEqual(names({ search: 'JPG 2' }), ['beach 2.jpg'])
  assert.deepEqual(names({ search: ' MANHA  praia ' }), ['Praia de manhã.png'])
  assert.deepEqual(names({ search: 'manha\u0303' }), ['Praia de manhã.png'])
  assert.deepEqual(names({ search: 'beach praia' }), [])
  assert.deepEqual(names({ search: '  ' }).length, 3)
  assert.deepEqual(names({ search: '.*' }), [])
})

test('the orders that a listing knows are made of it', () => {
  assert.deepEqual(names({}), ['Praia de manhã.png', 'beach 10.jpg', 'beach 2.jpg'])
  assert.deepEqual(names({ sort: 'newest' }), ['beach 2.jpg', 'beach 10.jpg', 'Praia de manhã.png'])
  assert.deepEqual(names({ sort: 'name' }), ['beach 2.jpg', 'beach 10.jpg', 'Praia de manhã.png'])
  assert.deepEqual(names({ sort: 'owners' }), ['beach 2.jpg', 'Praia de manhã.png', 'beach 10.jpg'])
})

test('what a listing says nothing of is told, and leaves the images as they are', () => {
  const query: ImageQuery = {
    ...{ search: 'beach', format: 'jpeg', minBytes: 5, maxBytes: 6, minWidth: 7, minHeight: 8 },
    ...{ orientation: 'square', sort: 'size', limit: 1, cursor: 'x' },
  }
  assert.deepEqual(names(query), ['beach 10.jpg', 'beach 2.jpg'])
  assert.deepEqual(
    new Set(queryListing(images, query).notApplied),
    new Set(['format', 'minBytes', 'maxBytes', 'minWidth', 'minHeight', 'orientation', 'sort']),
  )
  assert.deepEqual(queryListing(images, { search: 'x', sort: 'name', limit: 1, cursor: 'x' }).notApplied, [])
})
