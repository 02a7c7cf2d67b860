import type { Added, OwnPage, Privacy, PrivateFacts } from '../../sharing-shapes.ts'
import { ApiError, get, post } from '../api-client.ts'
import { type Refusal, RefusedFile } from './file-queue.ts'

/** Which pictures of the folder a person looks at. */
export type OwnFilter = 'all' | 'shared' | 'unshared'

/** Pictures of one page. */
const PAGE = 100

/** A page of the folder's pictures. */
export function fetchOwn(
  filter: OwnFilter,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<OwnPage> {
  const parameters = new URLSearchParams({ limit: String(PAGE) })
  if (filter !== 'all') parameters.set('isShared', String(filter === 'shared'))
  if (cursor !== undefined) parameters.set('cursor', cursor)
  return get<OwnPage>(`/api/own?${parameters}`, signal)
}

/** Stops or begins again the sharing of one picture; false where that holds only until the program ends. */
export async function setShared(md5: string, isShared: boolean): Promise<boolean> {
  try {
    await post(`/api/own/${md5}/sharing`, { isShared })
    return true
  } catch (error) {
    if (error instanceof ApiError && error.status === 500) return false
    throw error
  }
}

/** Whether what pictures tell beyond themselves is taken out of what is shared. */
export function fetchPrivacy(): Promise<Privacy> {
  return get<Privacy>('/api/privacy')
}

/** Takes it out or no more. Resolves when the folder was read anew. */
export async function setPrivacy(isCleaned: boolean): Promise<Privacy> {
  return (await post('/api/privacy', { isCleaned })).json() as Promise<Privacy>
}

/** What the file of a picture of the folder tells beyond its picture. */
export function fetchPrivateFacts(md5: string, signal: AbortSignal): Promise<PrivateFacts> {
  return get<PrivateFacts>(`/api/own/${md5}/private`, signal)
}

/** What each answer says of a file that was not added. */
const REFUSALS: Readonly<Record<number, Refusal | 'busy'>> = {
  400: 'nameRefused',
  415: 'notPicture',
  503: 'busy',
  507: 'diskFull',
}

/** Adds a file to the folder. By XMLHttpRequest, for `fetch` does not tell how much of a body is gone. */
export function addFile(file: File, onSent: (bytes: number) => void, signal: AbortSignal): Promise<Added> {
  const { promise, resolve, reject } = Promise.withResolvers<Added>()
  const request = new XMLHttpRequest()
  const parameters = new URLSearchParams({
    name: file.name,
    modified: String(Math.max(0, file.lastModified)),
  })
  request.open('POST', `/api/files?${parameters}`)
  request.setRequestHeader('content-type', 'application/octet-stream')
  request.responseType = 'json'
  request.upload.onprogress = ({ loaded }) => onSent(Math.min(loaded, file.size))
  request.onload = () => {
    if (request.status === 200) resolve(request.response as Added)
    else reject(new RefusedFile(REFUSALS[request.status] ?? 'failed'))
  }
  // A file that is gone, or a folder that was dropped, fails as if the peer were.
  request.onerror = () => reject(new RefusedFile('unreadable'))
  request.onabort = () => reject(new RefusedFile('stopped'))
  signal.addEventListener('abort', () => request.abort(), { once: true })
  if (signal.aborted) reject(new RefusedFile('stopped'))
  else request.send(file)
  return promise
}
