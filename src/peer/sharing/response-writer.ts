import type { HttpRequest } from '../../protocol/http-request.ts'
import { encodeResponseHead } from '../../protocol/http-response.ts'
import type { RequestConnection } from '../../transport/request-connection.ts'
import type { FileBody, ShareResponse } from './share-message.ts'
import { problemResponse } from './share-problems.ts'
import type { SmallImage, SmallImages } from './small-images.ts'
import { SMALL_ANSWER_BYTES, type Uploads } from './uploads.ts'

/** Milliseconds that a request waits for a slot before it is told to come back: well below what clients wait for a head. */
const SLOT_WAIT_MS = 10_000

/** The last bytes of a large answer, which leave only when the file is still what was hashed. */
const TAIL_BYTES = 4096

/** Bytes of a small answer with a usual head. */
const ROOM_BYTES = SMALL_ANSWER_BYTES + 2048

/** Writes answers to HTTP connections. */
export class ResponseWriter {
  readonly #uploads: Uploads
  /** For small answers with their heads; another one is made where the last is still being written. */
  #room: Buffer = Buffer.alloc(0)
  #isRoomFree = false
  #date = ''
  #dateSecond = 0

  readonly #small: SmallImages

  constructor(uploads: Uploads, small: SmallImages) {
    this.#uploads = uploads
    this.#small = small
  }

  /** Answers a plain GET of a whole image; as {@link Uploads.sendSmall}. */
  writeSmall(connection: RequestConnection, image: SmallImage, isLast: boolean): Promise<void> | undefined {
    const answer = image.answer(this.#dateNow(), isLast)
    return this.#uploads.sendSmall(connection, answer, image.bytes.length)
  }

  /** Resolves when the system took the whole answer; with the image's name where its last bytes went out with it. */
  async write(
    connection: RequestConnection,
    request: HttpRequest,
    response: ShareResponse,
  ): Promise<string | undefined> {
    const { body } = response
    if (body !== undefined && !Buffer.isBuffer(body)) {
      try {
        return await this.#writeFile(connection, request, response, body)
      } finally {
        body.opened.close()
      }
    }
    const head = this.#head(request, response, response.status === 304 ? undefined : (body?.length ?? 0))
    if (body === undefined || request.method === 'HEAD') await connection.write(head)
    else {
      await connection.write(Buffer.concat([Buffer.from(head, 'latin1'), body]))
      await this.#uploads.countPiece(connection, body.length)
    }
    return undefined
  }

  async #writeFile(
    connection: RequestConnection,
    request: HttpRequest,
    response: ShareResponse,
    { opened, digest, start, end }: FileBody,
  ): Promise<string | undefined> {
    const bytes = end - start
    if (request.method === 'GET' && response.status === 200 && bytes <= SMALL_ANSWER_BYTES) {
      const image = this.#small.read(digest, opened, Date.now())
      if (image === undefined) return cut(connection)
      await this.writeSmall(connection, image, request.isLast)
      return opened.name
    }
    const head = this.#head(request, response, bytes)
    if (request.method === 'HEAD') {
      await connection.write(head)
      return undefined
    }
    if (bytes <= SMALL_ANSWER_BYTES) {
      const answer = this.#takeRoom(head.length + bytes)
      answer.write(head, 'latin1')
      if (opened.read(answer.subarray(head.length), start) < bytes || !opened.unchanged())
        return cut(connection)
      const written = connection.write(answer)
      // Taken by the system already: the next answer may have the room.
      this.#isRoomFree = connection.socket.writableLength === 0
      await written
      await this.#uploads.countPiece(connection, bytes)
    } else {
      if (!(await this.#enter(connection))) {
        return await this.write(connection, request, problemResponse('uploadsBusy'))
      }
      const { name, size } = opened
      const upload = this.#uploads.flows.begin(connection, { digest, name, size })
      try {
        if (upload === undefined) return cut(connection)
        // Without waiting: what follows goes out behind it.
        connection.socket.write(head, 'latin1')
        const tailAt = end - TAIL_BYTES
        const bulk = opened.part(start, tailAt)
        if (!(await this.#uploads.sendEntered(connection, bulk, upload))) return cut(connection)
        const tail = Buffer.allocUnsafe(TAIL_BYTES)
        if (opened.read(tail, tailAt) < TAIL_BYTES || !opened.unchanged()) return cut(connection)
        await connection.write(tail)
        upload.count(TAIL_BYTES)
        await this.#uploads.countPiece(connection, TAIL_BYTES)
      } finally {
        upload?.end()
        this.#uploads.leave(connection)
      }
    }
    return end === opened.size ? opened.name : undefined
  }

  /** Room for an answer of so many bytes, until the next is asked for unless it is said to be free. */
  #takeRoom(bytes: number): Buffer {
    if (!this.#isRoomFree || this.#room.length < bytes)
      this.#room = Buffer.allocUnsafeSlow(Math.max(bytes, ROOM_BYTES))
    this.#isRoomFree = false
    return this.#room.subarray(0, bytes)
  }

  async #enter(connection: RequestConnection): Promise<boolean> {
    if (this.#uploads.tryEnter(connection)) return true
    const signal = AbortSignal.any([connection.signal, AbortSignal.timeout(SLOT_WAIT_MS)])
    return this.#uploads.enter(connection, signal)
  }

  #head({ isLast }: HttpRequest, { status, headers }: ShareResponse, bodyBytes: number | undefined): string {
    return encodeResponseHead({ status, headers, bodyBytes, isLast, date: this.#dateNow() })
  }

  /** Made anew once a second. */
  #dateNow(): string {
    const nowMs = Date.now()
    const second = Math.floor(nowMs / 1000)
    if (second !== this.#dateSecond) {
      this.#dateSecond = second
      this.#date = new Date(nowMs).toUTCString()
    }
    return this.#date
  }
}

/** What went out must not be taken for the whole. */
function cut(connection: RequestConnection): undefined {
  connection.reset()
  return undefined
}
