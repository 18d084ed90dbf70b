import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { uploadOf } from './upload.ts'

test('a body that breaks off before anybody reads it fails the reading and not the process', async () => {
  const body = new PassThrough()
  const content = uploadOf(body)
  const closed = new Promise((resolve) => content.once('close', resolve)) // listens to no error, unlike events.once
  body.destroy(new Error('aborted'))
  await closed
  await expect(buffer(content)).rejects.toThrow('aborted')
})
