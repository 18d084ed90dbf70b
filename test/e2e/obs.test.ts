/** Programs that open obs:// paths themselves, on real Flink: a source, a sink and a checkpoint directory of their own. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually, JOB_MANAGER, jvmOf } from '../support/clusters.ts'
import { type Answer, builtJar, dataIn, type RealService, startRealService } from '../support/real-service.ts'

let service: RealService

beforeAll(async () => {
  service = await startRealService()
  await service.upload('jobs.jar', await builtJar('test-jobs'))
})

afterEach(async () => {
  await service.deleteJobs()
})

afterAll(async () => {
  await service.end()
})

const LINES = Array.from({ length: 1000 }, (_, index) => `line ${index} 第${index}行`)
const INPUT = 'in put/50% 中文.txt'

async function startCopy(name: string, set: string, settings: Record<string, unknown>): Promise<number> {
  await service.putObject('Source_1', INPUT, LINES.join('\n'))
  const id = await service.createJob({
    name,
    entrypoint: 'jobs.jar',
    main_class: 'headgate.test.CopyLines',
    entrypoint_args: `--input "obs://Source_1/${INPUT}" --output obs://copies/${name} --checkpoints "obs://State_1/${name} 检查点" --set ${set}`,
    ...settings,
  })
  await service.dli('POST', 'jobs/run', { job_ids: [id] })
  return id
}

/** Lines in the files that are whole: those under way begin with a dot. */
async function copied(name: string): Promise<string[]> {
  const files = [...(await service.objects('copies', `${name}/`))].filter(([key]) => /\/part-[^/]+$/.test(key))
  return files.flatMap(([, text]) => text.trimEnd().split('\n'))
}

/** Kills the JobManager when the copy is under way: at once when a checkpoint is complete, before anybody asked where. */
async function killMidway(id: number, name: string): Promise<Answer> {
  await eventually(
    () => copied(name),
    (lines) => lines.length > 0,
  )
  const [attempt] = await service.attempts(id)
  process.kill(await jvmOf(attempt.attempt_id, JOB_MANAGER), 'SIGKILL')
  return attempt
}

async function expectGoneOn(id: number, name: string, first: Answer): Promise<void> {
  await service.until(id, 'job_finish')
  const [second] = await service.attempts(id)
  expect(second.restore_from).toMatch(new RegExp(`/State_1/${name} 检查点/${first.flink_job_id}/chk-\\d+$`))
  expect((await copied(name)).sort()).toEqual([...LINES].sort())
}

test.each([
  ['1.20', 'storage'],
  ['2.3', 'configuration'],
])(
  'on Flink %s a program goes on from the obs:// checkpoint it set by %s, with every line once',
  async (flink_version, set) => {
    const name = `restart-${flink_version.replace('.', '-')}`
    const restart = { restart_when_exception: true, resume_checkpoint: true }
    const id = await startCopy(name, set, { flink_version, ...restart })
    const first = await killMidway(id, name)
    await expectGoneOn(id, name, first)
  },
)

test('a run with resume goes on from the obs:// checkpoint, also by a service that was not there when it was made', async () => {
  const id = await startCopy('by-hand', 'configuration', { flink_version: '1.20', resume_checkpoint: true })
  await eventually(
    () => service.attempts(id),
    ([attempt]) => Boolean(attempt?.last_checkpoint),
  )
  const first = await killMidway(id, 'by-hand')
  await service.until(id, 'job_running_exception')
  await service.restart()
  await service.dli('POST', 'jobs/run', { job_ids: [id], resume_savepoint: true })
  await expectGoneOn(id, 'by-hand', first)
})

describe.each(['1.20', '2.3'])('on Flink %s a program that leaves the buckets of its project', (flink_version) => {
  test('is told what is wrong with the path, and gets nothing', async () => {
    const bucket = `leaves-${flink_version.replace('.', '-')}`
    const objects = dataIn(service.folder, 'objects')
    const secret = join(objects, 'other-project', 'bucket', 'secret')
    await mkdir(dirname(secret), { recursive: true })
    await writeFile(secret, 'untouched')
    await service.putObject(bucket, 'plain', 'p')
    await symlink(dirname(secret), join(objects, service.projectId, bucket, 'way-out'))
    await symlink(join(service.folder, 'planted'), join(objects, service.projectId, bucket, 'dangling'))
    const outside = [
      'obs://../../',
      'obs://../other-project/bucket/secret',
      'obs:///../other-project/bucket/secret',
    ].concat(
      ['/../../other-project/bucket/secret', '/way-out/secret', '/dangling'].map((rest) => `obs://${bucket}${rest}`),
    )
    const { outcomes, end } = await openFiles(bucket, flink_version, [...outside, `obs://${bucket}`])
    for (const path of outside) {
      for (const verb of ['read', 'write', 'list']) {
        expect(outcomes).toMatch(new RegExp(`^${verb} ${path}: refused, obs://.* names no object: `, 'm'))
      }
    }
    expect(outcomes).toContain(`list obs://${bucket}: [obs://${bucket}/plain]`)
    expect(outcomes).toContain(`write obs://${bucket}: refused, obs://${bucket} is a folder`)
    expect(await readFile(secret, 'utf8')).toBe('untouched')
    await expect(readFile(join(service.folder, 'planted'))).rejects.toThrow('ENOENT')
    expect(end).toMatch(
      /obs:\/\/nowhere\/nothing does not exist.*There is no object obs:\/\/nowhere\/nothing in the project/,
    )
  })
})

/** Runs a program that tries to open each path and ends by one that is not there: what it was told, and its end. */
async function openFiles(name: string, flink_version: string, paths: string[]) {
  const file = join(service.folder, `${name}.txt`)
  const id = await service.createJob({
    ...{ name, flink_version, entrypoint: 'jobs.jar', main_class: 'headgate.test.OpenFiles' },
    entrypoint_args: `--paths "${paths.join('|')}" --last obs://nowhere/nothing --tell ${file}`,
  })
  await service.dli('POST', 'jobs/run', { job_ids: [id] })
  const { status_desc } = await service.until(id, 'job_running_exception', 'job_submit_fail')
  return { outcomes: await readFile(file, 'utf8'), end: status_desc }
}
