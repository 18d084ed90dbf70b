/**
 * What a request costs with many jobs, a tenth of them running on the simulator: list, detail, create and run over 1, 8 and
 * 32 connections, with a token and with an access key, on each database. Prints figures, judges nothing.
 *
 *     npm run bench -- api [sizes, such as 100,1000,10000] [databases: sqlite,postgres]
 */
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import PQueue from 'p-queue'
import pg from 'pg'
import { signIn } from '../test/support/client.ts'
import { EMPTY_JAR } from '../test/support/empty-jar.ts'
import { type PostgresServer, startPostgres } from '../test/support/postgres.ts'
import { milliseconds } from './support/figures.ts'
import { byKey, byToken, type Load, type LoadPlan, measureLoad, type Proof, type Wish } from './support/load.ts'
import { type MeasuredService, PERSON, startMeasuredService } from './support/measured-service.ts'

const SIZES = (process.argv[2] ?? '100,1000,10000').split(',').map(Number)
const DATABASES = (process.argv[3] ?? 'sqlite,postgres').split(',')
const CONNECTIONS = [1, 8, 32]
const READ_MS = 2000
/** In the first minute after many starts the service looks at each of them more often. */
const CALM_MS = 65_000
/** As many are created and then run; what they add is deleted again. */
const WRITES = 100
const JOBS = `/v1.0/${PERSON.projectId}/streaming/jobs`
const JOB = { queue_name: 'wide', entrypoint: 'obs://b1/app.jar', main_class: 'com.acme.Main', cu_number: 2 }

for (const database of DATABASES) await measureOn(database)
process.exit()

async function measureOn(database: string): Promise<void> {
  const postgres = database === 'postgres' ? await startPostgres() : null
  const service = await startMeasuredService({
    HEADGATE_MAX_DRAFTS: '100000',
    ...(postgres && { HEADGATE_DATABASE_URL: postgres.urlOf('postgres') }),
  })
  try {
    await prepare(service)
    for (const size of SIZES) await measureAt(service, postgres, size)
  } finally {
    await service.end()
    await postgres?.stop()
  }
}

async function prepare({ call }: MeasuredService): Promise<void> {
  await call('POST', '/v1.0/{p}/queues', {
    ...{ queue_name: 'wide', queue_type: 'general', resource_mode: 1, cu_count: 9600 },
  })
  await call('PUT', '/api/v1/{p}/objects/b1/app.jar', EMPTY_JAR)
}

async function measureAt(service: MeasuredService, postgres: PostgresServer | null, size: number): Promise<void> {
  const ids = await grow(service, size)
  if (postgres) await settle(postgres)
  const jobs = `${postgres ? 'postgres' : 'sqlite'}, ${size} jobs, ${size / 10} of them running`
  console.log(`\n${jobs}: memory ${await service.memoryMib()} MiB; load of the machine ${loadavg()[0]?.toFixed(1)}`)
  const proofs = { token: byToken(await signIn(service.url, PERSON)), 'AK/SK': byKey(service.key) }
  await sleep(CALM_MS)
  await measureTable('detail | a page of 100 | the same with details', proofs, service.url, (plan) =>
    measureReads(plan, ids),
  )
  await measureTable('create | run', proofs, service.url, (plan) => measureWrites(plan, service))
  console.log(`memory afterwards ${await service.memoryMib()} MiB`)
}

type Plan = Omit<LoadPlan, 'next'>

/** One row for each proof and number of connections. */
async function measureTable(
  columns: string,
  proofs: Readonly<Record<string, Proof>>,
  url: string,
  measure: (plan: Plan) => Promise<Load[]>,
): Promise<void> {
  console.log(`\n| proof | connections | ${columns} |`)
  console.log(`|---|---|${columns.replace(/[^|]+/g, '---')}|`)
  for (const [name, proof] of Object.entries(proofs)) {
    for (const connections of CONNECTIONS) {
      const loads = await measure({ url, proof, connections, ms: READ_MS })
      console.log(`| ${name} | ${connections} | ${loads.map(cell).join(' | ')} |`)
    }
  }
}

function cell({ p50Ms, p99Ms, perSecond }: Load): string {
  return `${milliseconds(p50Ms)} · ${milliseconds(p99Ms)} · ${Math.round(perSecond)}/s`
}

/** What a server does by itself within a minute; that of the tests does not. */
async function settle(postgres: PostgresServer): Promise<void> {
  const client = new pg.Client(postgres.urlOf('postgres'))
  await client.connect()
  await client.query('vacuum analyze')
  await client.end()
}

/** Jobs up to the size, a tenth of all running; answers the ids of all. */
async function grow({ call }: MeasuredService, size: number): Promise<number[]> {
  const { job_list: before } = await call('GET', `${JOBS}?limit=1`)
  const numbers = Array.from({ length: size - before.total_count }, (_, index) => before.total_count + index)
  const create = async (number: number) => {
    const job = { ...JOB, name: `job${number}`, tags: [{ key: 'team', value: `t${number % 50}` }] }
    return (await call('POST', '/v1.0/{p}/streaming/flink-jobs', job)).job.job_id as number
  }
  const made = await new PQueue({ concurrency: 8 }).addAll(numbers.map((number) => () => create(number)))
  const { job_list: running } = await call('GET', `${JOBS}?limit=1&status=job_running`)
  await call('POST', `${JOBS}/run`, { job_ids: made.slice(0, size / 10 - running.total_count) })
  await untilRunning(call, size / 10)
  return made
}

async function untilRunning(call: MeasuredService['call'], count: number): Promise<void> {
  while ((await call('GET', `${JOBS}?limit=1&status=job_running`)).job_list.total_count < count) await sleep(200)
}

async function measureReads(plan: Plan, ids: readonly number[]): Promise<Load[]> {
  const any = () => ids[Math.floor(Math.random() * ids.length)]
  const page = () => Math.floor(Math.random() * Math.ceil(ids.length / 100)) * 100
  const detail = await measureLoad({ ...plan, next: () => get(`${JOBS}/${any()}`) })
  const list = await measureLoad({ ...plan, next: () => get(`${JOBS}?limit=100&offset=${page()}`) })
  const full = await measureLoad({ ...plan, next: () => get(`${JOBS}?limit=100&show_detail=true&offset=${page()}`) })
  return [detail, list, full]
}

async function measureWrites(plan: Plan, { call }: MeasuredService): Promise<Load[]> {
  const created: number[] = []
  const create = await measureAll(plan, names(), (body) => created.push(JSON.parse(body).job.job_id))
  const runs = created.map((id) => ({ method: 'POST', path: `${JOBS}/run`, body: { job_ids: [id] } }))
  const run = await measureAll(plan, runs)
  await call('POST', `${JOBS}/delete`, { job_ids: created })
  return [create, run]
}

function get(path: string): Wish {
  return { method: 'GET', path }
}

function measureAll(plan: Plan, wishes: Wish[], seen: (body: string) => void = () => undefined) {
  const left = [...wishes]
  return measureLoad({ ...plan, ms: Number.POSITIVE_INFINITY, next: () => left.shift() ?? null, seen })
}

function names(): Wish[] {
  const path = `/v1.0/${PERSON.projectId}/streaming/flink-jobs`
  return Array.from({ length: WRITES }, (_, index) => ({
    method: 'POST',
    path,
    body: { ...JOB, name: `extra${index}` },
  }))
}
