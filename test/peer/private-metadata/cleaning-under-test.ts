import assert from 'node:assert/strict'
import { bytesInMemory } from '../../../src/peer/image-header/image-bytes.ts'
import { applyEdits } from '../../../src/peer/private-metadata/edits.ts'
import {
  findPrivateMetadata,
  withoutPrivateMetadata,
} from '../../../src/peer/private-metadata/find-private-metadata.ts'
import type { PrivateMetadata } from '../../../src/peer/private-metadata/private-metadata.ts'

/** The cleaned bytes of a file that can be cleaned, and what was told of it. */
export function cleaned(file: Buffer): { bytes: Buffer; found: readonly PrivateMetadata[] } {
  const result = withoutPrivateMetadata(bytesInMemory(file))
  assert.ok(result.outcome === 'cleaned', JSON.stringify(result))
  const bytes = Buffer.from(file)
  applyEdits(bytes, 0, result.edits)
  return { bytes, found: result.found }
}

/** Why a file is refused; `undefined` where it is not. */
export function refusal(file: Buffer): string | undefined {
  const result = withoutPrivateMetadata(bytesInMemory(file))
  return result.outcome === 'refused' ? result.reason : undefined
}

/** Names of what a file holds, each once. */
export function namesFound(file: Buffer): string[] {
  const result = findPrivateMetadata(bytesInMemory(file))
  assert.ok(result.outcome === 'found', JSON.stringify(result))
  return [...new Set(result.found.map(({ name }) => name))]
}
