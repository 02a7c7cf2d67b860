import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseDigest } from '../../protocol/digest.ts'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../image-format.ts'
import type { Library } from '../library/library.ts'
import type { OpenedImage } from '../library/opened-image.ts'
import { readByteRange } from './byte-range.ts'

/** Bytes read and written at a time. */
const CHUNK_BYTES = 256 * 1024

const PATH = /^\/images\/([0-9a-fA-F]{32})$/

/** Answers GET and HEAD of `/images/<md5>`; says whether the whole image, or its last bytes, went out, and under which name. */
export async function answerImageRequest(
  library: Pick<Library, 'open'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<string | undefined> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return problem(response, 405, 'Method Not Allowed')
  }
  const digest = parseDigest(PATH.exec((request.url ?? '').split('?', 1)[0] ?? '')?.[1] ?? '')
  const opened = digest === undefined ? undefined : await library.open(digest)
  if (digest === undefined || opened === undefined) return problem(response, 404, 'Not Found')
  try {
    return await answerOpened(opened, `"${digest}"`, request, response)
  } finally {
    await opened.file.close()
  }
}

async function answerOpened(
  opened: OpenedImage,
  tag: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<string | undefined> {
  const { headers } = request
  const ifMatch = headers['if-match']
  if (ifMatch !== undefined && !lists(ifMatch, tag)) return problem(response, 412, 'Precondition Failed')
  response.setHeader('ETag', tag)
  response.setHeader('Cache-Control', 'public, max-age=31536000, immutable')
  if (lists(headers['if-none-match'] ?? '', tag)) {
    response.writeHead(304).end()
    return undefined
  }
  const ifRange = headers['if-range']
  const rangeHolds = request.method === 'GET' && (ifRange === undefined || ifRange === tag)
  const range = rangeHolds ? readByteRange(headers.range, opened.size) : 'whole'
  response.setHeader('Accept-Ranges', 'bytes')
  if (range === 'unsatisfiable') {
    response.removeHeader('Cache-Control')
    response.setHeader('Content-Range', `bytes */${opened.size}`)
    return problem(response, 416, 'Range Not Satisfiable')
  }
  const { start, end } = range === 'whole' ? { start: 0, end: opened.size } : range
  const head = Buffer.alloc(IMAGE_HEAD_BYTES)
  const { bytesRead } = await opened.file.read(head, 0, head.length, 0)
  const { mtime } = await opened.file.stat()
  response.setHeader(
    'Content-Type',
    recogniseImage(head.subarray(0, bytesRead))?.mediaType ?? 'application/octet-stream',
  )
  response.setHeader('Content-Length', end - start)
  response.setHeader('Last-Modified', mtime.toUTCString())
  response.setHeader('Content-Disposition', `inline; filename*=UTF-8''${encodeFileName(opened.name)}`)
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
  if (range !== 'whole') response.setHeader('Content-Range', `bytes ${start}-${end - 1}/${opened.size}`)
  response.writeHead(range === 'whole' ? 200 : 206)
  if (request.method === 'HEAD') {
    response.end()
    return undefined
  }
  return (await sendBytes(opened, start, end, response)) && end === opened.size ? opened.name : undefined
}

/** The last piece leaves only when the file is still what was hashed: a changed one is cut, never ended as if whole. */
async function sendBytes(
  opened: OpenedImage,
  start: number,
  end: number,
  response: ServerResponse,
): Promise<boolean> {
  const chunk = Buffer.allocUnsafe(Math.min(end - start, CHUNK_BYTES))
  let at = start
  while (at < end) {
    const { bytesRead } = await opened.file.read(chunk, 0, Math.min(chunk.length, end - at), at)
    at += bytesRead
    if (bytesRead === 0 || (at === end && !(await opened.unchanged()))) {
      response.socket?.resetAndDestroy()
      return false
    }
    await new Promise<void>((resolve, reject) => {
      response.once('close', resolve)
      response.write(chunk.subarray(0, bytesRead), error => {
        response.off('close', resolve)
        if (error) reject(error)
        else resolve()
      })
    })
    if (response.destroyed) return false
  }
  response.end()
  return true
}

/** True where a list of entity tags (RFC 9110 section 8.8.3) has `tag`, or is `*`. */
function lists(header: string, tag: string): boolean {
  return header.split(',').some(each => each.trim() === '*' || each.trim().replace(/^W\//, '') === tag)
}

/** As RFC 8187 has it; a name from a file system may hold half a surrogate pair. */
function encodeFileName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function problem(response: ServerResponse, status: number, title: string): undefined {
  response.writeHead(status, { 'Content-Type': 'application/problem+json' })
  response.end(JSON.stringify({ title, status }))
}
