import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMPTY_JAR } from '../support/empty-jar.ts'
import type { WireName } from '../support/wire-types.ts'
import {
  addUser,
  type Client,
  codeOf,
  createJob,
  messageOf,
  prepareJobs,
  putObject,
  RUNNABLE,
  readJob,
  startWorld,
  type World,
  waitForStatus,
} from './world.ts'

let world: World
/** alice owns things, bob is given rights, carol is given none. */
let alice: Client
let bob: Client
let carol: Client

beforeAll(async () => {
  world = await startWorld()
  await prepareJobs(world)
  alice = await addUser(world, 'alice')
  bob = await addUser(world, 'bob')
  carol = await addUser(world, 'carol')
})

afterAll(() => world.stop())

const JOBS = '/v1.0/{p}/streaming/jobs'
const PACKAGES = '/v2.0/{p}/resources'
const ONE = [{ is_success: 'true', message: expect.any(String) }]

let count = 0
const newJob = (owner: Client = alice) => createJob(owner, { ...RUNNABLE, name: `job${++count}` })

/** One wish about rights on one object. */
const wish = (action: string, object: string, privileges: string[], user = 'bob') => ({
  user_name: user,
  action,
  privileges: [{ object, privileges }],
})

const change = (by: Client, ...wanted: Parameters<typeof wish>) =>
  by.send('PUT', '/v1.0/{p}/user-authorization', wish(...wanted))

const give = async (object: string, ...privileges: string[]) =>
  world.call('runAuthorizationAction', 'PUT', '/v1.0/{p}/user-authorization', wish('grant', object, privileges))

type Listing = { count: number; object_name: string; object_type: string; privileges: Entry[] }
type Entry = { user_name: string; is_admin: boolean; privileges: string[] }

const privilegesOf = (by: Client, object: string, query = '') => {
  const path = `/v1.0/{p}/authorization/privileges?object=${encodeURIComponent(object)}${query}`
  return by.call<Listing>('listAuthorizationPrivileges', 'GET', path)
}

const rightsOfBob = async (object: string) =>
  (await privilegesOf(world, object)).privileges.find(({ user_name }) => user_name === 'bob')?.privileges ?? []

