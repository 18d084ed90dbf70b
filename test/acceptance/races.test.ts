import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { JobId } from '../../src/jobs/index.ts'
import {
  createJob,
  type Detail,
  prepareJobs,
  type Reply,
  RUNNABLE,
  readJob,
  runJob,
  startWorld,
  type World,
  waitForStatus,
} from './world.ts'

/** Many clients at the same moment: of what only some may have, only some get it. */
let world: World

beforeAll(async () => {
  world = await startWorld({ environment: { HEADGATE_MAX_DRAFTS: '12', HEADGATE_STARTS_AT_ONCE: '1000' } })
  await prepareJobs(world)
})

afterAll(() => world.stop())

const JOBS = '/v1.0/{p}/streaming/flink-jobs'

const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))

const batch = (verb: 'run' | 'stop' | 'delete', ids: readonly number[]) =>
  world.send('POST', `/v1.0/{p}/streaming/jobs/${verb}`, { job_ids: ids })

const accepted = (reply: Reply) => reply.status === 200 && !JSON.stringify(reply.body).includes('"is_success":"false"')

const createQueue = (name: string, cuCount: number) =>
  world.send('POST', '/v1.0/{p}/queues', {
    queue_name: name,
    queue_type: 'general',
    cu_count: cuCount,
    resource_mode: 1,
  })

async function remove(ids: readonly number[]): Promise<void> {
  expect(accepted(await batch('delete', ids))).toBe(true)
}

const isRunning = ({ status }: Detail) => status === 'job_running'

/** Looks at the jobs until what is wanted holds. */
async function untilAll(ids: readonly number[], holds: (details: Detail[]) => boolean): Promise<void> {
  while (!holds(await Promise.all(ids.map((id) => readJob(world, id)))));
}

describe('at the same moment', () => {
  it('jobs take no more CUs than their queue has', async () => {
    await createQueue('narrow', 16)
    const job = { ...RUNNABLE, queue_name: 'narrow', cu_number: 8 }
    const ids = await times(6, (index) => createJob(world, { ...job, name: `n${index}` }))
    await times(ids.length, (index) => batch('run', ids.slice(index, index + 1)))
    await untilAll(ids, (details) => {
      const [running, waiting] = [details.filter(isRunning), details.filter((detail) => !isRunning(detail))]
      return running.length >= 2 && waiting.every(({ status_desc }) => status_desc !== '')
    })
    expect(await readdir(join(world.service.dataFolder, 'runs'))).toHaveLength(2)
    await remove(ids)
  })

  it('a project gets no more drafts than allowed', async () => {
    const replies = await times(20, (index) => world.send('POST', JOBS, { name: `draft${index}` }))
    const ids = replies.filter(accepted).map(({ body }) => (body as { job: { job_id: number } }).job.job_id)
    expect(ids).toHaveLength(12)
    await remove(ids)
  })

  it('one job gets a checkpoint path', async () => {
    const settings = { checkpoint_enabled: true, obs_bucket: 'b1', checkpoint_path: 'b1/chk' }
    const replies = await times(8, (index) => world.send('POST', JOBS, { name: `path${index}`, ...settings }))
    const ids = replies.filter(accepted).map(({ body }) => (body as { job: { job_id: number } }).job.job_id)
    expect(ids).toHaveLength(1)
    await remove(ids)
  })

  it('one of two runs counts, and one cluster is launched', async () => {
    const id = await createJob(world, { ...RUNNABLE, name: 'twice' })
    const replies = await times(8, () => batch('run', [id]))
    expect(replies.filter(accepted)).toHaveLength(1)
    expect((await readJob(world, id)).status).toMatch(/^job_(submitting|running)$/u)
    await remove([id])
  })

  it('one savepoint is under way', async () => {
    const id = await runJob(world, { name: 'savepoints' })
    await world.service.simulator.order(null, 'simulator.savepoint', 'never')
    const path = `/v1.0/{p}/streaming/jobs/${id}/savepoint`
    const replies = await times(8, () => world.send('POST', path, { action: 'TRIGGER' }))
    expect(replies.filter(accepted)).toHaveLength(1)
    await remove([id])
  })

  it('a queue is removed or a job is put on it, never both', async () => {
    const name = (index: number) => `short${index}`
    const ids = await times(8, async (index) => {
      await createQueue(name(index), 16)
      return createJob(world, { ...RUNNABLE, name: `s${index}`, queue_name: name(index) })
    })
    const outcomes = await times(8, async (index) => {
      const run = () => batch('run', ids.slice(index, index + 1))
      const removal = () => world.send('DELETE', `/v1.0/{p}/queues/${name(index)}`)
      const [first, second] = await Promise.all(index % 2 === 0 ? [run(), removal()] : [removal(), run()])
      return [accepted(first), accepted(second)].filter(Boolean).length
    })
    expect(outcomes).toEqual(Array.from({ length: 8 }, () => 1))
    await remove(ids)
  })

  it('a queue is scaled in or its CUs are taken, never both', async () => {
    const large = { ...RUNNABLE, cu_number: 60, parallel_number: 29, tm_cus: 2 }
    const outcomes = await times(8, async (index) => {
      const queue_name = `shrinks${index}`
      await createQueue(queue_name, 128)
      const first = await runJob(world, { ...large, name: `first${index}`, queue_name: queue_name.toUpperCase() })
      const second = await createJob(world, { ...large, name: `second${index}`, queue_name })
      const running = batch('run', [second])
      for (let look = 0; look < index; look += 1) await readJob(world, second) // a later moment with each queue
      const scaled = await world.send('PUT', `/v1.0/{p}/queues/${queue_name}/action`, {
        action: 'scale_in',
        cu_count: 64,
      })
      expect(accepted(await running)).toBe(true)
      await untilAll([second], ([detail]) => detail !== undefined && (isRunning(detail) || detail.status_desc !== ''))
      const isAdmitted = isRunning(await readJob(world, second))
      await remove([first, second])
      return [scaled.status === 200, isAdmitted].filter(Boolean).length
    })
    expect(outcomes).toEqual(Array.from({ length: 8 }, () => 1))
  })
})

it('a command in the middle of what a stop has to do leaves none of it undone', async () => {
  const acts: string[] = []
  const other = await startWorld({
    overrides: {
      beforeAct: (action) => {
        acts.push(action)
        if (action === 'exportLogs') other.service.app.reconciler.poke(id, 'command')
      },
    },
  })
  onTestFinished(() => other.stop())
  await prepareJobs(other)
  const id = (await runJob(other, { ...RUNNABLE, name: 'tidied' })) as JobId
  await waitForStatus(other, id, 'job_running')
  await other.send('POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [id] })
  await waitForStatus(other, id, 'job_cancel_success')
  await expect.poll(() => acts.slice(acts.indexOf('exportLogs'))).toContain('tidy')
})
