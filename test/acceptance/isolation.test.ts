import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signRequest } from '../../src/access/index.ts'
import { DLI_OPERATIONS } from '../../src/http/dli/operations.ts'
import {
  addUser,
  type Client,
  codeOf,
  createJob,
  prepareJobs,
  putObject,
  type Reply,
  type RequestHeaders,
  sendPlain,
  startWorld,
  type World,
} from './world.ts'

/** Every operation against everybody who must be refused. What is expected is written here by hand, operation by operation. */
const OPERATIONS = DLI_OPERATIONS.filter(({ path }) => path.includes(':project_id'))

/** What every member may do; lists show him what he may see. An operation that is not named is about things of others. */
const OF_MEMBERS: readonly string[] = [
  ...['createFlinkJarJob', 'createFlinkSqlJob', 'listFlinkJobs', 'importFlinkJobs', 'registerBucket'],
  ...['createFlinkSqlJobTemplate', 'listFlinkSqlJobTemplates', 'updateFlinkSqlJobTemplate'],
  ...['deleteFlinkSqlJobTemplate', 'showDliAgency'],
  ...['createIefMessageChannel', 'changeFlinkJobStatusReport', 'runIefJobActionCallBack', 'createIefSystemEvents'],
  ...['createGlobalVariable', 'listGlobalVariables', 'updateGlobalVariable', 'deleteGlobalVariable'],
  ...['listResourceTags', 'listResourcesByTags', 'countResourcesByTags', 'showQuota'],
  ...['listQueues', 'listElasticResourcePools', 'listElasticResourcePoolQueues', 'listElasticResourcePoolScaleRecords'],
  ...['listJobResources', 'publishMessage', 'createTopic', 'listTopics', 'addSubscription'],
  ...['listSubscriptionsByTopic'],
]

const JOBS_PATH = /^\/(v1\.0|v3)\/:project_id\/streaming\//

let world: World
let offsetMs = -25 * 3_600_000
let member: Client
let stranger: Client
let jobId: number
const tokens = { expired: '', disabled: '' }
let disabledKey: { ak: string; sk: string }

beforeAll(async () => {
  world = await startWorld({ overrides: { clock: { now: () => new Date(Date.now() + offsetMs) } } })
  tokens.expired = world.token
  offsetMs = 0
  const { access } = world.service.app
  world = { ...world, ...(await addUser(world, 'root', 'admin')) }
  await prepareJobs(world)
  await putObject(world, 'b1/g.jar', 'x')
  await world.call('uploadJobResources', 'POST', '/v2.0/{p}/resources', {
    paths: ['obs://b1/g.jar'],
    kind: 'jar',
    group: 'g',
  })
  jobId = await createJob(world, { name: 'theirs' })
  member = await addUser(world, 'member')
  const elsewhere = await access.createProject({ name: 'elsewhere' })
  stranger = await addUser(world, 'stranger', 'admin', elsewhere.id)
  const gone = await addUser(world, 'gone', 'admin')
  disabledKey = await access.createAccessKey(gone.userId)
  tokens.disabled = gone.token
  await access.administration.changeUser('gone', { enabled: false })
})

afterAll(() => world.stop())

type Operation = (typeof OPERATIONS)[number]

/** Holds what the bodies of all operations name; fields that an operation does not know do no harm. */
const bodyFor = (job: number, queue = 'q1', group = 'g') => ({
  ...{ job_ids: [job], job_selected: [job], is_selected: true, obs_dir: 'b1/out', zip_file: 'b1/none.zip' },
  ...{ paths: ['obs://b1/g.jar'], kind: 'jar', group, group_name: group, resource_name: 'g.jar', new_owner: 'member' },
  ...{ queue_name: queue, user_name: 'member', action: 'grant', tags: [{ key: 'k', value: 'v' }], keys: ['k'] },
  ...{ properties: { k: 1 }, cidr_in_vpc: '10.1.0.0/18', address: '127.0.0.1:1', savepoint_path: 'b1/none' },
})

const bodyOf = (operation: Operation, ...names: Parameters<typeof bodyFor>) => {
  const body = bodyFor(...names)
  if (operation.id === 'registerAuthorizedQueue') return { ...body, privileges: ['RESTART'] }
  if (operation.number <= 32 && operation.number >= 31)
    return { ...body, privileges: [{ object: `jobs.flink.${names[0]}`, privileges: ['GET'] }] }
  return operation.id === 'runQueueAction' ? { ...body, action: 'restart' } : body
}

/** The place with names filled in; `/v3/…/dli_flink_job/7/tags` stands for all kinds of things with tags. */
function urlOf({ id, path }: Operation, projectId: string, job = jobId, queue = 'q1', group = 'g'): string {
  const names: Readonly<Record<string, string>> = {
    project_id: projectId,
    job_id: String(job),
    queue_name: queue,
    resource_name: 'g.jar',
    resource_type: 'dli_flink_job',
    resource_id: String(job),
  }
  const query =
    id === 'listAuthorizationPrivileges'
      ? `?object=jobs.flink.${job}`
      : path.endsWith(':resource_name')
        ? `?group=${group}`
        : ''
  return path.replaceAll(/:(\w+)/g, (_, name: string) => names[name] ?? '1') + query
}