describe('the rights on a job', () => {
  const TAGS = { tags: [{ key: 'k', value: 'v' }] }
  /** What is wrong otherwise is said only to who might: the job never ran, is no SQL job, and there is no such state. */
  const verbs: [string, string, (id: number) => Parameters<Client['send']>, passed?: number | string][] = [
    ['GET', 'showFlinkJob', (id) => ['GET', `${JOBS}/${id}`]],
    ['GET', 'listJobEvents', (id) => ['GET', `/api/v1/{p}/jobs/${id}/events`]],
    ['UPDATE', 'updateFlinkJarJob', (id) => ['PUT', `/v1.0/{p}/streaming/flink-jobs/${id}`, { desc: 'new' }]],
    ['DELETE', 'deleteFlinkJob', (id) => ['DELETE', `${JOBS}/${id}`]],
    ['DELETE', 'batchDeleteFlinkJobs', (id) => ['POST', `${JOBS}/delete`, { job_ids: [id] }]],
    ['START', 'batchRunFlinkJobs', (id) => ['POST', `${JOBS}/run`, { job_ids: [id] }]],
    ['STOP', 'batchStopFlinkJobs', (id) => ['POST', `${JOBS}/stop`, { job_ids: [id] }], 'DLI.15002'],
    ['STOP', 'stopFlinkJob', (id) => ['POST', `${JOBS}/${id}/stop`], 'DLI.15002'],
    ['GET', 'showFlinkJobExecutionGraph', (id) => ['GET', `${JOBS}/${id}/execute-graph`], 'DLI.14001'],
    ['GET', 'showFlinkMetric', (id) => ['POST', `${JOBS}/metrics`, { job_ids: [id] }]],
    ['GET', 'showFlinkMetric, by zeros and', (id) => ['POST', `${JOBS}/metrics`, { job_ids: [padded(id)] }]],
    [
      'UPDATE',
      'updateFlinkSqlJob',
      (id) => ['PUT', `/v1.0/{p}/streaming/sql-jobs/${id}`, { desc: 'new' }],
      'DLI.12002',
    ],
    ['UPDATE', 'importFlinkJobSavepoint', (id) => ['POST', `${JOBS}/${id}/import-savepoint`, NO_STATE], 'DLI.13017'],
    ['EXPORT', 'exportFlinkJobs', (id) => ['POST', `${JOBS}/export`, { ...SELECTED, job_selected: [id] }]],
    [
      'EXPORT',
      'exportFlinkJobs, by zeros and',
      (id) => ['POST', `${JOBS}/export`, { ...SELECTED, job_selected: [padded(id)] }],
    ],
    ['UPDATE', 'batchCreateResourceTags', (id) => ['POST', `/v3/{p}/dli_flink_job/${id}/tags/create`, TAGS], 204],
    ['UPDATE', 'batchDeleteResourceTags', (id) => ['POST', `/v3/{p}/dli_flink_job/${id}/tags/delete`, TAGS], 204],
    ['GET', 'showResourceTags', (id) => ['GET', `/v3/{p}/dli_flink_job/${id}/tags`]],
  ]
  const SELECTED = { obs_dir: 'b2/out', is_selected: true }
  const NO_STATE = { savepoint_path: 'b1/no/such/state' }
  const padded = (id: number) => String(id).padStart(16, '0')
  const isGeneral = (operation: string) => /Tags$|^listJobEvents$/.test(operation)

  it.each(verbs)('%s lets %s pass, and nothing else does', async (verb, operation, request, passed = 200) => {
    const id = await newJob()
    const others = ['GET', 'UPDATE', 'DELETE', 'START', 'STOP', 'EXPORT', 'SHOW_PRIVILEGES'].filter((it) => it !== verb)
    await give(`jobs.flink.${id}`, ...others)
    const refused = await bob.send(...request(id))
    const [status, code] = isGeneral(operation) ? [403, 'DLI.0003'] : [400, 'DLI.10005']
    expect(codeOf(refused, status)).toBe(code)

    await give(`jobs.flink.${id}`, verb)
    await change(world, 'grant', 'queues.q1', ['SUBMIT_JOB'])
    const reply = await bob.send(...request(id))
    expect(typeof passed === 'number' ? reply.status : codeOf(reply)).toBe(passed)
  })

  it('are nobody’s but the owner’s and the administrators’ at first, and all of them may everything', async () => {
    const id = await newJob()
    expect(codeOf(await carol.send('GET', `${JOBS}/${id}`))).toBe('DLI.10005')
    for (const client of [alice, world]) expect((await client.send('GET', `${JOBS}/${id}`)).status).toBe(200)
  })

  it('decide which jobs a list shows', async () => {
    const [own, given, hidden] = [await newJob(bob), await newJob(), await newJob()]
    await give(`jobs.flink.${given}`, 'GET')
    const path = `${JOBS}?limit=100&show_detail=true`
    const { job_list } = await bob.call<{ job_list: { total_count: number; jobs: { job_id: number }[] } }>(
      'listFlinkJobs with details' as WireName,
      'GET',
      path,
    )
    const ids = job_list.jobs.map(({ job_id }) => job_id)
    expect(ids).toEqual(expect.arrayContaining([own, given]))
    expect(ids).not.toContain(hidden)
    expect(job_list.total_count).toBe(ids.length)
  })

  it('count for each job of a batch by itself', async () => {
    const [own, hidden] = [await newJob(bob), await newJob()]
    const items = (await bob.send('POST', `${JOBS}/delete`, { job_ids: [hidden, own] })).body
    expect(items).toEqual([
      { is_success: 'false', message: expect.stringContaining(`may not delete job ${hidden}`) },
      { is_success: 'true', message: expect.any(String) },
    ])
  })

  it('do not reach a job of another project, nor tell whether there is one', async () => {
    const elsewhere = await world.service.app.access.createProject({ name: 'elsewhere' })
    const dora = await addUser(world, 'dora', 'admin', elsewhere.id)
    const foreign = await createJob(dora, { name: 'foreign' })
    const [there, nowhere] = await Promise.all([foreign, 999_999].map((id) => carol.send('GET', `${JOBS}/${id}`)))
    expect([there, nowhere].map((reply) => reply && codeOf(reply))).toEqual(['DLI.16001', 'DLI.16001'])
    const [a, b] = await Promise.all(
      [foreign, 999_999].map((id) => change(world, 'grant', `jobs.flink.${id}`, ['GET'])),
    )
    expect([a, b].map((reply) => reply && codeOf(reply))).toEqual(['DLI.0002', 'DLI.0002'])
    expect(codeOf(await change(dora, 'grant', `jobs.flink.${foreign}`, ['GET'], 'bob'))).toBe('DLI.0002')
  })

  it('go with the job', async () => {
    const id = await newJob()
    await give(`jobs.flink.${id}`, 'GET')
    await alice.call('deleteFlinkJob', 'DELETE', `${JOBS}/${id}`)
    expect(codeOf(await bob.send('GET', `${JOBS}/${id}`))).toBe('DLI.16001')
    expect(codeOf(await change(world, 'revoke', `jobs.flink.${id}`, ['GET']))).toBe('DLI.0002')
  })
})

