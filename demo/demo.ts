/**
 * The documents' scenario, played over HTTP against a service of its own: create a queue, upload a package group, query
 * it, create a Flink Jar job, run it, read its detail (DLI: Creating and Submitting a Flink Job, dli_02_0310). Names and
 * values are the printed ones; the job is a small real one. Stays up until Ctrl-C, then stops what it started.
 *
 * Every run starts from an empty folder (data/demo); what an interrupted run left running is ended first.
 */

import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { startApp } from '../src/app.ts'
import { type Config, readEnvironment, toConfig } from '../src/config/config.ts'
import { openDatabase } from '../src/db/database.ts'
import { sqlite } from '../src/db/dialects/sqlite.ts'
import { messageOf } from '../src/lib/errors.ts'
import { createLogger } from '../src/lib/logger.ts'
import { printTimeline } from './timeline.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
/** The project of the documents' examples. */
const PROJECT_ID = '48cc2c48765f481480c7db940d6409d1'
const BUCKET = 'bucketName'
const RUNNING_WITHIN_MS = 300_000
const WARM_WITHIN_MS = 60_000

const print = (line = '') => void process.stdout.write(`${line}\n`)
const dim = (text: string) => styleText('dim', text)
const bold = (text: string) => styleText('bold', text)

class Interrupted extends Error {}

async function main(): Promise<void> {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => interrupted.abort(new Interrupted()))
  }
  const config = await demoConfig()
  await emptyFolder(config)
  const log = createWriteStream(join(config.folders.data, 'headgate.log'))
  const app = await startApp(
    config,
    { adminPassword: null, databaseUrl: null, accessKey: null },
    createLogger(config.logLevel, log),
  )
  const first = app.firstCredentials
  if (!first) throw new Error('the demo folder was not empty')
  print(`${bold('Headgate')} is up on ${app.url} ${dim(`(its log: ${join(config.folders.data, 'headgate.log')})`)}`)
  print(
    dim(`user ${first.userName}, password ${first.password}, account ${first.domainName}, project ${first.projectId}`),
  )
  const call = caller(app.url)
  let jobIds: number[] = []
  try {
    await signIn(call, first)
    await prepare(call)
    jobIds = [await createJob(call)]
    await runJob(call, jobIds, interrupted.signal)
    if (config.warmSlots > 0) await runAgainWarm(call, jobIds, interrupted.signal)
    describeNextSteps(app.url, call, jobIds[0] ?? 0)
    await new Promise((_resolve, reject) => {
      interrupted.signal.throwIfAborted()
      interrupted.signal.addEventListener('abort', () => reject(interrupted.signal.reason))
      setInterval(() => undefined, 60_000)
    })
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
  } finally {
    await tidyUp(call, jobIds).catch((error: unknown) => print(`stopping the job failed: ${messageOf(error)}`))
    await app.stop()
    print('Everything the demo started is stopped.')
  }
  process.exit()
}

async function demoConfig(): Promise<Config> {
  const environment = readEnvironment(process.env)
  const { config: usual } = toConfig(environment, ROOT)
  const port = await freePort(usual.http.host, usual.http.port)
  return toConfig(
    {
      ...environment,
      HEADGATE_DATA: join(usual.folders.data, 'demo'),
      HEADGATE_FLINK_DIR: usual.folders.flink,
      HEADGATE_PROJECT_ID: PROJECT_ID,
      HEADGATE_PORT: String(port),
    },
    ROOT,
  ).config
}

/** The wanted port, or a free one when somebody has it. */
async function freePort(host: string, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', () => (wanted === 0 ? reject(new Error('no port is free')) : resolve(freePort(host, 0))))
    server.listen(wanted, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : wanted))
    })
  })
}

/** Everything but the runs: by those the service finds and ends what an interrupted demo left running. */
async function emptyFolder(config: Config): Promise<void> {
  await mkdir(config.folders.data, { recursive: true, mode: 0o700 })
  await assertNobodyIsThere(config)
  for (const name of await readdir(config.folders.data)) {
    if (name !== 'runs' && name !== 'archives')
      await rm(join(config.folders.data, name), { recursive: true, force: true })
  }
}

/** Another demo holds its database; whoever opens it then is refused. */
async function assertNobodyIsThere(config: Config): Promise<void> {
  const quirks = sqlite(config.databaseFile)
  try {
    await (await openDatabase(quirks)).close()
  } catch (error) {
    if (/Another Headgate/u.test(messageOf(error)))
      throw new Error('Another demo is running in this folder. End it first.')
  }
}

