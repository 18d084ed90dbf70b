/**
 * From the death of a process of real Flink to what an API client sees: how long until it is shown, and until every task
 * runs again from the newest checkpoint, on both Flink lines. Prints figures, judges nothing.
 *
 *     npm run bench -- deaths [deaths of each kind]
 */
import { eventually, JOB_MANAGER, jvmsOf, TASK_MANAGER } from '../test/support/clusters.ts'
import { type Answer, builtJar, type RealService, startRealService } from '../test/support/real-service.ts'
import { percentile, seconds } from './support/figures.ts'

const DEATHS = Number(process.argv[2] ?? 5)
const KINDS = { JobManager: JOB_MANAGER, TaskManager: TASK_MANAGER }

type Death = Readonly<{ shownMs: number; runningMs: number }>

for (const line of ['1.20', '2.3']) {
  const service = await startRealService({ HEADGATE_CU_MEMORY: '2G' }, { withArchives: true })
  await service.upload('jobs.jar', await builtJar('test-jobs'))
  for (const [kind, mainClass] of Object.entries(KINDS))
    print(`Flink ${line}, ${kind}`, await die(service, line, mainClass))
  await service.end()
}
process.exit()

async function die(service: RealService, line: string, mainClass: string): Promise<Death[]> {
  const deaths: Death[] = []
  // A job each: one job may be restarted only so often in an hour.
  for (let number = 0; number < DEATHS; number++) {
    const id = await runJob(service, line, `dies-${mainClass}-${number}`)
    deaths.push(await oneDeath(service, id, mainClass))
    await service.deleteJobs()
  }
  return deaths
}

async function runJob(service: RealService, line: string, name: string): Promise<number> {
  const id = await service.createJob({
    ...{ name, entrypoint: 'jobs.jar', main_class: 'headgate.test.CountForever', flink_version: line },
    ...{ checkpoint_enabled: true, checkpoint_interval: 1, obs_bucket: 'state' },
    ...{ restart_when_exception: true, resume_checkpoint: true },
  })
  await service.dli('POST', 'jobs/run', { job_ids: [id] })
  await service.until(id, 'job_running')
  await eventually(
    () => service.attempts(id),
    ([attempt]) => attempt.timeline.some(({ step }: Answer) => step === 'firstCheckpoint'),
  )
  return id
}

async function oneDeath(service: RealService, id: number, mainClass: string): Promise<Death> {
  const [attempt] = await service.attempts(id)
  const pids = await jvmsOf(attempt.attempt_id, mainClass)
  const killedAt = performance.now()
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  const afterMs = async (holds: (job: Answer) => boolean) => {
    await eventually(() => service.detail(id), holds)
    return performance.now() - killedAt
  }
  const shownMs = await afterMs((job) => job.status !== 'job_running' || job.restart_times > 0)
  const runningMs = await afterMs((job) => job.status === 'job_running' && job.restart_times > 0)
  return { shownMs, runningMs }
}

function print(title: string, deaths: readonly Death[]): void {
  const figures = (times: readonly number[]) =>
    `median ${seconds(percentile(times, 50))}, longest ${seconds(percentile(times, 100))}`
  const shown = figures(deaths.map(({ shownMs }) => shownMs))
  const running = figures(deaths.map(({ runningMs }) => runningMs))
  console.log(`${title} killed ${deaths.length} times: shown after ${shown}; every task runs again after ${running}`)
}
