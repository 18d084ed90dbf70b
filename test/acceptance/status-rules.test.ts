import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProcessHost } from '../../src/runtimes/cluster/process-host.ts'
import { createJob, prepareJobs, RUNNABLE, runJob, startWorld, type World, waitForStatus } from './world.ts'

/**
 * What each status refuses, over HTTP, with jobs that really are in it. What it allows is in the tests of the operations, and
 * every cell of DLI's table in src/http/dli/status-rules.test.ts.
 */
let world: World
let laterMs = 0
let areHeld = false

/** The processes of jobs do not end while they are held. */
function holding(host: ProcessHost): ProcessHost {
  const end: ProcessHost['end'] = async (attempt, limits) => {
    if (areHeld) throw new Error('the processes are held')
    await host.end(attempt, limits)
  }
  return new Proxy(host, {
    get: (target, name) => {
      if (name === 'end') return end
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

beforeAll(async () => {
  const clock = { now: () => new Date(Date.now() + laterMs) }
  world = await startWorld({ overrides: { clock, wrapHost: holding } })
  await prepareJobs(world)
})

afterAll(async () => {
  areHeld = false
  await world.stop()
})

const JOBS = '/v1.0/{p}/streaming/jobs'
const post = (path: string, body: unknown) => world.send('POST', `${JOBS}/${path}`, body)
const put = (id: number, body: unknown) => world.send('PUT', `/v1.0/{p}/streaming/flink-jobs/${id}`, body)
const run = (id: number) => post('run', { job_ids: [id] })
const stop = (id: number, trigger_savepoint = false) => post('stop', { job_ids: [id], trigger_savepoint })

const ASK = {
  run,
  stop: (id: number) => stop(id),
  savepoint: (id: number) => post(`${id}/savepoint`, { action: 'TRIGGER' }),
  import: (id: number) => post(`${id}/import-savepoint`, { savepoint_path: 'b1/nothing' }),
  'update any': (id: number) => put(id, { desc: 'another' }),
  'update limited': (id: number) => put(id, { smn_topic: 'another' }),
}
type Operation = keyof typeof ASK

async function inStatus(name: string, fields: object, ...statuses: string[]): Promise<number> {
  const id = await createJob(world, { ...RUNNABLE, name, ...fields })
  await run(id)
  for (const status of statuses) await waitForStatus(world, id, status)
  return id
}

const MAKE: Readonly<Record<string, () => Promise<number>>> = {
  job_init: () => createJob(world, { ...RUNNABLE, name: 'init' }),
  job_submitting: () => inStatus('hanging', { runtime_config: 'simulator.start=hangs' }, 'job_submitting'),
  job_submit_fail: () => inStatus('throwing', { runtime_config: 'simulator.start=throws' }, 'job_submit_fail'),
  job_running: () => runJob(world, { name: 'running' }),
  job_running_exception: async () => {
    const id = await runJob(world, { name: 'failing' })
    const { body } = await world.send('GET', `/api/v1/{p}/jobs/${id}/attempts`)
    const [attempt] = (body as { attempts: { attempt_id: string }[] }).attempts
    await world.service.simulator.order(attempt?.attempt_id ?? '', 'simulator.job', 'fails')
    return id
  },
  job_finish: () => inStatus('finishing', { runtime_config: 'simulator.job=finishes:100ms' }, 'job_finish'),
  job_savepointing: async () => {
    const id = await inStatus('saving', { runtime_config: 'simulator.savepoint=never' }, 'job_running')
    await ASK.savepoint(id)
    return id
  },
  job_cancel_success: async () => {
    const id = await runJob(world, { name: 'stopped' })
    await stop(id)
    await waitForStatus(world, id, 'job_cancel_success')
    return id
  },
  job_canceling: async () => {
    const id = await runJob(world, { name: 'held' })
    areHeld = true
    await stop(id)
    return id
  },
  job_cancel_fail: async () => {
    const id = await runJob(world, { name: 'held_for_long' })
    areHeld = true
    await stop(id)
    laterMs = 3_600_000
    return id
  },
}

const RESTING: Partial<Record<Operation, string>> = { stop: '15002', savepoint: '15002', import: '13017' }
const REFUSALS: readonly [status: string, refused: Partial<Record<Operation, string>>][] = [
  ['job_init', RESTING],
  ['job_submit_fail', RESTING],
  ['job_running_exception', RESTING],
  ['job_finish', RESTING],
  ['job_cancel_success', RESTING],
  ['job_running', { run: '13006', import: '15002', 'update any': '12003' }],
  [
    'job_submitting',
    { run: '13006', savepoint: '15002', import: '15002', 'update any': '12003', 'update limited': '12003' },
  ],
  [
    'job_savepointing',
    {
      run: '13006',
      stop: '15002',
      savepoint: '15002',
      import: '15002',
      'update any': '12003',
      'update limited': '12003',
    },
  ],
  // These two hold all processes: they come last.
  [
    'job_canceling',
    { run: '13006', savepoint: '15002', import: '15002', 'update any': '12005', 'update limited': '12005' },
  ],
  [
    'job_cancel_fail',
    { run: '13006', savepoint: '15002', import: '15002', 'update any': '12005', 'update limited': '12005' },
  ],
]

/** What to do about it. */
const ADVICE = /[Ss]top (it|the job)|[Ww]ait until|[Tt]ry again|[Oo]nly (while|a job)|Name the directory/

describe('a job in', () => {
  it.each(REFUSALS)(
    '%s refuses what DLI refuses in it, and takes an update of what may change',
    async (status, refused) => {
      const id = await MAKE[status]?.()
      if (id === undefined) throw new Error(`no way to ${status}`)
      await waitForStatus(world, id, status)
      for (const [operation, code] of Object.entries(refused)) {
        const { body } = await ASK[operation as Operation](id)
        const { error_code, error_msg } = body as { error_code?: string; error_msg?: string }
        expect([operation, error_code, error_msg]).toEqual([operation, `DLI.${code}`, expect.stringMatching(ADVICE)])
      }
      for (const operation of ['update any', 'update limited'] as const) {
        if (!refused[operation]) expect([operation, (await ASK[operation](id)).status]).toEqual([operation, 200])
      }
      await waitForStatus(world, id, status)
      areHeld = false
    },
  )
})