type Call = {
  (method: string, path: string, body?: unknown): Promise<{ status: number; body: Answer; headers: Headers }>
  token: string
}
// The answers are read as a person would read them; their types are proved elsewhere.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Answer = any

function caller(url: string): Call {
  const call = async (method: string, path: string, body?: unknown) => {
    const isFile = body instanceof Uint8Array
    const startedAt = performance.now()
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': isFile ? 'application/octet-stream' : 'application/json' }),
        ...(call.token ? { 'x-auth-token': call.token } : {}),
      },
      ...(body === undefined ? {} : { body: isFile ? Buffer.from(body) : JSON.stringify(body) }),
    })
    const text = await response.text()
    const ms = Math.round(performance.now() - startedAt)
    const answer = text === '' ? null : JSON.parse(text)
    if (!quiet(method, path)) {
      print(`${styleText('cyan', method.padEnd(4))} ${path} ${dim(`→ ${response.status}, ${ms} ms`)}`)
    }
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return { status: response.status, body: answer as Answer, headers: response.headers }
  }
  call.token = ''
  return call
}

/** Polling would fill the screen. */
function quiet(method: string, path: string): boolean {
  return method === 'GET' && (/\/streaming\/jobs\/\d+$/u.test(path) || path.startsWith('/api/v1'))
}

const say = (text: string) => print(`     ${text}`)

async function signIn(call: Call, first: { domainName: string; userName: string; password: string }): Promise<void> {
  const { headers } = await call('POST', '/v3/auth/tokens', {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: first.userName, password: first.password, domain: { name: first.domainName } } },
      },
      scope: { project: { id: PROJECT_ID } },
    },
  })
  call.token = headers.get('x-subject-token') ?? ''
  say('signed in; the token goes into X-Auth-Token of every call')
}

async function prepare(call: Call): Promise<void> {
  const queue = { queue_name: 'testQueue', queue_type: 'general', resource_mode: 1, cu_count: 16, charging_mode: 1 }
  const made = await call('POST', `/v1.0/${PROJECT_ID}/queues`, queue)
  say(`dedicated queue ${made.body.queue_name} with ${queue.cu_count} CUs`)

  const folders: Record<string, string> = { jar: join(ROOT, 'build/demo'), csv: join(ROOT, 'demo/files') }
  for (const name of ['javaQueueStream.jar', 'test.jar', 'test1.jar', 'test.csv', 'test1.csv']) {
    const folder = folders[name.split('.').at(-1) ?? ''] ?? ''
    await call('PUT', `/api/v1/${PROJECT_ID}/objects/${BUCKET}/demo/${name}`, await readFile(join(folder, name)))
  }
  await upload(call, 'jar', null, ['javaQueueStream.jar'])
  await upload(call, 'jar', 'myGroup', ['test.jar', 'test1.jar'])
  await upload(call, 'file', 'myGroup', ['test.csv', 'test1.csv'])
  const checked = await call('GET', `/v2.0/${PROJECT_ID}/resources/test1.jar?group=myGroup`)
  say(`${checked.body.resource_name} is ${checked.body.status}`)
}

async function upload(call: Call, kind: string, group: string | null, names: string[]): Promise<void> {
  const paths = names.map((name) => `https://${BUCKET}.obs.region.example.com/demo/${name}`)
  const { body } = await call('POST', `/v2.0/${PROJECT_ID}/resources`, { paths, kind, ...(group ? { group } : {}) })
  say(`${group ?? 'without group'}: ${(body.resources ?? body.resource_names).join(', ')} ${body.status}`)
}

/** The request of the documents, as printed. */
async function createJob(call: Call): Promise<number> {
  const { body } = await call('POST', `/v1.0/${PROJECT_ID}/streaming/flink-jobs`, {
    name: 'test',
    desc: 'job for test',
    queue_name: 'testQueue',
    manager_cu_number: 1,
    cu_number: 2,
    parallel_number: 1,
    tm_cus: 1,
    tm_slot_num: 1,
    log_enabled: true,
    obs_bucket: BUCKET,
    smn_topic: 'topic',
    main_class: 'org.apache.flink.examples.streaming.JavaQueueStream',
    restart_when_exception: false,
    entrypoint: 'javaQueueStream.jar',
    entrypoint_args: '-windowSize 2000 -rate3',
    dependency_jars: ['myGroup/test.jar', 'myGroup/test1.jar'],
    dependency_files: ['myGroup/test.csv', 'myGroup/test1.csv'],
  })
  say(`job ${body.job.job_id} is ${body.job.status_name}`)
  return body.job.job_id
}

