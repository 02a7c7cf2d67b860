import { decodeImage, restrictDecoder } from './decode-image.ts'
import { DEFAULT_DECODER_LIMITS } from './decoder-limits.ts'
import { type DecodeReply, type DecodeRequest, READY } from './decoder-messages.ts'

/** Milliseconds between two looks at the process's own memory: it grows by some 50 MB meanwhile at most. */
const MEMORY_LOOK_MS = 50

/**
 * The process that decodes: a request comes in, its reply goes back, one at a time. It ends at once with the program that
 * started it. It watches its own memory where the program cannot (that looks too, on Linux).
 */
const [pictureMs = DEFAULT_DECODER_LIMITS.pictureMs, residentBytes = DEFAULT_DECODER_LIMITS.residentBytes] =
  process.argv.slice(2).map(Number)

/** The decoder gives up by itself a little before its process is ended, which costs the start of another. */
const decoderSeconds = Math.max(1, Math.floor((pictureMs * 0.75) / 1000))

// A decoding under way cannot be called off, and leaving in good order would wait for it.
const endAtOnce = () => process.kill(process.pid, 'SIGKILL')

function send(message: DecodeReply | typeof READY, then: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, then)
}

process.on('disconnect', endAtOnce)
process.on('message', (request: DecodeRequest) => {
  let isAnswered = false
  const answer = (reply: DecodeReply, then?: () => void) => {
    clearInterval(watch)
    if (!isAnswered) send(reply, then)
    isAnswered = true
  }
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() <= residentBytes) return
    answer({ kind: 'refused', reason: 'tooMuchMemory' }, endAtOnce)
  }, MEMORY_LOOK_MS)
  decodeImage(request, decoderSeconds).then(
    reply => answer(reply),
    // What nobody thought of: whoever watches sees a process that ended.
    endAtOnce,
  )
})
restrictDecoder()
send(READY)
