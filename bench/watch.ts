/**
 * What it costs to watch many running jobs, and how soon a death is shown: one service, a process of its own, on the
 * simulator. All answer; then a tenth of the JobManagers is silent. Prints figures, judges nothing.
 *
 *     npm run bench -- watch [jobs] [deaths]
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import PQueue from 'p-queue'
import { EMPTY_JAR } from '../test/support/empty-jar.ts'
import { milliseconds, percentile } from './support/figures.ts'
import { startMeasuredService } from './support/measured-service.ts'

const JOBS = Number(process.argv[2] ?? 1000)
const DEATHS = Number(process.argv[3] ?? 102)
const STEADY_MS = 60_000
/** In its first minute a job is asked for its first checkpoint again and again (observing.ts). */
const SETTLE_MS = 65_000
const LOOK_MS = 10

type Victim = Readonly<{ jobId: number; attemptId: string }>

const service = await startMeasuredService({ HEADGATE_MAX_DRAFTS: String(2 * JOBS) })
const { folder, simulator } = service
try {
  const ids = await createJobs()
  await runAll(ids)
  await measure(`${JOBS} running jobs, all answer`, await victims())
  await runAll(ids)
  const all = await victims()
  const silent = all.splice(0, Math.floor(JOBS / 10))
  for (const { attemptId } of silent) await simulator.signal(await pidOf(attemptId, 'jobmanager'), 'SIGSTOP')
  await measure(`${JOBS} running jobs, ${silent.length} JobManagers silent`, all)
} finally {
  await service.end()
}
process.exit()

async function createJobs(): Promise<number[]> {
  const queue = { queue_name: 'wide', queue_type: 'general', resource_mode: 1, cu_count: Math.ceil(JOBS / 8) * 16 }
  await service.call('POST', '/v1.0/{p}/queues', queue)
  await service.call('PUT', '/api/v1/{p}/objects/b1/app.jar', EMPTY_JAR)
  const job = { queue_name: 'wide', entrypoint: 'obs://b1/app.jar', main_class: 'com.acme.Main', cu_number: 2 }
  const create = async (name: string) =>
    (await service.call('POST', '/v1.0/{p}/streaming/flink-jobs', { ...job, name })).job.job_id as number
  const names = Array.from({ length: JOBS }, (_, index) => `watched${index}`)
  return new PQueue({ concurrency: 8 }).addAll(names.map((name) => () => create(name)))
}

/** Runs those that do not run; answers when all do. */
async function runAll(ids: readonly number[]): Promise<void> {
  const startedAt = performance.now()
  const path = '/v1.0/{p}/streaming/jobs?status=job_running&limit=100&offset='
  const running = new Set<number>()
  for (let offset = 0; offset < JOBS; offset += 100) {
    for (const job of (await service.call('GET', path + offset)).job_list.jobs) running.add(job.job_id)
  }
  const resting = ids.filter((id) => !running.has(id))
  await service.call('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: resting })
  while ((await service.call('GET', `${path}0`)).job_list.total_count < JOBS) await sleep(200)
  console.log(`${resting.length} jobs started in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

/** The live attempt of every running job. */
async function victims(): Promise<Victim[]> {
  const runs = join(folder, 'runs')
  const found: Victim[] = []
  for (const attemptId of await readdir(runs)) {
    const processes = await simulator.processesOf(attemptId)
    if (!processes.every(({ isAlive }) => isAlive)) continue
    found.push({ attemptId, jobId: JSON.parse(await readFile(join(runs, attemptId, 'spec.json'), 'utf8')).jobId })
  }
  return found
}

async function pidOf(attemptId: string, role: 'jobmanager' | 'taskmanager-1'): Promise<number> {
  const process = (await simulator.processesOf(attemptId)).find(({ key, isAlive }) => isAlive && key.role === role)
  if (!process) throw new Error(`attempt ${attemptId} has no living ${role}`)
  return process.pid
}

async function measure(title: string, candidates: readonly Victim[]): Promise<void> {
  console.log(`\n${title}`)
  await measureLoad('while the last starts are young', SETTLE_MS)
  await measureLoad('steady', STEADY_MS)
  await measureDeaths(candidates)
}

async function measureLoad(title: string, ms: number): Promise<void> {
  const delayOfLoop = service.watchLoop()
  const [cpuBefore, startedAt] = [await service.cpuSeconds(), performance.now()]
  await sleep(ms)
  const percent = ((await service.cpuSeconds()) - cpuBefore) / ((performance.now() - startedAt) / 100_000)
  const delay = await delayOfLoop()
  const memory = await service.memoryMib()
  console.log(`  ${title}: CPU ${percent.toFixed(1)} % of a core over ${ms / 1000} s, memory ${memory} MiB`)
  console.log(
    `    event loop delay p50 ${milliseconds(delay.p50Ms)}, p99 ${milliseconds(delay.p99Ms)}, max ${milliseconds(delay.maxMs)}`,
  )
}

/** From a pretended death to the moment a client sees it. */
async function measureDeaths(candidates: readonly Victim[]): Promise<void> {
  const kinds = {
    'JobManager killed': async ({ attemptId }: Victim) =>
      simulator.signal(await pidOf(attemptId, 'jobmanager'), 'SIGKILL'),
    'TaskManager killed': async ({ attemptId }: Victim) =>
      simulator.signal(await pidOf(attemptId, 'taskmanager-1'), 'SIGKILL'),
    'job FAILED inside Flink': ({ attemptId }: Victim) => simulator.order(attemptId, 'simulator.job', 'fails'),
  }
  const left = [...candidates]
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]))
  for (let death = 0; death < DEATHS; death++) {
    const [kind, kill] = Object.entries(kinds)[death % 3] ?? []
    const [victim] = left.splice(Math.floor(Math.random() * left.length), 1)
    if (kind && kill && victim) times[kind]?.push(await untilShown(victim, kill))
  }
  for (const [kind, values] of Object.entries({ ...times, all: Object.values(times).flat() })) {
    console.log(
      `  ${kind}, ${values.length} times: shown after p50 ${milliseconds(percentile(values, 50))}, p99 ${milliseconds(percentile(values, 99))}`,
    )
  }
}

async function untilShown(victim: Victim, kill: (victim: Victim) => Promise<boolean>): Promise<number> {
  await sleep(Math.random() * 1000)
  const killing = kill(victim)
  const killedAt = performance.now()
  await killing
  for (;;) {
    const { job_detail: job } = await service.call('GET', `/v1.0/{p}/streaming/jobs/${victim.jobId}`)
    if (job.status !== 'job_running') return performance.now() - killedAt
    if (performance.now() - killedAt > 60_000) throw new Error(`the death of job ${victim.jobId} is not shown`)
    await sleep(LOOK_MS)
  }
}
