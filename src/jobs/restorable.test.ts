import { expect, test } from 'vitest'
import type { CheckpointView } from '../runtimes/runtime.ts'
import type { Attempt, Job, JobId } from './job.ts'
import { findRestorable } from './restorable.ts'

const AT = new Date(0)

/** A disk with complete checkpoints: their URLs, the later the newer. */
function disk(...urls: string[]) {
  const views = urls.map((url, index): CheckpointView => {
    return { url, completedAt: new Date(index * 1000), id: Number(url.split('-').at(-1)) }
  })
  return {
    findCheckpoints: async (directory: string, ids: readonly string[]) =>
      views.filter(({ url }) => ids.some((id) => url.startsWith(`${directory}/${id}/chk-`))),
    holdsState: async (url: string) => urls.includes(url),
  }
}

function attempt(flinkJobId: string, lastCheckpoint: string | null): Attempt {
  const launchJson = JSON.stringify({ checkpoints: { directoryUrl: 'file:///launched-with' } })
  const known = lastCheckpoint === null ? null : { url: lastCheckpoint, completedAt: AT }
  return { flinkJobId, launchJson, lastCheckpoint: known } as Attempt
}

async function urlsOf(runtime: ReturnType<typeof disk>, attempts: Attempt[]): Promise<string[]> {
  const parts = { runtime, database: { db: null }, store: { savepointsOf: async () => [] } }
  const found = await findRestorable(parts as never, { id: 1 as JobId } as Job, attempts)
  return found.checkpoints.map(({ url }) => url)
}

test('checkpoints are looked for where each attempt was launched to put them, and where it was last seen to put them', async () => {
  const runtime = disk('file:///launched-with/aa/chk-1', 'file:///own/bb/chk-7', 'file:///own/bb/chk-8')
  expect(await urlsOf(runtime, [attempt('bb', 'file:///own/bb/chk-7'), attempt('aa', null)])).toEqual([
    'file:///own/bb/chk-8',
    'file:///own/bb/chk-7',
    'file:///launched-with/aa/chk-1',
  ])
})

test('checkpoints of another job in the same directory are not the own', async () => {
  const runtime = disk('file:///shared/aa/chk-1', 'file:///shared/other/chk-2')
  expect(await urlsOf(runtime, [attempt('aa', 'file:///shared/aa/chk-1')])).toEqual(['file:///shared/aa/chk-1'])
})

test('a last known checkpoint outside of the usual layout counts while it is there', async () => {
  const flat = attempt('aa', 'file:///flat/chk-4')
  expect(await urlsOf(disk('file:///flat/chk-4'), [flat])).toEqual(['file:///flat/chk-4'])
  expect(await urlsOf(disk(), [flat])).toEqual([])
})