describe('the rights on jobs in archives', () => {
  const exported = async (by: Client, ...job_selected: number[]) => {
    const body = { obs_dir: 'b3/out', is_selected: job_selected.length > 0, job_selected }
    const { zip_file } = await by.call<{ zip_file: [string] }>('exportFlinkJobs', 'POST', `${JOBS}/export`, body)
    return zip_file[0]
  }
  type Mapping = { old_job_id: number; new_job_id: number; remark: string }[]
  const imported = async (by: Client, zip_file: string) => {
    const body = { zip_file, is_cover: true }
    return (await by.call<{ job_mapping: Mapping }>('importFlinkJobs', 'POST', `${JOBS}/import`, body)).job_mapping
  }

  it('decide what an export of all holds; one job too many refuses a selection', async () => {
    const [own, given, seen] = [await newJob(bob), await newJob(), await newJob()]
    await give(`jobs.flink.${given}`, 'EXPORT')
    await give(`jobs.flink.${seen}`, 'GET')
    const ids = (await imported(world, await exported(bob))).map(({ old_job_id }) => old_job_id)
    expect(ids).toEqual(expect.arrayContaining([own, given]))
    expect(ids).not.toContain(seen)
    const job_selected = [own, seen]
    const reply = await bob.send('POST', `${JOBS}/export`, { obs_dir: 'b3', is_selected: true, job_selected })
    expect([codeOf(reply), messageOf(reply)]).toEqual([
      'DLI.10005',
      expect.stringContaining(`may not export job ${seen}`),
    ])
  })

  it('let overwrite, which leaves the owner and the rights of others', async () => {
    const id = await newJob()
    const object = `jobs.flink.${id}`
    const archive = await exported(alice, id)
    await alice.send('PUT', `/v1.0/{p}/streaming/flink-jobs/${id}`, { desc: 'changed since' })
    expect(await imported(bob, archive)).toEqual([
      { old_job_id: id, new_job_id: -1, remark: expect.stringContaining(`may not change job ${id}`) },
    ])
    await give(object, 'GET', 'UPDATE')
    expect(await imported(bob, archive)).toMatchObject([{ new_job_id: id }])
    expect(await readJob(bob, id)).toMatchObject({ desc: '', user_name: 'alice' })
    expect(await rightsOfBob(object)).toEqual(['GET', 'UPDATE'])
  })

  it('do not go with a job that is imported anew: it belongs to who imports it', async () => {
    const id = await newJob()
    await give(`jobs.flink.${id}`, 'GET')
    const archive = await exported(alice, id)
    await alice.send('DELETE', `${JOBS}/${id}`)
    const [item] = await imported(carol, archive)
    expect(await readJob(carol, item?.new_job_id ?? 0)).toMatchObject({ user_name: 'carol' })
    for (const other of [alice, bob])
      expect(codeOf(await other.send('GET', `${JOBS}/${item?.new_job_id}`))).toBe('DLI.10005')
  })

  it('on packages are asked for what an import names', async () => {
    await putObject(world, 'jars/archived.jar', 'x')
    await alice.send('POST', PACKAGES, { paths: ['obs://jars/archived.jar'], kind: 'jar', group: 'archived' })
    const id = await createJob(alice, { ...RUNNABLE, name: 'archived', entrypoint: 'archived/archived.jar' })
    const archive = await exported(alice, id)
    await alice.send('DELETE', `${JOBS}/${id}`)
    const refused = { new_job_id: -1, remark: expect.stringContaining('may not use "archived/archived.jar"') }
    expect(await imported(bob, archive)).toMatchObject([refused])
    await give('groups.archived', 'USE_GROUP')
    expect(await imported(bob, archive)).toMatchObject([{ remark: 'Created.' }])
  })
})

