import { expect, test } from 'vitest'
import type { JobCounters } from '../runtimes/runtime.ts'
import type { JobId } from './job.ts'
import { readCounters } from './job-counters.ts'

const COUNTED: JobCounters = {
  sources: [{ name: 's', records: 1, corruptedRecords: 0, recordsPerSecond: 1 }],
  sinks: [],
}
const attempts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `a${index}`, jobId: index as JobId }))

test('counters of those that answer come although others never do, and no more are asked after the limit', async () => {
  const asked: string[] = []
  const runtime = {
    counters: (id: string) => {
      asked.push(id)
      return id === 'a0' ? Promise.resolve(COUNTED) : new Promise<never>(() => undefined)
    },
  }
  expect([...(await readCounters(runtime, attempts(1000), 20))]).toEqual([[0, COUNTED]])
  expect(asked.length).toBeLessThan(50)
})

test('a job of which Flink does not tell has none', async () => {
  expect([...(await readCounters({ counters: async () => null }, attempts(2)))]).toEqual([])
})

test('a fault of ours is no silence of Flink’s', async () => {
  const runtime = { counters: () => Promise.reject(new Error('ours')) }
  await expect(readCounters(runtime, attempts(1))).rejects.toThrow('ours')
})
