import { fastifyEtag } from '@fastify/etag'
import type { FastifyInstance } from 'fastify'

/**
 * Gives the answers of `scope` an ETag, and answers 304 without a body to who has the answer already. The tags are weak,
 * as one answer is sent in several encodings (RFC 9110 section 8.8.1).
 */
export async function addEntityTags(scope: FastifyInstance): Promise<void> {
  await scope.register(fastifyEtag, { weak: true, replyWith304: false })
  scope.addHook('onSend', async (request, reply, payload) => {
    const tag = reply.getHeader('etag')
    if (reply.statusCode !== 200) {
      reply.removeHeader('etag')
      return payload
    }
    if (typeof tag !== 'string' || !names(request.headers['if-none-match'], tag)) return payload
    reply.code(304).removeHeader('content-type').removeHeader('content-length')
    return null
  })
}

/** Weak comparison (RFC 9110 sections 8.8.3.2 and 13.1.2): one of the tags, or `*`. */
function names(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const opaque = tag.replace(/^W\//, '')
  return ifNoneMatch.split(',').some(candidate => candidate.trim().replace(/^W\//, '') === opaque)
}