describe('the rights on what carries tags', () => {
  const add = (by: Client, type: string, id: string, tag: string) => {
    const body = { tags: [{ key: tag, value: 'v' }] }
    return by.send('POST', `/v3/{p}/${type}/${encodeURIComponent(id)}/tags/create`, body)
  }
  const show = (by: Client, type: string, id: string) =>
    by.send('GET', `/v3/{p}/${type}/${encodeURIComponent(id)}/tags`)

  /** What the three lists of a kind tell about things with the tag. */
  async function told(by: Client, type: string, tag: string) {
    const wanted = { tags: [{ key: tag, values: [] }] }
    const instances = `/v3/{p}/${type}/resource-instances`
    const keys = await by.call<{ tags: { key: string }[] }>('listResourceTags', 'GET', `/v3/{p}/${type}/tags`)
    const found = await by.call<{ resources: { resource_id: string }[]; total_count: number }>(
      'listResourcesByTags',
      'POST',
      `${instances}/filter`,
      wanted,
    )
    const counted = await by.call<{ total_count: number }>('countResourcesByTags', 'POST', `${instances}/count`, wanted)
    expect([counted.total_count, found.total_count]).toEqual([found.total_count, found.resources.length])
    return {
      ids: found.resources.map(({ resource_id }) => resource_id),
      isKeyTold: keys.tags.some((it) => it.key === tag),
    }
  }

  it.each([
    ['dli_flink_job', 'GET', ['UPDATE']],
    ['dli_queue', 'SUBMIT_JOB', []],
    ['dli_package_resource', 'GET_RESOURCE', ['UPDATE_RESOURCE']],
  ])('of the type %s let see the tags with %s and change them with %j', async (type, toSee, toChange) => {
    const { id, object } = await newThing(type)
    expect((await add(world, type, id, 'plan')).status).toBe(204)
    expect(codeOf(await show(bob, type, id), 403)).toBe('DLI.0003')
    expect(codeOf(await add(bob, type, id, 'plan'), 403)).toBe('DLI.0003')
    expect(await told(bob, type, 'plan')).toEqual({ ids: [], isKeyTold: false })

    await give(object, toSee)
    expect((await show(bob, type, id)).body).toMatchObject({ tags: [{ key: 'plan', value: 'v' }] })
    expect(await told(bob, type, 'plan')).toEqual({ ids: [id], isKeyTold: true })
    expect(codeOf(await add(bob, type, id, 'plan'), 403)).toBe('DLI.0003')

    for (const privilege of toChange) {
      await give(object, privilege)
      expect((await add(bob, type, id, 'plan')).status).toBe(204)
    }
  })

  async function newThing(type: string): Promise<{ id: string; object: string }> {
    if (type === 'dli_flink_job') {
      const id = await newJob()
      return { id: String(id), object: `jobs.flink.${id}` }
    }
    if (type === 'dli_queue') {
      await world.call('createQueue', 'POST', '/v1.0/{p}/queues', { queue_name: 'planned', cu_count: 16 })
      return { id: 'planned', object: 'queues.planned' }
    }
    await putObject(world, 'jars/planned.jar', 'x')
    await alice.send('POST', PACKAGES, { paths: ['obs://jars/planned.jar'], kind: 'jar', group: 'planned' })
    return { id: 'planned#planned.jar', object: 'resources.planned/planned.jar' }
  }
})

