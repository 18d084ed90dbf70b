/** Jobs over DLI's API on real Flink: from a draft to running, down again, with state, with failures, with updates. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findJava } from '../../src/runtimes/java-home.ts'
import { eventually, jarOfTheFuture, pathsBelow, told } from '../support/clusters.ts'
import { builtJar, builtJarPath, dataIn, type RealService, startRealService } from '../support/real-service.ts'

let service: RealService

beforeAll(async () => {
  service = await startRealService()
  await service.upload('jobs.jar', await builtJar('test-jobs'))
  await service.upload('helper.jar', await builtJar('test-jobs-helper'))
})

afterAll(async () => {
  await service.end()
})

afterEach(async () => {
  await service.deleteJobs()
})

const jarJob = (name: string, mainClass: string, more: Record<string, unknown> = {}) =>
  service.createJob({ name, entrypoint: 'jobs.jar', main_class: `headgate.test.${mainClass}`, ...more })
const run = (ids: number[], resume = false) =>
  service.dli('POST', 'jobs/run', { job_ids: ids, resume_savepoint: resume })
const stop = (ids: number[], withSavepoint = false) =>
  service.dli('POST', 'jobs/stop', { job_ids: ids, trigger_savepoint: withSavepoint })
const count = async (file: string) => Number((await told(file))?.first ?? 0)

test('four jobs of one run call get a cluster each, run, stop in one call and leave nothing behind', async () => {
  const ids: number[] = []
  for (const n of [1, 2, 3, 4]) ids.push(await jarJob(`four-${n}`, 'CountForever'))
  const items = await run(ids)
  expect(items).toEqual(ids.map(() => ({ is_success: 'true', message: expect.any(String) })))
  for (const id of ids) {
    const job = await service.until(id, 'job_running')
    expect(job).toMatchObject({ restart_times: 0, job_config: { executor_number: 1, executor_cu_number: 1 } })
    const { execution_graph: graph } = await eventually(
      () => service.detail(id),
      (each) => each.execution_graph !== null,
    )
    expect(JSON.parse(graph)).toHaveProperty('nodes')
  }
  expect((await service.processes()).length).toBeGreaterThanOrEqual(8)
  expect(await stop(ids)).toHaveLength(4)
  for (const id of ids) await service.until(id, 'job_cancel_success')
  await eventually(service.processes, (left) => left.length === 0)
  // What is not for people to read goes a moment after the job is shown as stopped.
  await eventually(filesOfRuns, (paths) => !paths.some((path) => /^[^/]+\/(?:tmp|work|user)(?:\/|$)/u.test(path)))
})

const filesOfRuns = () => pathsBelow(dataIn(service.folder, 'runs'))

describe.each(['1.20', '2.3'])('on Flink %s', (flink_version) => {
  const suffix = flink_version.replace('.', '_')

  test('state goes on over a savepoint, a stop with savepoint and a resumed run, and the arguments arrive intact', async () => {
    const file = join(service.folder, `count-${suffix}`)
    const id = await jarJob(`state-${suffix}`, 'CountForever', {
      flink_version,
      entrypoint_args: `--tell ${file} --name '张 三' --text "a \\"b\\""`,
    })
    await run([id], true)
    await service.until(id, 'job_running')
    await eventually(
      () => count(file),
      (seen) => seen > 0,
    )
    expect((await told(file))?.args.slice(2)).toEqual(['--name', '张 三', '--text', 'a "b"'])

    await service.dli('POST', `jobs/${id}/savepoint`, { action: 'TRIGGER' })
    const saved = await eventually(
      () => service.detail(id),
      (job) => job.has_savepoint && job.status === 'job_running',
    )
    expect(saved.savepoint_path).toMatch(new RegExp(`^headgate/jobs/savepoint/${id}/.+/savepoint-`))

    await stop([id], true)
    const stopped = await service.until(id, 'job_cancel_success')
    expect(stopped.savepoint_path).not.toBe(saved.savepoint_path)
    const before = await count(file)

    await run([id], true)
    await service.until(id, 'job_running')
    const after = await eventually(
      () => count(file),
      (seen) => seen !== before,
    )
    expect(after).toBeGreaterThan(before)
    const { body } = await service.call('GET', `/api/v1/${service.projectId}/jobs/${id}/attempts`)
    expect(body.attempts[0].restore_because).toContain('savepoint')

    await service.dli('DELETE', `jobs/${id}`)
    expect(await service.call('GET', `/v1.0/${service.projectId}/streaming/jobs/${id}`)).toMatchObject({
      status: 400,
      body: { error_code: 'DLI.16001' },
    })
  })

  test.each(['BoundedStream', 'BoundedBatch'])('%s ends as job_finish', async (mainClass) => {
    const id = await jarJob(`${mainClass}-${suffix}`, mainClass, {
      flink_version,
      entrypoint_args: '--records 50',
      log_enabled: true,
      obs_bucket: 'logs',
    })
    await run([id])
    const job = await service.until(id, 'job_finish')
    expect(job).toMatchObject({ status_desc: '', start_time: expect.any(Number) })
    const prefix = `jobs/logs/${id}_`
    const listed = () => service.call('GET', `/api/v1/${service.projectId}/objects/logs?prefix=${prefix}`)
    const { body } = await eventually(listed, (answer) => answer.body.objects.length > 3)
    const names = body.objects.map(({ key }: { key: string }) => key.split('/').at(-1))
    expect(names).toEqual(expect.arrayContaining(['jobmanager.log', 'submit.log', 'taskmanager-1.log']))
  })

  test('a main that throws is a failed submission with cause and advice, and its logs can be read', async () => {
    const id = await jarJob(`throws-${suffix}`, 'ThrowInMain', { flink_version })
    await run([id])
    const job = await service.until(id, 'job_submit_fail')
    expect(job.status_desc).toMatch(/no such table: 订单|table 订单 is unknown/)
    const attempts = `/api/v1/${service.projectId}/jobs/${id}/attempts`
    const [attempt] = (await service.call('GET', attempts)).body.attempts
    const { body } = await service.call('GET', `${attempts}/${attempt.attempt_id}/logs`)
    const log = body.logs.find((each: { name: string }) => each.name === 'jobmanager.log')
    const page = (await service.call('GET', `${attempts}/${attempt.attempt_id}/logs/${log.name}?offset=0&limit=500`))
      .body
    expect(page.content.length).toBeGreaterThan(100)
    expect(page.next_offset).toBe(500)
  })
})

test('dependency files and jars reach the program', async () => {
  const file = join(service.folder, 'user-data')
  await service.upload('test.csv', Buffer.from('行,1\n'), 'file')
  const id = await jarJob('user-data', 'ReadUserData', {
    entrypoint_args: `--tell ${file} --file test.csv`,
    dependency_jars: ['helper.jar'],
    dependency_files: ['test.csv'],
  })
  await run([id])
  await service.until(id, 'job_finish')
  expect((await told(file))?.first).toBe('行,1 greetings from the further jar')
})

describe('a start that cannot work says why and what to do', () => {
  const failing = async (name: string, job: Record<string, unknown>) => {
    const id = await service.createJob({ name, ...job })
    await run([id])
    return (await service.until(id, 'job_submit_fail')).status_desc as string
  }

  test('a class that is not there', async () => {
    const text = await failing('no-class', { entrypoint: 'jobs.jar', main_class: 'com.acme.Nowhere' })
    expect(text).toContain('com.acme.Nowhere')
    expect(text).toMatch(/main_class|dependency_jars/)
  })

  test('a jar that is no zip, and one without a main class', async () => {
    await service.upload('broken.jar', Buffer.from('this is no zip'))
    expect(await failing('no-zip', { entrypoint: 'broken.jar' })).toMatch(/broken\.jar/)
    expect(await failing('no-main', { entrypoint: 'jobs.jar' })).toMatch(/main_class/)
  })

  test('a class file that is too new for the JDK', async () => {
    const { home: javaHome } = await findJava(process.env.JAVA_HOME ?? null)
    const world = { folder: service.folder, javaHome, jobsJar: await builtJarPath('test-jobs') }
    await service.upload('future.jar', await readFile(await jarOfTheFuture(world, 'headgate.test.ThrowInMain')))
    const text = await failing('future', { entrypoint: 'future.jar', main_class: 'headgate.test.ThrowInMain' })
    expect(text).toMatch(/Java \d+/)
  })

  test('a custom image', async () => {
    const id = await jarJob('image', 'CountForever', { feature: 'custom', image: 'org/app:1' })
    const answer = await service.call('POST', `/v1.0/${service.projectId}/streaming/jobs/run`, { job_ids: [id] })
    expect(answer.status).toBe(400)
    expect(answer.body.error_msg).toContain('Custom images need the Kubernetes runtime')
  })
})

test('while a job runs six fields change at once, others are refused, and an update of a stopped job acts at the next start', async () => {
  const file = join(service.folder, 'updated')
  const id = await jarJob('updated', 'CountForever', { entrypoint_args: `--tell ${file} --pause 5` })
  await run([id])
  await service.until(id, 'job_running')
  const put = (body: unknown) => service.call('PUT', `/v1.0/${service.projectId}/streaming/flink-jobs/${id}`, body)
  expect(await put({ entrypoint_args: '--other 1' })).toMatchObject({ status: 400, body: { error_code: 'DLI.12003' } })
  const six = {
    smn_topic: 't2',
    restart_when_exception: true,
    resume_checkpoint: true,
    resume_max_num: 3,
    obs_bucket: 'b2',
    checkpoint_path: 'b2/cp/',
  }
  expect(await put(six)).toMatchObject({ status: 200, body: { is_success: 'true' } })
  const { job_config: config } = await service.detail(id)
  expect(config).toMatchObject({ ...six, checkpoint_path: expect.stringMatching(/^b2\/cp/) })

  await stop([id])
  await service.until(id, 'job_cancel_success')
  expect(await put({ entrypoint_args: `--tell ${file} --name second` })).toMatchObject({ status: 200 })
  await run([id])
  await service.until(id, 'job_running')
  const seen = await eventually(
    () => told(file),
    (each) => each?.args.includes('second') ?? false,
  )
  expect(seen?.args.slice(-2)).toEqual(['--name', 'second'])
})

test('a job that does not fit waits, says for what, and starts when there is room; one that never fits is refused', async () => {
  await service.call('POST', `/v1.0/${service.projectId}/queues`, {
    queue_name: 'narrow',
    queue_type: 'general',
    resource_mode: 1,
    cu_count: 16,
  })
  const wide = { queue_name: 'narrow', cu_number: 10 }
  const first = await jarJob('wide-1', 'CountForever', { ...wide, tm_slot_num: 1 })
  const second = await jarJob('wide-2', 'CountForever', { ...wide, tm_slot_num: 1 })
  await run([first, second])
  await service.until(first, 'job_running')
  // Until the first was admitted, it waited for its place in the line.
  const waiting = await eventually(
    () => service.detail(second),
    (job) => job.status_desc.includes('needs 10, queue narrow has 6 of 16 free'),
  )
  expect(waiting.status).toBe('job_submitting')
  await stop([first])
  await service.until(second, 'job_running')
  const tooWide = await jarJob('too-wide', 'CountForever', { queue_name: 'narrow', cu_number: 20 })
  const refused = await service.call('POST', `/v1.0/${service.projectId}/streaming/jobs/run`, { job_ids: [tooWide] })
  expect(refused).toMatchObject({ status: 400, body: { error_code: 'DLI.13002' } })
  await stop([second])
  await service.until(second, 'job_cancel_success')
})

test('a service that is started again finds its running jobs and stops them', async () => {
  const id = await jarJob('survivor', 'CountForever')
  await run([id])
  await service.until(id, 'job_running')
  const before = await service.processes()
  await service.restart()
  expect(await service.until(id, 'job_running')).toMatchObject({ restart_times: 0 })
  expect(await service.processes()).toEqual(before)
  await stop([id])
  await service.until(id, 'job_cancel_success')
  await eventually(service.processes, (left) => left.length === 0)
})
