/** A queue, a package, and a job in every state that DLI shows and that lasts, through the service's own API. */
import { setTimeout as pause } from 'node:timers/promises'
import type { DliStatus } from '../../src/http/dli/status.ts'
import type { Call } from '../../test/support/client.ts'
import { EMPTY_JAR } from '../../test/support/empty-jar.ts'

type Seed = Readonly<{
  name: string
  shows: DliStatus
  desc: string
  orders?: Record<string, string>
  fields?: Record<string, unknown>
  /** What is done with it once it runs. */
  onceRunning?: 'is stopped' | 'is stopped with a savepoint' | 'gets a savepoint'
}>

const CHECKPOINTS = { checkpoint_enabled: true, checkpoint_interval: 10, obs_bucket: 'dev' }
const RESTARTS = { ...CHECKPOINTS, restart_when_exception: true, resume_checkpoint: true }
const QUEUES = { dev: 64, small: 16 }
const WHOLE_QUEUE = { queue_name: 'small', cu_number: QUEUES.small }
const SHOWN_MS = 30_000

const JOBS: readonly Seed[] = [
  { name: 'draft', shows: 'job_init', desc: 'Never run.' },
  { name: 'running', shows: 'job_running', desc: 'Runs, and makes checkpoints.', fields: CHECKPOINTS },
  {
    name: 'starting',
    shows: 'job_submitting',
    desc: 'Its JobManager never answers.',
    orders: { 'simulator.start': 'hangs' },
  },
  { name: 'holds-queue', shows: 'job_running', desc: 'Takes all CUs of its queue.', fields: WHOLE_QUEUE },
  { name: 'waiting', shows: 'job_submitting', desc: 'Waits for CUs.', fields: WHOLE_QUEUE },
  {
    name: 'refused',
    shows: 'job_submit_fail',
    desc: 'Its start was refused.',
    orders: { 'simulator.start': 'refused' },
  },
  {
    name: 'throws',
    shows: 'job_submit_fail',
    desc: 'Its main threw an exception.',
    orders: { 'simulator.start': 'throws' },
  },
  {
    name: 'failed',
    shows: 'job_running_exception',
    desc: 'Failed while it ran.',
    orders: { 'simulator.job': 'fails:1s' },
  },
  { name: 'finished', shows: 'job_finish', desc: 'Ended by itself.', orders: { 'simulator.job': 'finishes:1s' } },
  { name: 'cancelled', shows: 'job_cancel_success', desc: 'Was stopped.', onceRunning: 'is stopped' },
  {
    name: 'stopping',
    shows: 'job_savepointing',
    desc: 'Is being stopped; its savepoint does not come.',
    orders: { 'simulator.savepoint': 'never' },
    onceRunning: 'is stopped with a savepoint',
  },
  {
    name: 'savepointing',
    shows: 'job_savepointing',
    desc: 'Its savepoint takes an hour.',
    orders: { 'simulator.savepoint': 'works:60m' },
    onceRunning: 'gets a savepoint',
  },
  {
    name: 'unstable',
    shows: 'job_running',
    desc: 'Fails every 20 s and is restarted.',
    orders: { 'simulator.job': 'fails:20s' },
    fields: RESTARTS,
  },
  {
    name: 'silent',
    shows: 'job_running',
    desc: 'Its JobManager stopped answering.',
    orders: { 'simulator.jobmanager': 'silent:3s' },
  },
]

export async function seed(call: Call): Promise<void> {
  for (const [name, cus] of Object.entries(QUEUES)) {
    const queue = { queue_name: name, queue_type: 'general', resource_mode: 1, cu_count: cus }
    await call('POST', '/v1.0/{p}/queues', queue)
  }
  await call('PUT', '/api/v1/{p}/objects/dev/app.jar', EMPTY_JAR)
  await call('POST', '/v2.0/{p}/resources', { paths: ['obs://dev/app.jar'], kind: 'jar', group: 'dev' })
  const ids: number[] = []
  // In this order: of two that want a whole queue the second waits.
  for (const job of JOBS) ids.push(await start(call, job))
  await Promise.all(JOBS.map((job, index) => bring(call, ids[index] ?? 0, job)))
}

async function start(call: Call, { name, shows, desc, orders = {}, fields = {} }: Seed): Promise<number> {
  const { job } = await call('POST', '/v1.0/{p}/streaming/flink-jobs', {
    ...{ name, desc, queue_name: 'dev', entrypoint: 'dev/app.jar', main_class: 'com.acme.Main' },
    ...{ runtime_config: JSON.stringify(orders), ...fields },
  })
  if (shows !== 'job_init') await call('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [job.job_id] })
  return job.job_id
}

async function bring(call: Call, id: number, { shows, onceRunning }: Seed): Promise<void> {
  if (onceRunning !== undefined) await untilShown(call, id, 'job_running')
  if (onceRunning === 'gets a savepoint') {
    await call('POST', `/v1.0/{p}/streaming/jobs/${id}/savepoint`, { action: 'TRIGGER' })
  } else if (onceRunning !== undefined) {
    const withSavepoint = onceRunning === 'is stopped with a savepoint'
    await call('POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [id], trigger_savepoint: withSavepoint })
  }
  await untilShown(call, id, shows)
}

async function untilShown(call: Call, id: number, status: DliStatus): Promise<void> {
  const deadline = performance.now() + SHOWN_MS
  for (;;) {
    const { job_detail: job } = await call('GET', `/v1.0/{p}/streaming/jobs/${id}`)
    if (job.status === status) return
    if (performance.now() > deadline) {
      throw new Error(`Job ${job.name} is ${job.status} and not ${status}: ${job.status_desc}`)
    }
    await pause(50)
  }
}