describe('giving and taking back', () => {
  it('adds, removes and replaces', async () => {
    const object = `jobs.flink.${await newJob()}`
    await give(object, 'GET', 'START')
    await give(object, 'GET', 'STOP')
    expect(await rightsOfBob(object)).toEqual(['GET', 'START', 'STOP'])
    await change(world, 'revoke', object, ['START'])
    expect(await rightsOfBob(object)).toEqual(['GET', 'STOP'])
    await change(world, 'update', object, ['DELETE'])
    expect(await rightsOfBob(object)).toEqual(['DELETE'])
    await change(world, 'update', object, [])
    expect(await rightsOfBob(object)).toEqual([])
  })

  it('has a newer path that does the same', async () => {
    const object = `jobs.flink.${await newJob()}`
    const body = { ...wish('grant', object, ['GET']), projectId: world.projectId }
    await alice.call('changeAuthorization', 'PUT', '/v1.0/{p}/authorization', body)
    expect(await rightsOfBob(object)).toEqual(['GET'])
  })

  it('is for the owner, administrators, and who was given that right, with no more than he holds', async () => {
    const object = `jobs.flink.${await newJob()}`
    const denied = async (...wanted: Parameters<typeof change>) => codeOf(await change(...wanted), 403)
    expect(await denied(bob, 'grant', object, ['GET'], 'carol')).toBe('DLI.0003')
    await change(alice, 'grant', object, ['GET', 'GRANT_PRIVILEGE'])
    expect((await change(bob, 'grant', object, ['GET'], 'carol')).status).toBe(200)
    expect(await denied(bob, 'grant', object, ['DELETE'], 'bob')).toBe('DLI.0003')
    expect(await denied(bob, 'revoke', object, ['GET'], 'carol')).toBe('DLI.0003')
    expect(await denied(bob, 'update', object, ['GET'], 'carol')).toBe('DLI.0003')
    await change(alice, 'grant', object, ['REVOKE_PRIVILEGE'])
    expect((await change(bob, 'revoke', object, ['GET'], 'carol')).status).toBe(200)
    expect((await change(bob, 'update', object, ['GET'], 'carol')).status).toBe(200)
  })

  it('takes nothing from the owner', async () => {
    const object = `jobs.flink.${await newJob()}`
    for (const action of ['revoke', 'update'])
      expect(codeOf(await change(world, action, object, ['GET'], 'alice'), 403)).toBe('DLI.0003')
    expect((await change(world, 'grant', object, ['GET'], 'alice')).status).toBe(200)
  })

  it('changes all objects of a request or none', async () => {
    const object = `jobs.flink.${await newJob()}`
    const body = {
      ...wish('grant', object, ['GET']),
      privileges: [
        { object, privileges: ['GET'] },
        { object: 'queues.nowhere', privileges: ['RESTART'] },
      ],
    }
    expect(codeOf(await world.send('PUT', '/v1.0/{p}/user-authorization', body))).toBe('DLI.0002')
    expect(await rightsOfBob(object)).toEqual([])
  })

  it.each([
    ['an unknown user', { user_name: 'nobody' }, 'DLI.0002'],
    ['an unknown action', { action: 'give' }, 'DLI.0001'],
    ['no objects', { privileges: [] }, 'DLI.0001'],
    ['a kind of object that is not here', { privileges: [{ object: 'databases.d', privileges: ['GET'] }] }, 'DLI.0001'],
    ['a job without a number', { privileges: [{ object: 'jobs.flink.x', privileges: ['GET'] }] }, 'DLI.0001'],
    ['a privilege of another kind', { privileges: [{ object: 'queues.q1', privileges: ['GET'] }] }, 'DLI.0001'],
    ['an inherited name', { privileges: [{ object: 'queues.q1', privileges: ['constructor'] }] }, 'DLI.0001'],
    ['nothing to give', { privileges: [{ object: 'queues.q1', privileges: [] }] }, 'DLI.0001'],
    ['job 0', { privileges: [{ object: 'jobs.flink.0', privileges: ['GET'] }] }, 'DLI.0001'],
    ['a missing group', { privileges: [{ object: 'groups.g9', privileges: ['USE_GROUP'] }] }, 'DLI.0002'],
    ['a missing package', { privileges: [{ object: 'resources.g/x.jar', privileges: ['USE_RESOURCE'] }] }, 'DLI.0002'],
  ])('is refused for %s', async (_what, fields, code) => {
    const body = { ...wish('grant', 'queues.q1', ['RESTART']), ...fields }
    expect(codeOf(await world.send('PUT', '/v1.0/{p}/user-authorization', body))).toBe(code)
  })
})

describe('the listing of an object', () => {
  it('shows the owner, the administrators and who was given something, page by page', async () => {
    const id = await newJob()
    await give(`jobs.flink.${id}`, 'SHOW_PRIVILEGES', 'GET')
    const listing = await privilegesOf(bob, `jobs.flink.${id}`)
    const object = `jobs.flink.${id}`
    expect(listing).toMatchObject({ object_name: String(id), object_type: 'flink', count: 3 })
    expect(listing.privileges).toEqual([
      { object, is_admin: true, user_name: 'alice', privileges: ['ALL'] },
      { object, is_admin: true, user_name: 'admin', privileges: ['ALL'] },
      { object, is_admin: false, user_name: 'bob', privileges: ['GET', 'SHOW_PRIVILEGES'] },
    ])
    const second = await privilegesOf(alice, object, '&limit=1&offset=1')
    expect([second.count, second.privileges.map(({ user_name }) => user_name)]).toEqual([3, ['admin']])
  })

  it('shows only himself to who may not see the others, and nothing to who has no right', async () => {
    const object = `jobs.flink.${await newJob()}`
    await give(object, 'GET')
    expect((await privilegesOf(bob, object)).privileges).toMatchObject([{ user_name: 'bob', privileges: ['GET'] }])
    const path = `/v1.0/{p}/authorization/privileges?object=${object}`
    expect(codeOf(await carol.send('GET', path), 403)).toBe('DLI.0003')
  })

  it.each([
    ['', 'DLI.0001'],
    ['object=databases.d', 'DLI.0001'],
    ['object=jobs.flink.0', 'DLI.0001'],
    ['object=queues.q1&limit=-1', 'DLI.0001'],
    ['object=queues.nowhere', 'DLI.0002'],
  ])('is refused for "%s"', async (query, code) => {
    expect(codeOf(await world.send('GET', `/v1.0/{p}/authorization/privileges?${query}`))).toBe(code)
  })
})

