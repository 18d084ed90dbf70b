import { PassThrough, type Readable } from 'node:stream'

/**
 * The body of a request as a stream of its own. Whoever reads it may give up half-way (a conflict, a full disk): then the
 * rest of the body is read and thrown away, so that a client that sends all before it listens gets its answer. A body
 * that breaks off breaks the stream.
 */
export function uploadOf(body: Readable): Readable {
  const content = new PassThrough()
  content.on('error', () => undefined) // before somebody reads, an error that nobody hears would end the process
  body.once('error', (error) => content.destroy(error))
  body.once('close', () => {
    if (!body.readableEnded) content.destroy(new Error('The upload broke off.'))
  })
  content.once('close', () => {
    body.unpipe(content)
    body.resume()
  })
  body.pipe(content)
  return content
}
