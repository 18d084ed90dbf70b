import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Refusal } from '../lib/errors.ts'
import { maskingRuntime } from './masked-runtime.ts'
import type { LaunchSpec, LogPage, Runtime } from './runtime.ts'

const SECRET = 'correct-horse-battery'

/** A runtime of which only one log, one refusal and one failure exist. */
function telling(log: Buffer): Runtime {
  const failure = { cause: `bad ${SECRET}`, advice: { en: SECRET, zh: SECRET }, detail: `at ${SECRET}` }
  const told = {
    readLog: async (_id: string, _name: string, offset: number, limit: number): Promise<LogPage> => {
      const bytes = log.subarray(offset, offset + limit)
      const nextOffsetBytes = Math.min(log.length, offset + limit)
      return { bytes, nextOffsetBytes, sizeBytes: log.length, endOfFile: nextOffsetBytes >= log.length }
    },
    launch: async () => {
      throw new Refusal('runtime.x', { en: `no ${SECRET}`, zh: SECRET })
    },
    inspect: async () => ({ failure, flinkJob: { state: 'RUNNING', lastFailure: failure } }),
    savepointResult: async () => ({ is: 'failed', reason: `cannot write ${SECRET}` }),
    executionGraph: async () => ({ plan: { nodes: [{ description: `source ${SECRET}` }] } }),
  }
  return told as unknown as Runtime
}

const hiding = (log = Buffer.alloc(0), secret = SECRET) => maskingRuntime(telling(log), async () => [secret])

test('a log shows no piece of a secret, whatever pages it is read in', async () => {
  const log = Buffer.from(`begin ${SECRET} and ${SECRET}, 完`)
  const runtime = hiding(log)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), async (limits) => {
      const pages: Buffer[] = []
      for (let at = 0, turn = 0; at < log.length; turn++) {
        const page = await runtime.readLog('a', 'x.log', at, limits[turn % limits.length] ?? 1)
        pages.push(Buffer.from(page.bytes))
        at = page.nextOffsetBytes
      }
      const stars = '*'.repeat(SECRET.length)
      expect(Buffer.concat(pages).toString()).toBe(`begin ${stars} and ${stars}, 完`)
    }),
    { seed: 5 },
  )
})

test('failures, savepoints, graphs and refusals say ****** in place of a secret', async () => {
  const runtime = hiding()
  const signal = new AbortController().signal
  const spec = { attemptId: 'a' } as LaunchSpec
  await expect(runtime.launch(spec, signal)).rejects.toMatchObject({ texts: { en: 'no ******', zh: '******' } })
  const told = [
    await runtime.inspect('a'),
    await runtime.savepointResult('a', 'o'),
    await runtime.executionGraph('a'),
  ].map((each) => JSON.stringify(each))
  for (const text of told) {
    expect(text).toContain('******')
    expect(text).not.toContain(SECRET)
  }
})

test('what is no text for people stays, even where a secret is spelled the same', async () => {
  expect(await hiding(Buffer.alloc(0), 'RUNNING').inspect('a')).toMatchObject({ flinkJob: { state: 'RUNNING' } })
})
