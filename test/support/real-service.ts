/** The whole service on real Flink, and a person with a token in front of it. */
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createAccess, type FirstCredentials } from '../../src/access/index.ts'
import { type App, startApp } from '../../src/app.ts'
import { type Config, type Environment, toConfig } from '../../src/config/config.ts'
import { readSealingKey } from '../../src/config/sealing-key.ts'
import { openDatabase } from '../../src/db/database.ts'
import { sqlite } from '../../src/db/dialects/sqlite.ts'
import { flinkHome } from '../../src/flink/installation.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { findJava } from '../../src/runtimes/java-home.ts'
import { createLocalProcessRuntime } from '../../src/runtimes/local-process/local-process-runtime.ts'
import { buildJava, JAVA_UNITS } from '../../tools/build-java.ts'
import { type Answer, signIn } from './client.ts'
import { eventually, pathsBelow, processesAbout } from './clusters.ts'
import { ROOT } from './source-files.ts'

export type { Answer } from './client.ts'

/** What a person with the administrator's token does with a service on real Flink. */
export type RealClient = Readonly<{
  /** Jobs can write into it, whatever user they have. */
  folder: string
  projectId: string
  /** Calls with the administrator's token. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Answer }>
  /** Calls below `/v1.0/{project}/streaming` and expects success. */
  dli(method: string, path: string, body?: unknown): Promise<Answer>
  detail(jobId: number): Promise<Answer>
  /** Newest first. */
  attempts(jobId: number): Promise<Answer[]>
  /** Waits for one of the statuses; any other resting status ends the wait with its description. */
  until(jobId: number, ...statuses: string[]): Promise<Answer>
  /** Stores a file and makes it a package without group. */
  upload(name: string, content: Uint8Array, kind?: string): Promise<void>
  /** Stores a text as an object of the project. */
  putObject(bucket: string, key: string, text: string): Promise<void>
  /** The texts of the objects whose keys begin so, by key. */
  objects(bucket: string, prefix: string): Promise<Map<string, string>>
  createJob(job: Record<string, unknown>): Promise<number>
  /** Deletes every job and waits until nothing of them runs. */
  deleteJobs(): Promise<void>
  /** Folders of the complete checkpoints of the job's newest attempt, newest first. */
  checkpoints(jobId: number): Promise<string[]>
  /** Processes that carry the folder in their command line or environment, but for those that wait for a job. */
  processes(): Promise<string[]>
}>

export type RealService = RealClient &
  Readonly<{
    app: () => App
    /** Stops the service as `kill -TERM` would and starts it again on the same folder. */
    restart(): Promise<void>
    /** A further project of the administrator, as seen with his token for it. Restarts the service. */
    addProject(name: string): Promise<RealClient>
    end(): Promise<void>
  }>

/** Enough for a cluster to start, also on a machine that is busy with others. */
export const STARTED_MS = 120_000

const RESTING = ['job_submit_fail', 'job_running_exception', 'job_cancel_success', 'job_finish', 'job_cancel_fail']

/** A folder for a service on real Flink, into which its jobs can write whatever user they have. */
export async function makeRealFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-e2e-'))
  await chmod(folder, 0o1777)
  return folder
}

/** Where the service keeps its data. */
export const dataIn = (folder: string, ...names: string[]) => join(folder, 'data', ...names)

/** Settings of a service on real Flink with small CUs, in a folder of its own. */
export function realEnvironment(folder: string): Environment {
  return {
    HEADGATE_DATA: dataIn(folder),
    HEADGATE_FLINK_DIR: join(ROOT, 'data', 'flink'),
    HEADGATE_PORT: '0',
    HEADGATE_CU_MEMORY: '1280M',
    HEADGATE_TRAIN_ARCHIVES: 'off',
    HEADGATE_WARM_SLOTS: '0',
    ...(process.env.JAVA_HOME ? { JAVA_HOME: process.env.JAVA_HOME } : {}),
  }
}

