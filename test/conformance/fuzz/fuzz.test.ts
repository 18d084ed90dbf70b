/** A fuzzer before the whole service: each operation of the OpenAPI document, with requests good and bad, from a fixed seed. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hasPython, pythonFolder } from '../../../tools/python-packages.mjs'
import {
  addUser,
  type Client,
  createJob,
  prepareJobs,
  RUNNABLE,
  runJob,
  signedIn,
  startWorld,
  type World,
} from '../../acceptance/world.ts'
import { ROOT } from '../../support/source-files.ts'

const isHere = hasPython('fuzzer')
if (!isHere && process.env.CI === 'true') throw new Error('the fuzzer is not installed: run npm test')

const SEED = 5
/** It ends by itself well before, and never outlives the test. */
const LIMIT_MS = 240_000
const ADMINISTRATION = 'Administration'
const EXAMPLES_PER_OPERATION = 10
/** The examples of the document, each limit from both sides, and then what nobody thought of. */
const PHASES = ['examples', 'coverage', 'fuzzing']
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
]
/** Many, as requests that delete them come, too. */
const THINGS = 30

let world: World
let folder: string

/** What is there for requests to meet, by the names of the parameters. */
let things: Record<string, readonly (string | number)[]>

beforeAll(async () => {
  if (!isHere) return
  world = await startWorld()
  folder = await mkdtemp(join(tmpdir(), 'headgate-fuzz-'))
  things = await furnish(world)
})

afterAll(async () => {
  await world?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

it.skipIf(!isHere)('no request brings an answer that the document does not allow', async () => {
  const fuzzer = await administrator(world, 'fuzzer')
  const { failed, output } = await fuzz(fuzzer, ['--exclude-tag', ADMINISTRATION])
  expect(failed, output.slice(0, 20_000)).toBe(false)
  expect((await fuzzer.send('GET', '/v3/projects')).status, 'its token was good to the end').toBe(200)
})

/** Apart, as these may also end the user that sends them. */
it.skipIf(!isHere)('nor does one of the administration', async () => {
  const fuzzer = await administrator(world, 'fuzzing_administrator')
  const { failed, output } = await fuzz(fuzzer, ['--include-tag', ADMINISTRATION])
  expect(failed, output.slice(0, 20_000)).toBe(false)
})

async function administrator({ baseUrl, service }: World, userName: string): Promise<Client> {
  const { domainName, projectId } = service
  const password = 'a password of theirs'
  const user = await service.app.access.createUser({ name: userName, password, isAdmin: true })
  await service.app.access.addMember({ userId: user.id, projectId, role: 'admin' })
  return signedIn(baseUrl, { userName, password, domainName, projectId })
}

async function furnish(at: World) {
  await prepareJobs(at)
  const jobs = [await runJob(at, { name: 'running' }), await createJob(at, { name: 'empty' })]
  const named = (name: string) => Array.from({ length: THINGS }, (_, index) => `${name}_${index}`)
  for (const name of named('job'))
    jobs.push(await createJob(at, { ...RUNNABLE, name, tags: [{ key: 'k', value: 'v' }] }))
  const { send } = at
  const sql = { queue_name: 'q1', run_mode: 'exclusive_cluster', sql_body: 'select 1' }
  await send('POST', '/v1.0/{p}/streaming/sql-jobs', { ...sql, name: 'sql' })
  for (const queue_name of named('queue')) await send('POST', '/v1.0/{p}/queues', { queue_name, cu_count: 16 })
  for (const name of named('template')) await send('POST', '/v1.0/{p}/streaming/job-templates', { name })
  for (const var_name of named('variable')) await send('POST', '/v1.0/{p}/variables', { var_name, var_value: 'v' })
  for (const group of named('group'))
    await send('POST', '/v2.0/{p}/resources/jars', { paths: ['obs://b1/app.jar'], group })
  for (const name of named('user')) await addUser(at, name)
  return {
    jobs: jobs.map(String),
    numbers: jobs,
    queues: named('queue'),
    templates: Array.from({ length: THINGS }, (_, index) => String(index + 1)),
    variables: named('variable'),
    packages: ['app.jar'],
    groups: named('group'),
    users: named('user'),
    kinds: ['dli_flink_job', 'dli_queue', 'dli_package_resource'],
    buckets: ['b1'],
    keys: ['app.jar', 'new'],
  }
}

async function fuzz({ token }: Client, operations: string[]): Promise<{ failed: boolean; output: string }> {
  const configFile = join(folder, 'schemathesis.toml')
  await writeFile(configFile, settings(world.projectId))
  const program =
    'import sys; sys.path.insert(0, sys.argv.pop(1)); from schemathesis.cli import schemathesis; schemathesis()'
  const given = ['--config-file', configFile, 'run', join(ROOT, 'api/openapi.json'), '--url', world.baseUrl]
  const bounds = ['--seed', String(SEED), '--max-examples', String(EXAMPLES_PER_OPERATION), '--phases', PHASES.join()]
  const rest = ['--checks', CHECKS.join(), '--header', `X-Auth-Token: ${token}`, '--no-color']
  const run = promisify(execFile)(
    'python3',
    ['-I', '-c', program, pythonFolder('fuzzer'), ...given, ...bounds, ...rest, ...operations],
    {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
      timeout: LIMIT_MS,
    },
  )
  return run.then(
    ({ stdout }) => ({ failed: false, output: stdout }),
    (error: { stdout?: string; stderr?: string }) => ({ failed: true, output: `${error.stdout}\n${error.stderr}` }),
  )
}

/** Parameters that mostly name something that is there. */
const MET = {
  ...{
    'path.job_id': 'jobs',
    'body.job_ids[*]': 'numbers',
    'body.job_selected[*]': 'numbers',
    'path.resource_id': 'jobs',
  },
  ...{ 'path.queue_name': 'queues', 'body.queue_name': 'queues', 'query.queue_name': 'queues' },
  ...{ 'path.template_id': 'templates', 'path.var_name': 'variables', 'path.resource_name': 'packages' },
  ...{ 'query.group': 'groups', 'body.group': 'groups' },
  ...{ 'path.resource_type': 'kinds', 'path.user_name': 'users', 'body.user_name': 'users' },
  ...{ 'path.bucket': 'buckets', 'path.key': 'keys' },
}
const OFTEN = 0.7

/** The fuzzer's configuration, as TOML; strings and lists of JSON are strings and lists of TOML. */
function settings(projectId: string): string {
  const met = Object.entries(MET).map(
    ([name, thing]) => `"${name}" = { dictionary = "${thing}", probability = ${OFTEN} }`,
  )
  return [
    'generation.deterministic = true',
    'generation.database = "none"',
    '[dictionaries]',
    ...Object.entries(things).map(([name, values]) => `${name} = { values = ${JSON.stringify(values)} }`),
    '[parameters]',
    `"path.project_id" = "${projectId}"`,
    ...met,
  ].join('\n')
}
