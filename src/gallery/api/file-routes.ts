import type { FastifyInstance } from 'fastify'
import type { WebFile } from '../web-files.ts'

/**
 * What the page may load and run: scripts, styles and images of its own address, nothing from anywhere else. `blob:` is for
 * a picture that a person drops in.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ')

/** Serves the page's files, each under the one path it has. They hold nothing of anybody, so they need no cookie. */
export async function fileRoutes(
  app: FastifyInstance,
  { files }: { readonly files: ReadonlyMap<string, WebFile> },
): Promise<void> {
  for (const [path, { bytes, mediaType, isImmutable }] of files) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) => {
      reply
        .type(mediaType)
        .header('content-security-policy', PAGE_POLICY)
        .header('cache-control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache')
      return reply.send(bytes)
    })
  }
}