describe('the rights on a queue', () => {
  const QUEUES = '/v1.0/{p}/queues'
  const queue = async (name: string) => {
    await world.call('createQueue', 'POST', QUEUES, { queue_name: name, cu_count: 16, resource_mode: 1 })
    return name
  }
  const giveQueue = (queue_name: string, ...privileges: string[]) =>
    world.call('registerAuthorizedQueue', 'PUT', `${QUEUES}/user-authorization`, {
      queue_name,
      user_name: 'bob',
      action: 'grant',
      privileges,
    })

  it('are listed with its users', async () => {
    await giveQueue(await queue('Listed'), 'SUBMIT_JOB', 'CANCEL_JOB')
    expect(await world.call('listQueueUsers', 'GET', `${QUEUES}/LISTED/users`)).toMatchObject({
      queue_name: 'listed',
      count: 2,
      privileges: [
        { is_admin: true, user_name: 'admin', privileges: ['ALL'] },
        { is_admin: false, user_name: 'bob', privileges: ['SUBMIT_JOB', 'CANCEL_JOB'] },
      ],
    })
  })

  it('let run jobs there: without, it is DLI.13011', async () => {
    const queue_name = await queue('runs')
    const id = await createJob(bob, { ...RUNNABLE, queue_name, name: 'on_a_queue_of_others' })
    expect(codeOf(await bob.send('POST', `${JOBS}/run`, { job_ids: [id] }))).toBe('DLI.13011')
    await giveQueue(queue_name, 'SUBMIT_JOB')
    expect((await bob.send('POST', `${JOBS}/run`, { job_ids: [id] })).body).toEqual(ONE)
    await waitForStatus(bob, id, 'job_running')
  })

  it('let stop the jobs of others there', async () => {
    const queue_name = await queue('cancels')
    const id = await createJob(world, { ...RUNNABLE, queue_name, name: 'to_be_stopped_by_another' })
    await world.call('batchRunFlinkJobs', 'POST', `${JOBS}/run`, { job_ids: [id] })
    await waitForStatus(world, id, 'job_running')
    expect(codeOf(await bob.send('POST', `${JOBS}/stop`, { job_ids: [id] }))).toBe('DLI.10005')
    await giveQueue(queue_name, 'CANCEL_JOB')
    expect((await bob.send('POST', `${JOBS}/stop`, { job_ids: [id] })).body).toEqual(ONE)
  })

  it('let see and delete it; a new one of the same name has none', async () => {
    const name = await queue('goes')
    const names = async () => {
      const { queues } = await bob.call<{ queues: { queue_name: string }[] }>(
        'listQueues',
        'GET',
        `${QUEUES}?queue_type=all`,
      )
      return queues.map(({ queue_name }) => queue_name)
    }
    expect(await names()).not.toContain(name)
    expect(codeOf(await bob.send('GET', `${QUEUES}/${name}`), 403)).toBe('DLI.0003')
    expect(codeOf(await bob.send('DELETE', `${QUEUES}/${name}`), 403)).toBe('DLI.0003')
    await giveQueue(name, 'DROP_QUEUE')
    expect(await names()).toContain(name)
    expect((await bob.send('GET', `${QUEUES}/${name}`)).status).toBe(200)
    await bob.call('deleteQueue', 'DELETE', `${QUEUES}/${name}`)
    await queue(name)
    expect(codeOf(await bob.send('GET', `${QUEUES}/${name}`), 403)).toBe('DLI.0003')
  })

  const EVERY = ['SUBMIT_JOB', 'CANCEL_JOB', 'DROP_QUEUE', 'RESTART', 'SCALE_QUEUE', 'GRANT_PRIVILEGE']
  const TEST = { address: '127.0.0.1:1' }
  it.each<[string, string, (name: string) => Parameters<Client['send']>, passed: number | string]>([
    ['RESTART', 'restart it', (name) => ['PUT', `${QUEUES}/${name}/action`, { action: 'restart' }], 200],
    // What is wrong otherwise is said only to who might: 16 CUs cannot be scaled, and there is no such test.
    ['SCALE_QUEUE', 'scale it', (name) => ['PUT', `${QUEUES}/${name}/action`, { action: 'scale_in' }], 'DLI.0001'],
    ['SUBMIT_JOB', 'test addresses', (name) => ['POST', `${QUEUES}/${name}/connection-test`, TEST], 200],
    ['SUBMIT_JOB', 'see tests', (name) => ['GET', `${QUEUES}/${name}/connection-test/999`], 'DLI.0002'],
  ])('with %s let %s', async (privilege, _what, request, passed) => {
    const name = await queue(`acts${++count}`)
    await giveQueue(name, ...EVERY.filter((other) => other !== privilege))
    expect(codeOf(await bob.send(...request(name)), 403)).toBe('DLI.0003')
    await giveQueue(name, privilege)
    const reply = await bob.send(...request(name))
    expect(typeof passed === 'number' ? reply.status : codeOf(reply)).toBe(passed)
  })

  it('do not let change it, but its properties are seen with any', async () => {
    const name = await queue('kept')
    const properties = `/v3/{p}/queues/${name}/properties`
    expect(codeOf(await bob.send('GET', properties), 403)).toBe('DLI.0003')
    await giveQueue(name, ...EVERY)
    expect((await bob.send('GET', properties)).status).toBe(200)
    const body = { properties: { 'job.maxConcurrent': 3 }, keys: ['job.maxConcurrent'], cidr_in_vpc: '10.1.0.0/18' }
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect(codeOf(await bob.send(method, properties, body), 403)).toBe('DLI.0003')
    expect(codeOf(await bob.send('PUT', `${QUEUES}/${name}`, body), 403)).toBe('DLI.0003')
  })

  it('do not include to make one: a queue is a budget', async () => {
    const reply = await bob.send('POST', QUEUES, { queue_name: 'mine', cu_count: 16 })
    expect(codeOf(reply, 403)).toBe('DLI.0003')
    expect(messageOf(reply)).toContain('administrator')
  })
})

