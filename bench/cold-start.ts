/**
 * How long a start takes: from the run call until every task runs, as the service saw it, on both Flink lines, without and
 * with class data archives. Prints figures, judges nothing.
 *
 *     npm run bench -- cold-start [runs]
 */

import type { RealService } from '../test/support/real-service.ts'
import { builtJar, startRealService } from '../test/support/real-service.ts'
import { percentile, seconds } from './support/figures.ts'

const RUNS = Number(process.argv[2] ?? 5)
const STEPS = ['jvmsSpawned', 'jobManagerUp', 'taskManagersRegistered', 'running', 'firstCheckpoint']

async function oneStart(service: RealService, id: number): Promise<Record<string, number>> {
  const runAt = Date.now()
  await service.dli('POST', 'jobs/run', { job_ids: [id] })
  await service.until(id, 'job_running')
  const path = `/api/v1/${service.projectId}/jobs/${id}/attempts`
  const [attempt] = (await service.call('GET', path)).body.attempts
  await service.dli('POST', 'jobs/stop', { job_ids: [id] })
  await service.until(id, 'job_cancel_success')
  return Object.fromEntries(
    attempt.timeline.map((each: { step: string; at: string | number }) => [
      each.step,
      new Date(each.at).getTime() - runAt,
    ]),
  )
}

for (const archives of ['off', 'on'] as const) {
  const service = await startRealService({ HEADGATE_CU_MEMORY: '2G' }, { withArchives: archives === 'on' })
  await service.upload('jobs.jar', await builtJar('test-jobs'))
  for (const line of ['1.20', '2.3']) {
    const id = await service.createJob({
      name: `start-${line.replace('.', '_')}`,
      entrypoint: 'jobs.jar',
      main_class: 'headgate.test.CountForever',
      flink_version: line,
    })
    const starts: Record<string, number>[] = []
    for (let n = 0; n < RUNS; n++) starts.push(await oneStart(service, id))
    const figures = STEPS.filter((step) => starts.every((each) => step in each)).map(
      (step) =>
        `${step} ${seconds(
          percentile(
            starts.map((each) => each[step] ?? 0),
            50,
          ),
        )}`,
    )
    console.log(`Flink ${line}, archives ${archives}, median of ${RUNS}: ${figures.join(' · ')}`)
  }
  await service.end()
}
process.exit()
