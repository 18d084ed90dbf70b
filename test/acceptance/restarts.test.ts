/** What is told of a job that restarts, and what its policy does while it runs. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { prepareJobs, readJob, runJob, startWorld, type World, waitForStatus } from './world.ts'

let world: World

beforeEach(async () => {
  world = await startWorld()
  await prepareJobs(world)
})

afterEach(() => world.stop())

const POLICY = { restart_when_exception: true, resume_checkpoint: true }

const failOnce = () => world.service.simulator.order(null, 'simulator.job', 'fails')

/** A restart may be counted while the tasks are still on their way; then nothing could fail again. */
async function restartInside(id: number, expected: number): Promise<void> {
  await failOnce()
  const back = { status: 'job_running', restart_times: expected }
  await expect.poll(() => readJob(world, id)).toMatchObject(back)
}

const attempts = async (id: number) =>
  ((await world.send('GET', `/api/v1/{p}/jobs/${id}/attempts`)).body as { attempts: Record<string, unknown>[] })
    .attempts

const change = (id: number, settings: Record<string, unknown>) =>
  world.call('updateFlinkJarJob', 'PUT', `/v1.0/{p}/streaming/flink-jobs/${id}`, settings)

it('a job that Flink restarts often is shown as unstable while it runs', async () => {
  const id = await runJob(world, { name: 'unstable', ...POLICY })
  for (const times of [1, 2]) await restartInside(id, times)
  expect((await readJob(world, id)).status_desc).not.toContain('Unstable')
  await restartInside(id, 3)
  // What stands out is judged by the look after the one that saw it run again.
  const shown = async () => (await readJob(world, id)).status_desc
  await expect.poll(shown).toMatch(/Unstable: it was restarted 3 times within the last hour/)
  await world.send('POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [id] })
  expect((await waitForStatus(world, id, 'job_cancel_success')).status_desc).toBe('')
})

it('a budget that is made smaller while the job runs counts what was before, and the next restart ends the job', async () => {
  const id = await runJob(world, { name: 'spent', ...POLICY })
  for (const times of [1, 2]) await restartInside(id, times)
  await change(id, { resume_max_num: 2 })
  await failOnce()
  const ended = await waitForStatus(world, id, 'job_running_exception')
  expect(ended.status_desc).toMatch(/the 2 restarts per hour of resume_max_num are spent/)
})

it('restart_when_exception that is switched off while the job runs holds at the next failure', async () => {
  const id = await runJob(world, { name: 'off', ...POLICY })
  await change(id, { restart_when_exception: false })
  await failOnce()
  await waitForStatus(world, id, 'job_running_exception')
})

it('resume_checkpoint that is switched off while the job runs lets the next failure begin anew, and says so', async () => {
  const id = await runJob(world, { name: 'anew', ...POLICY })
  await change(id, { resume_checkpoint: false })
  await failOnce()
  await expect.poll(async () => (await attempts(id)).length).toBe(2)
  expect((await attempts(id))[0]).toMatchObject({
    restore_from: null,
    restore_because: expect.stringContaining('anew'),
  })
  expect(await waitForStatus(world, id, 'job_running')).toMatchObject({ restart_times: 1 })
})