function send(operation: Operation, headers: RequestHeaders, projectId = world.projectId): Promise<Reply> {
  const body = operation.method === 'GET' ? undefined : bodyOf(operation, jobId)
  return sendPlain(operation.method, world.baseUrl + urlOf(operation, projectId), body, headers)
}

function signed(operation: Operation, key: { ak: string; sk: string }): Promise<Reply> {
  const url = new URL(world.baseUrl + urlOf(operation, world.projectId))
  const body = operation.method === 'GET' ? '' : JSON.stringify(bodyOf(operation, jobId))
  const headers = { 'x-sdk-date': new Date().toISOString().replace(/[-:]|\.\d{3}/g, '') }
  const { pathname: rawPath, search } = url
  const request = { method: operation.method, rawPath, rawQuery: search.slice(1), headers, body: Buffer.from(body) }
  const authorization = signRequest(request, key, ['x-sdk-date'])
  return sendPlain(operation.method, url.href, body === '' ? undefined : body, { ...headers, authorization })
}

const refusalOf = (reply: Reply) => `${reply.status} ${codeOf(reply, reply.status)}`
const isRefused = (reply: Reply) => /DLI\.(10005|0003)"/.test(reply.text)

describe.each(OPERATIONS.map((operation) => [operation.id, operation] as const))('%s', (id, operation) => {
  it('is refused to who is not let in, before anything else is said', async () => {
    expect(refusalOf(await send(operation, {}))).toBe('401 DLI.0013')
    expect(refusalOf(await send(operation, { 'x-auth-token': 'wrong' }))).toBe('401 DLI.0013')
    for (const token of Object.values(tokens))
      expect(refusalOf(await send(operation, { 'x-auth-token': token }))).toBe('401 DLI.0013')
    expect(refusalOf(await signed(operation, disabledKey))).toBe('401 APIGW.0301')
  })

  it('is refused with the token of another project, which looks like one that does not exist', async () => {
    expect(refusalOf(await send(operation, { 'x-auth-token': stranger.token }))).toBe('400 DLI.10006')
    const ids = [stranger.projectId, 'f'.repeat(32)]
    const [other, none] = await Promise.all(ids.map((it) => send(operation, { 'x-auth-token': world.token }, it)))
    expect(other?.text.replace(ids[0] ?? '', 'ID')).toBe(none?.text.replace(ids[1] ?? '', 'ID'))
    expect(other?.status).toBe(none?.status)
  })

  it('is refused to a member who was given nothing, unless it is about nobody’s things', async () => {
    const reply = await send(operation, { 'x-auth-token': member.token })
    if (OF_MEMBERS.includes(id)) return expect([reply.status, isRefused(reply)]).toEqual([reply.status, false])
    expect(refusalOf(reply)).toBe(JOBS_PATH.test(operation.path) ? '400 DLI.10005' : '403 DLI.0003')
  })
})

describe('the administration of the service', () => {
  const { paths } = JSON.parse(readFileSync(join(import.meta.dirname, '../../api/openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, { operationId: string; tags: string[] }>>
  }
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { operationId, tags }]) =>
      tags.includes('Administration') ? [[operationId, method.toUpperCase(), path] as const] : [],
    ),
  )

  it.each(calls)(
    '%s is refused to administrators of projects, before anything of it is judged',
    async (_id, ...call) => {
      const [method, path] = call
      const reply = await world.send(method, path.replaceAll(/\{\w+\}/g, 'nobody'), method === 'GET' ? undefined : {})
      expect(refusalOf(reply)).toBe('403 DLI.0003')
    },
  )
})

describe('what belongs to another project', () => {
  it('cannot be told from what does not exist, whatever is asked of it', async () => {
    await stranger.call('createQueue', 'POST', '/v1.0/{p}/queues', { queue_name: 'far', cu_count: 16 })
    await putObject(stranger, 'b1/g.jar', 'x')
    const upload = { paths: ['obs://b1/g.jar'], kind: 'jar', group: 'far' }
    await stranger.call('uploadJobResources', 'POST', '/v2.0/{p}/resources', upload)
    const far = await createJob(stranger, { name: 'far' })
    const about = OPERATIONS.filter(({ id, path }) => !OF_MEMBERS.includes(id) && !/jars|pyfiles|files/.test(path))
    for (const operation of about.filter(({ id }) => id !== 'createQueue' && id !== 'uploadJobResources')) {
      for (const { token } of [member, world]) {
        const ask = async (job: number, name: string) => {
          const url = world.baseUrl + urlOf(operation, world.projectId, job, name, name)
          const body = operation.method === 'GET' ? undefined : bodyOf(operation, job, name, name)
          const reply = await sendPlain(operation.method, url, body, { 'x-auth-token': token })
          const anyJob = new RegExp(`(?<![\\d.])${job}(?!\\d)`, 'g')
          return `${reply.status} ${reply.text.replaceAll(anyJob, 'ID').replaceAll(name, 'NAME')}`
        }
        expect([operation.id, await ask(far, 'far')]).toEqual([operation.id, await ask(999_999, 'nil')])
      }
    }
  })
})