describe('the rights on packages', () => {
  const upload = (by: Client, name: string, group?: string) =>
    by.send('POST', PACKAGES, { paths: [`obs://jars/${name}`], kind: 'jar', ...(group ? { group } : {}) })
  const see = (by: Client, name: string, group = '') => by.send('GET', `${PACKAGES}/${name}?group=${group}`)
  const names = async (by: Client) => {
    const { resources } = await by.call<{ resources: { resource_name: string }[] }>('listJobResources', 'GET', PACKAGES)
    return resources.map(({ resource_name }) => resource_name)
  }

  beforeAll(async () => {
    for (const name of ['g1.jar', 'g2.jar', 'alone.jar', 'used.jar', 'again.jar', 'away.jar']) {
      await putObject(world, `jars/${name}`, name)
    }
  })

  it('on a group reach all that is in it', async () => {
    await upload(alice, 'g1.jar', 'g')
    expect(codeOf(await see(bob, 'g1.jar', 'g'), 403)).toBe('DLI.0003')
    expect(await names(bob)).not.toContain('g1.jar')
    expect(codeOf(await upload(bob, 'g2.jar', 'g'), 403)).toBe('DLI.0003')
    await give('groups.g', 'GET_GROUP', 'UPDATE_GROUP')
    expect((await see(bob, 'g1.jar', 'g')).status).toBe(200)
    expect(await names(bob)).toContain('g1.jar')
    expect((await upload(bob, 'g2.jar', 'g')).status).toBe(201)
    expect((await upload(bob, 'g1.jar', 'g')).body).toMatchObject({ owner: 'alice' })
    expect(codeOf(await bob.send('DELETE', `${PACKAGES}/g1.jar?group=g`), 403)).toBe('DLI.0003')
  })

  it('on one package reach only that', async () => {
    await upload(alice, 'alone.jar')
    await give('resources.alone.jar', 'GET_RESOURCE')
    expect((await see(bob, 'alone.jar')).status).toBe(200)
    expect(await privilegesOf(world, 'resources.alone.jar')).toMatchObject({
      object_name: 'alone.jar',
      object_type: 'resource',
    })
    expect(codeOf(await upload(bob, 'alone.jar'), 403)).toBe('DLI.0003')
    expect((await see(bob, 'missing.jar')).status).toBe(404)
  })

  it('let a job name them', async () => {
    await upload(alice, 'used.jar', 'u')
    const job = { ...RUNNABLE, name: 'uses', entrypoint: 'u/used.jar' }
    expect(codeOf(await bob.send('POST', '/v1.0/{p}/streaming/flink-jobs', job))).toBe('DLI.10005')
    await give('groups.u', 'USE_GROUP')
    const id = await createJob(bob, job)
    // What an update only repeats is not asked for again: the job keeps what it was given.
    await change(world, 'update', 'groups.u', [])
    const update = `/v1.0/{p}/streaming/flink-jobs/${id}`
    expect((await bob.send('PUT', update, { entrypoint: 'u/used.jar', desc: 'x' })).status).toBe(200)
    expect(codeOf(await bob.send('PUT', update, { dependency_jars: ['u/used.jar', 'g/g1.jar'] }))).toBe('DLI.10005')
  })

  it('are asked for again by a run, of who runs the job or owns it: the name may mean another package by then', async () => {
    await putObject(world, 'jars/swapped.jar', EMPTY_JAR)
    await upload(bob, 'swapped.jar')
    const job = { ...RUNNABLE, name: 'swaps', entrypoint: 'swapped.jar' }
    const id = await createJob(bob, job)
    await upload(alice, 'swapped.jar', 'hers')
    await bob.send('DELETE', `${PACKAGES}/swapped.jar`)
    await change(world, 'grant', 'queues.q1', ['SUBMIT_JOB'])
    const run = (by: Client) => by.send('POST', `${JOBS}/run`, { job_ids: [id] })
    const refused = await run(bob)
    expect([codeOf(refused), messageOf(refused)]).toEqual(['DLI.10005', expect.stringContaining('"swapped.jar"')])
    expect((await readJob(bob, id)).status).toBe('job_init')
    await give('groups.hers', 'USE_GROUP')
    expect((await run(world)).body).toEqual(ONE)
    await waitForStatus(world, id, 'job_running')
    await world.send('POST', `${JOBS}/stop`, { job_ids: [id] })
    await waitForStatus(world, id, 'job_cancel_success')
    expect((await run(bob)).body).toEqual(ONE)
    const ofAlice = await createJob(alice, { ...job, name: 'hers', entrypoint: 'hers/swapped.jar' })
    await change(world, 'update', 'groups.hers', [])
    await give(`jobs.flink.${ofAlice}`, 'START')
    expect((await bob.send('POST', `${JOBS}/run`, { job_ids: [ofAlice] })).body).toEqual(ONE)
  })

  it('on the whole group are needed to replace it, which leaves its owner', async () => {
    await upload(alice, 'g1.jar', 'kept')
    await upload(alice, 'g2.jar', 'kept')
    await give('resources.kept/g1.jar', 'UPDATE_RESOURCE')
    const replace = (name: string) =>
      bob.send('POST', `${PACKAGES}/jars`, { paths: [`obs://jars/${name}`], group: 'kept' })
    expect((await upload(bob, 'g1.jar', 'kept')).status).toBe(201)
    expect(codeOf(await replace('g1.jar'), 403)).toBe('DLI.0003')
    await give('groups.kept', 'UPDATE_GROUP')
    expect((await replace('away.jar')).body).toMatchObject({ resources: ['away.jar'], owner: 'alice' })
    expect((await see(alice, 'g2.jar', 'kept')).status).toBe(404)
    expect((await see(alice, 'away.jar', 'kept')).body).toMatchObject({ owner: 'alice' })
  })

  it('do not include to give them away: that is the owner’s', async () => {
    const giveAway = (by: Client, new_owner: string, more: object = { resource_name: 'away.jar' }) =>
      by.send('PUT', `${PACKAGES}/owner`, { new_owner, group_name: 'away', ...more })
    await upload(alice, 'away.jar', 'away')
    await give('groups.away', 'USE_GROUP', 'UPDATE_GROUP', 'GET_GROUP', 'DELETE_GROUP', 'GRANT_PRIVILEGE')
    for (const more of [{}, undefined]) expect(codeOf(await giveAway(bob, 'bob', more), 403)).toBe('DLI.0003')
    expect((await giveAway(alice, 'carol')).status).toBe(200)
    expect((await see(carol, 'away.jar', 'away')).body).toMatchObject({ owner: 'carol' })
    expect(codeOf(await giveAway(alice, 'alice'), 403)).toBe('DLI.0003')
    expect((await giveAway(carol, 'bob', {})).status).toBe(200)
    expect(codeOf(await see(carol, 'away.jar', 'away'), 403)).toBe('DLI.0003')
  })

  it('go with the last package of the group', async () => {
    await upload(alice, 'again.jar', 'again')
    await give('groups.again', 'GET_GROUP')
    await alice.send('DELETE', `${PACKAGES}/again.jar?group=again`)
    await upload(alice, 'again.jar', 'again')
    expect(codeOf(await see(bob, 'again.jar', 'again'), 403)).toBe('DLI.0003')
  })
})

describe('who is no administrator', () => {
  it('is told in the asked language what is missing and who can help', async () => {
    const id = await newJob()
    const zh = messageOf(await carol.send('GET', `${JOBS}/${id}`, undefined, { 'x-language': 'zh-cn' }))
    expect(zh).toMatch(/您没有权限查看作业/)
    expect(messageOf(await carol.send('GET', `${JOBS}/${id}`))).toBe(
      `You may not see job ${id}. Its owner or an administrator of the project can give you that right.`,
    )
  })
})
