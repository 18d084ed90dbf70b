/** A savepoint of one job, imported into another, on real Flink; and what Flink tells of both on the way. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, told } from '../support/clusters.ts'
import { builtJar, type RealService, startRealService } from '../support/real-service.ts'

let service: RealService

beforeAll(async () => {
  service = await startRealService()
  await service.upload('jobs.jar', await builtJar('test-jobs'))
})

afterAll(async () => {
  await service.end()
})

const count = async (file: string) => Number((await told(file))?.first ?? 0)

/** So long that a job which begins anew is caught at less. */
const FAR = 500

describe.each(['1.20', '2.3'])('on Flink %s', (flink_version) => {
  const suffix = flink_version.replace('.', '_')
  const counting = (name: string) => ({
    file: join(service.folder, `${name}-${suffix}`),
    create: () =>
      service.createJob({
        ...{ name: `${name}-${suffix}`, flink_version, entrypoint: 'jobs.jar', obs_bucket: 'b1' },
        main_class: 'headgate.test.CountForever',
        entrypoint_args: `--tell ${join(service.folder, `${name}-${suffix}`)}`,
      }),
  })
  const run = (id: number, resume_savepoint: boolean) =>
    service.dli('POST', 'jobs/run', { job_ids: [id], resume_savepoint })
  const graphState = async (id: number) => (await service.dli('GET', `jobs/${id}/execute-graph`)).execute_graph.state

  test('a job that never ran goes on where another was, which ran on and was stopped', async () => {
    const source = counting('source')
    const from = await source.create()
    await run(from, false)
    await service.until(from, 'job_running')
    await eventually(
      () => count(source.file),
      (seen) => seen > FAR,
    )
    const counted = await eventually(
      async () => (await service.dli('POST', 'jobs/metrics', { job_ids: [from] })).metrics.jobs[0].metrics,
      ({ sources, sinks, total_read_rate }) => sources[0]?.records > 0 && sinks.length > 0 && total_read_rate > 0,
    )
    expect(counted).toMatchObject({
      sources: [{ name: 'Source: Sequence Source', corrupted_records: 0 }],
      sinks: [{ name: 'Sink: Print to Std. Out' }],
    })

    await service.dli('POST', `jobs/${from}/savepoint`, { action: 'TRIGGER' })
    const { savepoint_path } = await eventually(
      () => service.detail(from),
      (job) => job.has_savepoint && job.status === 'job_running',
    )
    await service.dli('POST', 'jobs/stop', { job_ids: [from] })
    await service.until(from, 'job_cancel_success')
    await eventually(
      () => graphState(from),
      (state) => state === 'CANCELED',
    )

    const target = counting('target')
    const to = await target.create()
    await service.dli('POST', `jobs/${to}/import-savepoint`, {
      job_id: String(to),
      savepoint_path: `obs://${savepoint_path}/`,
    })
    expect(await service.detail(to)).toMatchObject({ has_savepoint: true, savepoint_path, status: 'job_init' })
    await run(to, true)
    await service.until(to, 'job_running')
    const first = await eventually(
      () => count(target.file),
      (seen) => seen > 0,
    )
    expect(first).toBeGreaterThan(FAR)
    await eventually(
      () => count(target.file),
      (seen) => seen > first,
    )
    expect((await service.attempts(to))[0].restore_because).toContain('imported savepoint')
    await service.deleteJobs()
  })
})