/** `withArchives`: use (and make, when missing) the class data archives of the installed versions; else none. */
export async function startRealService(
  environment: Environment = {},
  options: { withArchives?: boolean } = {},
): Promise<RealService> {
  const folder = await makeRealFolder()
  const { config: usual, secrets } = toConfig({ ...realEnvironment(folder), ...environment }, ROOT)
  const archives = options.withArchives ? usual.folders.archives : join(folder, 'no-archives')
  const config = { ...usual, folders: { ...usual.folders, archives } }
  if (options.withArchives) await trainArchives(config)
  const start = () => startApp(config, secrets, createLogger('silent'))
  let app = await start()
  const first = app.firstCredentials
  if (!first) throw new Error('an empty folder gives first credentials')
  const client = await connect(folder, first, () => app.url)
  return {
    ...client,
    app: () => app,
    async restart() {
      await app.stop()
      app = await start()
    },
    async addProject(name) {
      await app.stop()
      const projectId = await makeProject(config, name, first.userId)
      app = await start()
      return connect(folder, { ...first, projectId }, () => app.url)
    },
    async end() {
      await client.deleteJobs()
      await app.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * Signs in and makes a queue. `url` is asked for again with every call; `send` may be one that outlives a restart, and a
 * service in a process of its own is none of its jobs' processes.
 */
export async function connect(
  folder: string,
  first: FirstCredentials,
  url: () => string,
  { send = fetch, servicePid = () => process.pid }: { send?: typeof fetch; servicePid?: () => number } = {},
): Promise<RealClient> {
  const { projectId } = first
  const token = await signIn(url(), first)
  const call: RealClient['call'] = async (method, path, body) => {
    const raw = body instanceof Uint8Array
    const response = await send(`${url()}${path}`, {
      method,
      headers: { 'x-auth-token': token, 'content-type': raw ? 'application/octet-stream' : 'application/json' },
      ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }
  const must = async (method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const dli: RealClient['dli'] = (method, path, body) => must(method, `/v1.0/${projectId}/streaming/${path}`, body)
  const objectPath = (...parts: string[]) =>
    `/api/v1/${projectId}/objects/${parts
      .flatMap((part) => part.split('/'))
      .map(encodeURIComponent)
      .join('/')}`
  const detail: RealClient['detail'] = async (jobId) => (await dli('GET', `jobs/${jobId}`)).job_detail
  const processes = async () => {
    const waiting = (await Promise.all((await waitingSlots(folder)).map(processesAbout))).flat()
    const others = new Set([servicePid(), ...waiting.map((line) => Number.parseInt(line, 10))])
    return (await processesAbout(folder)).filter((line) => !others.has(Number.parseInt(line, 10)))
  }
  await must('POST', `/v1.0/${projectId}/queues`, {
    queue_name: 'q1',
    queue_type: 'general',
    resource_mode: 1,
    cu_count: 16,
  })
  const attempts: RealClient['attempts'] = async (jobId) =>
    (await must('GET', `/api/v1/${projectId}/jobs/${jobId}/attempts`)).attempts
  return {
    ...{ folder, projectId, call, dli, detail, attempts, processes },
    checkpoints: async (jobId) => checkpointsIn(dataIn(folder, 'objects'), (await attempts(jobId))[0].flink_job_id),
    until: async (jobId, ...statuses) => {
      const done = (job: Answer) => statuses.includes(job.status) || RESTING.includes(job.status)
      const job = await eventually(() => detail(jobId), done, STARTED_MS)
      if (!statuses.includes(job.status)) throw new Error(`job ${jobId} is ${job.status}: ${job.status_desc}`)
      return job
    },
    async upload(name, content, kind = 'jar') {
      await must('PUT', `/api/v1/${projectId}/objects/files/${encodeURIComponent(name)}`, content)
      await must('POST', `/v2.0/${projectId}/resources`, { paths: [`obs://files/${name}`], kind })
    },
    async putObject(bucket, key, text) {
      await must('PUT', objectPath(bucket, key), new TextEncoder().encode(text))
    },
    async objects(bucket, prefix) {
      const query = `prefix=${encodeURIComponent(prefix)}&limit=1000`
      const { status, body } = await call('GET', `${objectPath(bucket)}?${query}`)
      const texts = new Map<string, string>()
      for (const { key } of status === 200 ? body.objects : []) {
        const response = await send(`${url()}${objectPath(bucket, key)}`, { headers: { 'x-auth-token': token } })
        if (response.ok) texts.set(key, await response.text())
      }
      return texts
    },
    createJob: async (job) => {
      const body = { queue_name: 'q1', cu_number: 2, manager_cu_number: 1, parallel_number: 1, ...job }
      return (await dli('POST', 'flink-jobs', body)).job.job_id
    },
    async deleteJobs() {
      const { job_list: list } = await dli('GET', 'jobs?limit=100')
      for (const job of list.jobs) await dli('DELETE', `jobs/${job.job_id}`)
      await eventually(processes, (left) => left.length === 0)
    },
  }
}

async function checkpointsIn(objects: string, flinkJobId: string): Promise<string[]> {
  return (await pathsBelow(objects))
    .filter((path) => path.includes(flinkJobId) && path.endsWith('/_metadata'))
    .map((path) => join(objects, dirname(path)))
    .sort((a, b) => checkpointNumber(b) - checkpointNumber(a))
}

/** 0 where there is none. */
export function checkpointNumber(folder = ''): number {
  return Number(/chk-(\d+)$/u.exec(folder)?.[1] ?? 0)
}

/** Attempt ids of the warm slots: run folders without a job (warm/pool.ts). */
export async function waitingSlots(folder: string): Promise<string[]> {
  const runs = await readdir(dataIn(folder, 'runs')).catch(() => [])
  const names = await Promise.all(runs.map((run) => readdir(dataIn(folder, 'runs', run)).catch((): string[] => [])))
  return runs.filter((_, index) => names[index]?.includes('spec.json') === false)
}

/** While the service does not hold the database. */
async function makeProject(config: Config, name: string, userId: string): Promise<string> {
  const database = await openDatabase(sqlite(config.databaseFile))
  const sealingKey = await readSealingKey(config.sealingKeyFile)
  const access = createAccess({ database, clock: systemClock, ids: randomIds, sealingKey })
  const { id: projectId } = await access.createProject({ name })
  await access.addMember({ userId, projectId })
  await database.close()
  return projectId
}

export async function trainArchives(config: Pick<Config, 'folders' | 'javaHome'>): Promise<void> {
  const home = flinkHome(config.folders.flink)
  const runtime = createLocalProcessRuntime({
    runsFolder: config.folders.runs,
    archivesFolder: config.folders.archives,
    findFlink: (version) => home.find(version),
    listFlink: () => home.list(),
    java: await findJava(config.javaHome),
    clock: systemClock,
    logger: createLogger('silent'),
    memoryBudgetBytes: null,
    trainingUser: null,
    warmSlots: 0,
  })
  for (const { version } of await home.list()) await runtime.trainArchives(version)
  await runtime.close()
}

/** A jar of tools/build-java.ts, as bytes. */
export async function builtJar(name: string): Promise<Uint8Array> {
  return readFile(await builtJarPath(name))
}

export async function builtJarPath(name: string): Promise<string> {
  const unit = JAVA_UNITS.find((each) => each.name === name)
  if (!unit) throw new Error(`no Java unit ${name}`)
  const tools = { javaHome: process.env.JAVA_HOME ?? null, flinkFolder: join(ROOT, 'data', 'flink') }
  return buildJava(unit, tools)
}
