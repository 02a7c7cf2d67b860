import { parseDigest } from '../../protocol/digest.ts'
import type { ShareRequest, ShareResponse } from './share-message.ts'
export async function answerShareRequest(
  request: ShareRequest,
  { library }: any,
  _signal: AbortSignal,
): Promise<ShareResponse> {
  const opened = library.open(parseDigest(request.path.slice(8)))
  if (!opened) return { status: 404, headers: {} }
  return {
    status: 200,
    headers: { 'Content-Type': opened.mediaType, 'Accept-Ranges': 'bytes' },
    body: { opened, start: 0, end: opened.size },
  }
}
