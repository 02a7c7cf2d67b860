import type { TestContext } from 'node:test'
import type { PreviewSource } from '../../../src/peer/previews/preview-source.ts'
import type { ShareResponse } from '../../../src/peer/sharing/share-message.ts'
import { answerShareRequest } from '../../../src/peer/sharing/share-routes.ts'
import { servableLibrary } from '../../support/servable-library.ts'
import { type PreviewsUnderTest, previewsOf } from '../previews/previews-under-test.ts'

/** An answer with its body read, and its file closed. */
export interface Answered {
  readonly status: number
  readonly headers: ShareResponse['headers']
  readonly bytes: Buffer
  /** Of a body in JSON. */
  readonly json: () => Readonly<Record<string, unknown>>
}

export interface Asked {
  readonly method?: 'GET' | 'HEAD'
  readonly headers?: Readonly<Record<string, string>>
  readonly previews?: PreviewSource
  readonly signal?: AbortSignal
}

export interface RoutesUnderTest extends PreviewsUnderTest {
  readonly ask: (target: string, asked?: Asked) => Promise<Answered>
  readonly openFiles: () => number
}

/** A folder with these files, shared, and the answers about it. */
export async function routesOf(
  t: TestContext,
  files: Readonly<Record<string, Buffer>>,
): Promise<RoutesUnderTest> {
  const parts = await previewsOf(t, files)
  const library = servableLibrary(parts.library)
  const ask = async (target: string, asked: Asked = {}) => {
    const { method = 'GET', headers = {}, previews = parts.previews } = asked
    const [path = '', query = ''] = target.split('?')
    const request = { method, path, query, address: '127.0.0.1', headers: new Map(Object.entries(headers)) }
    const signal = asked.signal ?? t.signal
    const response = await answerShareRequest(request, { library, previews }, { signal })
    const bytes = readBody(response)
    return {
      ...{ status: response.status, headers: response.headers, bytes },
      json: () => JSON.parse(bytes.toString()),
    }
  }
  return { ...parts, ask, openFiles: library.openFiles }
}

function readBody({ body }: ShareResponse): Buffer {
  if (body === undefined || Buffer.isBuffer(body)) return body ?? Buffer.alloc(0)
  const { opened, start, end } = body
  const bytes = Buffer.alloc(end - start)
  opened.read(bytes, start)
  opened.close()
  return bytes
}