async function runJob(call: Call, jobIds: number[], interrupted: AbortSignal): Promise<void> {
  const { body } = await call('POST', `/v1.0/${PROJECT_ID}/streaming/jobs/run`, {
    job_ids: jobIds,
    resume_savepoint: true,
  })
  for (const item of body) say(item.message)
  const [id] = jobIds
  const detail = await until(
    call,
    `/v1.0/${PROJECT_ID}/streaming/jobs/${id}`,
    interrupted,
    ({ job_detail: job }: Answer) => {
      if (['job_submit_fail', 'job_running_exception', 'job_finish'].includes(job.status)) {
        throw new Error(`the job is ${job.status}: ${job.status_desc}`)
      }
      return job.status === 'job_running'
    },
  )
  print(
    `${styleText('green', bold('job_running'))}: job ${id} runs on real Flink, ${detail.job_detail.job_config.executor_number} TaskManager`,
  )
  const attempts = await until(call, `/api/v1/${PROJECT_ID}/jobs/${id}/attempts`, interrupted, (answer: Answer) =>
    answer.attempts[0]?.timeline.some((step: { step: string }) => step.step === 'firstCheckpoint'),
  )
  printTimeline(attempts.attempts[0], print)
}

/** The everyday case: by then JVMs wait for a job like the last one. */
async function runAgainWarm(call: Call, jobIds: number[], interrupted: AbortSignal): Promise<void> {
  print()
  say('the same once more, from a savepoint, when JVMs wait for it')
  await call('POST', `/v1.0/${PROJECT_ID}/streaming/jobs/stop`, { job_ids: jobIds, trigger_savepoint: true })
  const path = `/v1.0/${PROJECT_ID}/streaming/jobs/${jobIds[0]}`
  await until(call, path, interrupted, ({ job_detail: job }: Answer) => job.status === 'job_cancel_success')
  const limit = AbortSignal.any([interrupted, AbortSignal.timeout(WARM_WITHIN_MS)])
  await until(call, '/api/v1/health', limit, ({ checks }: Answer) => !checks.warmSlots.text.startsWith('0 ')).catch(
    () => {
      interrupted.throwIfAborted()
      say('none is warm yet; starting cold')
    },
  )
  await runJob(call, jobIds, interrupted)
}

async function until(
  call: Call,
  path: string,
  interrupted: AbortSignal,
  done: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = Date.now() + RUNNING_WITHIN_MS
  while (true) {
    const { body } = await call('GET', path)
    if (done(body)) return body
    if (Date.now() > deadline)
      throw new Error(`${path} did not get there within ${RUNNING_WITHIN_MS / 1000} s: ${JSON.stringify(body)}`)
    await pause(200, undefined, { signal: interrupted })
  }
}

function describeNextSteps(url: string, call: Call, id: number): void {
  print()
  print('Look around with curl:')
  print(dim(`  export TOKEN=${call.token}`))
  for (const path of [
    `/v1.0/${PROJECT_ID}/streaming/jobs/${id}`,
    `/v1.0/${PROJECT_ID}/streaming/jobs`,
    `/api/v1/${PROJECT_ID}/jobs/${id}/events`,
    `/api/v1/${PROJECT_ID}/jobs/${id}/attempts`,
  ]) {
    print(`  curl -H "X-Auth-Token: $TOKEN" ${url}${path}`)
  }
  print()
  print('Ctrl-C stops the job and the service.')
}

async function tidyUp(call: Call, jobIds: number[]): Promise<void> {
  if (jobIds.length === 0) return
  print('\nStopping …')
  for (const id of jobIds) await call('DELETE', `/v1.0/${PROJECT_ID}/streaming/jobs/${id}`)
  await until(call, '/api/v1/health', new AbortController().signal, (health: Answer) =>
    String(health.checks?.reconciler?.text ?? '').startsWith('0 jobs'),
  )
}

await main().catch((error: unknown) => {
  process.stderr.write(`demo: ${messageOf(error)}\n`)
  process.exitCode = 1
})
