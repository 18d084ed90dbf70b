import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { type ZipEntry, zip } from './zip.ts'

async function unzipped(archive: Buffer): Promise<string[][]> {
  const found: string[][] = []
  const opened = await fromBufferPromise(archive, { lazyEntries: true })
  for await (const entry of opened.eachEntry()) {
    found.push([entry.fileName, await text(await opened.openReadStreamPromise(entry))])
  }
  return found
}

const zipped = (entries: readonly ZipEntry[]) => buffer(Readable.from(zip(entries)))

test('what is zipped comes out again, whatever the names and contents', async () => {
  const entry = fc.tuple(fc.stringMatching(/^[a-z名]{1,20}$/u), fc.string({ unit: 'grapheme' }))
  await fc.assert(
    fc.asyncProperty(fc.array(entry), async (entries) => {
      const archive = await zipped(entries.map(([name, content]) => ({ name, content: Buffer.from(content) })))
      expect(await unzipped(archive)).toEqual(entries)
    }),
    { seed: 5 },
  )
})

test('an archive of the same entries is the same bytes', async () => {
  const entries = [{ name: 'a', content: Buffer.from('x') }]
  expect(await zipped(entries)).toEqual(await zipped(entries))
})
