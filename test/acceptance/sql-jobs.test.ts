import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, createJob, messageOf, prepareJobs, readJob, startWorld, type World, waitForStatus } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ environment: { HEADGATE_MAX_DRAFTS: '1000' } })
  await prepareJobs(world)
})

afterAll(() => world.stop())

const JOBS = '/v1.0/{p}/streaming/sql-jobs'
const create = (body: unknown) => world.send('POST', JOBS, body)
const update = (id: number, body: unknown) => world.send('PUT', `${JOBS}/${id}`, body)

async function created(body: unknown): Promise<number> {
  const { job } = await world.call<{ job: { job_id: number } }>('createFlinkSqlJob', 'POST', JOBS, body)
  return job.job_id
}

let named = 0
const unique = () => {
  named += 1
  return { name: `s${named}` }
}

/** What Terraform sends when nothing but the text is set. */
const TERRAFORM = `{"checkpoint_enabled":false,"checkpoint_interval":10,"checkpoint_mode":1,"cu_number":2,"dirty_data_strategy":"0","execution_agency_urn":"ag1","flink_version":"1.15","idle_state_retention":1,"job_type":"flink_opensource_sql_job","log_enabled":false,"manager_cu_number":1,"name":"sql-a","parallel_number":1,"queue_name":"q1","restart_when_exception":false,"resume_checkpoint":false,"resume_max_num":-1,"run_mode":"exclusive_cluster","runtime_config":"[{\\"key\\":\\"k\\",\\"value\\":\\"v\\"}]","sql_body":"create table ...","tags":null,"tm_cus":1,"tm_slot_num":0}`

describe('creating an SQL job', () => {
  it('takes Terraform’s body and gives back what was sent', async () => {
    const detail = await readJob(world, await created(TERRAFORM))
    expect(detail).toMatchObject({
      ...{ job_type: 'flink_opensource_sql_job', run_mode: 'exclusive_cluster', sql_body: 'create table ...' },
      ...{ status: 'job_init', main_class: null, entrypoint_args: null, feature: 'basic', flink_version: '1.15' },
      job_config: {
        ...{ idle_state_retention: 1, dirty_data_strategy: '0', checkpoint_interval: 10, execution_agency_urn: 'ag1' },
        ...{ entrypoint: null, dependency_jars: null, udf_jar_url: null, config_url: null, edge_group_ids: null },
        ...{ operator_config: '', static_estimator_config: '', graph_editor_enabled: false, graph_editor_data: '' },
        ...{ runtime_config: '[{"key":"k","value":"v"}]', tm_slot_num: 1, real_cu_number: 0 },
      },
    })
  })

  it('keeps what is only for later, and shows it', async () => {
    const later = {
      ...{ idle_state_retention: 7200, dirty_data_strategy: '2:obs://b1/dirty', udf_jar_url: 'obs://b1/app.jar' },
      operator_config: '{"operator_list":[{"id":"0123456789abcdef0123456789abcdef","parallelism":1}]}',
      static_estimator_config: '{"operator_list":[{"id":"0123456789abcdef0123456789abcdef","rate_factor":0.5}]}',
      ...{ graph_editor_enabled: true, graph_editor_data: '{"nodes":[]}', config_url: 'obs://b1/config' },
      flink_log_config: '{"root_logger_level":"INFO"}',
    }
    const detail = await readJob(world, await created({ ...unique(), queue_name: 'q1', ...later }))
    expect(detail.job_config).toMatchObject(later)
    expect(detail.graph_editor_enabled).toBe(true)
  })

  it('shows 3600 for an idle_state_retention that was not sent, and 10 for checkpoint_interval', async () => {
    const detail = await readJob(world, await created({ ...unique(), checkpoint_enabled: false }))
    expect(detail.job_config).toMatchObject({ idle_state_retention: 3600, checkpoint_interval: 10 })
  })

  it('reads auto scaling from runtime_config, as in the document’s example', async () => {
    const pairs = { 'scale.enable': 'true', 'scale.interval': '1', 'cu.max': '4' }
    const runtime_config = JSON.stringify(
      Object.entries(pairs).map(([key, value]) => ({ key: `flink.dli.job.${key}`, value })),
    )
    const job = { ...unique(), cu_number: 3, tm_slot_num: 1, runtime_config }
    expect((await readJob(world, await created(job))).job_config).toMatchObject({
      ...{ auto_scaling_enable: true, auto_scaling_interval: 1, max_parallelism: 12, real_cu_number: 2 },
    })
    expect((await readJob(world, await created(unique()))).job_config).toMatchObject({
      ...{ auto_scaling_enable: false, auto_scaling_interval: null, max_parallelism: null },
    })
  })

  it('accepts the published example’s checkpoint_mode in words and checkpoint_interval 0', async () => {
    const id = await created({ ...unique(), checkpoint_mode: 'at_least_once', checkpoint_interval: 0 })
    expect((await readJob(world, id)).job_config).toMatchObject({
      ...{ checkpoint_mode: 'at_least_once', checkpoint_interval: 0 },
    })
  })

  it('takes a text of 1048576 characters, Chinese ones too, and none longer', async () => {
    const sql_body = '表'.repeat(1_048_576)
    const id = await created({ ...unique(), sql_body })
    expect((await readJob(world, id)).sql_body === sql_body).toBe(true)
    expect(codeOf(await create({ ...unique(), sql_body: `${sql_body}x` }))).toBe('DLI.11001')
    const list = await world.send('GET', '/v1.0/{p}/streaming/jobs?limit=100')
    expect(list.text.length).toBeLessThan(100_000)
    await world.call('deleteFlinkJob', 'DELETE', `/v1.0/{p}/streaming/jobs/${id}`)
  })

  const exclusive = { run_mode: 'exclusive_cluster' }
  it.each([
    [{}, 'shared_cluster', 'flink_sql_job'],
    [{ queue_name: 'q1' }, 'exclusive_cluster', 'flink_opensource_sql_job'],
    [{ queue_name: 'q1', job_type: 'flink_sql_job' }, 'exclusive_cluster', 'flink_sql_job'],
    [{ job_type: 'flink_sql_job' }, 'shared_cluster', 'flink_sql_job'],
    [{ job_type: 'flink_opensource_sql_job' }, 'exclusive_cluster', 'flink_opensource_sql_job'],
    [{ run_mode: 'shared_cluster' }, 'shared_cluster', 'flink_sql_job'],
    [{ run_mode: '', job_type: '', queue_name: '' }, 'shared_cluster', 'flink_sql_job'],
    [exclusive, 'exclusive_cluster', 'flink_opensource_sql_job'],
    [{ ...exclusive, job_type: 'flink_sql_job' }, 'exclusive_cluster', 'flink_sql_job'],
    [{ run_mode: 'edge_node', edge_group_ids: ['g1'] }, 'edge_node', 'flink_sql_edge_job'],
    [{ job_type: 'flink_sql_edge_job', edge_group_ids: ['g1'] }, 'edge_node', 'flink_sql_edge_job'],
  ])('of %j becomes %s and %s', async (fields, run_mode, job_type) => {
    expect(await readJob(world, await created({ ...unique(), ...fields }))).toMatchObject({ run_mode, job_type })
  })

  it.each([
    ['DLI.11024', { run_mode: 'shared_cluster', job_type: 'flink_opensource_sql_job' }],
    ['DLI.11024', { run_mode: 'shared_cluster', job_type: 'flink_sql_edge_job' }],
    ['DLI.11024', { run_mode: 'edge_node', job_type: 'flink_sql_job', edge_group_ids: ['g1'] }],
    ['DLI.11024', { run_mode: 'exclusive_cluster', job_type: 'flink_sql_edge_job' }],
    ['DLI.11024', { job_type: 'flink_jar_job' }],
    ['DLI.11024', { job_type: 'flink_jar_job', queue_name: 'q1' }],
    ['DLI.11023', { run_mode: 'edge_node' }],
    ['DLI.11023', { run_mode: 'edge_node', edge_group_ids: [] }],
    ['DLI.11035', { run_mode: 'shared_cluster', udf_jar_url: 'obs://b1/app.jar' }],
    ['DLI.11021', { queue_name: 'q1', udf_jar_url: 'obs://b1/missing.jar' }],
    ['DLI.11036', { idle_state_retention: 0 }],
    ['DLI.11036', { idle_state_retention: 'long' }],
    ['DLI.11039', { dirty_data_strategy: '3' }],
    ['DLI.11039', { dirty_data_strategy: '2:' }],
    ['DLI.11039', { dirty_data_strategy: '2:b/../up' }],
    ['DLI.11039', { dirty_data_strategy: 0 }],
    ['DLI.18005', { template_id: 7 }],
    ['DLI.18005', { template_id: 2 ** 40 }],
    ['DLI.18005', { template_id: 1e300 }],
    ['DLI.11023', { run_mode: 'edge_node', edge_group_ids: [''] }],
    ['DLI.0001', { template_id: 'seven' }],
    ['DLI.0001', { sql_body: 5 }],
    ['DLI.0001', { run_mode: 'anywhere' }],
    ['DLI.0001', { job_type: 'spark' }],
    ['DLI.0001', { operator_config: '{' }],
    ['DLI.0001', { static_estimator_config: '[]' }],
    ['DLI.11002', { checkpoint_enabled: true }],
    ['DLI.11022', { parallel_number: 5 }],
    ['DLI.11007', { name: '' }],
  ])('is refused with %s for %j', async (code, fields) => {
    const reply = await create({ ...unique(), ...fields })
    expect([codeOf(reply), messageOf(reply).length > 20]).toEqual([code, true])
  })

  it('does not ask for the template when there is a text', async () => {
    const id = await created({ ...unique(), template_id: 7, sql_body: 'select 1' })
    expect((await readJob(world, id)).sql_body).toBe('select 1')
  })
})

describe('updating an SQL job', () => {
  it('changes what is given and nothing else, the text included', async () => {
    const id = await created({ ...unique(), queue_name: 'q1', sql_body: 'select 1', udf_jar_url: 'obs://b1/app.jar' })
    const before = await readJob(world, id)
    const changes = { sql_body: 'select 2', operator_config: '', static_estimator_config: '', run_mode: '', tags: null }
    await world.call('updateFlinkSqlJob', 'PUT', `${JOBS}/${id}`, changes)
    const after = await readJob(world, id)
    expect({ ...after, sql_body: 'select 1', update_time: before.update_time }).toEqual(before)
    expect(after.sql_body).toBe('select 2')
    await world.call('updateFlinkSqlJob', 'PUT', `${JOBS}/${id}`, { sql_body: '', job_type: 'flink_sql_job' })
    expect(await readJob(world, id)).toMatchObject({ sql_body: '', job_type: 'flink_opensource_sql_job' })
  })

  it('sets and clears operator_config', async () => {
    const id = await created(unique())
    const operator_config = '{"operator_list":[]}'
    await world.call('updateFlinkSqlJob', 'PUT', `${JOBS}/${id}`, { operator_config })
    expect((await readJob(world, id)).job_config.operator_config).toBe(operator_config)
    await world.call('updateFlinkSqlJob', 'PUT', `${JOBS}/${id}`, { operator_config: '' })
    expect((await readJob(world, id)).job_config.operator_config).toBe('')
  })

  it('has codes for what is missing, wrong, taken, or of the other kind', async () => {
    const id = await created({ ...unique(), name: 'first' })
    const jar = await createJob(world, unique())
    expect(codeOf(await update(999_999, {}))).toBe('DLI.12004')
    expect(codeOf(await world.send('PUT', `${JOBS}/abc`, {}))).toBe('DLI.12001')
    expect(codeOf(await update(await created(unique()), { name: 'first' }))).toBe('DLI.12006')
    expect(codeOf(await update(id, { run_mode: 'edge_node', edge_group_ids: ['g'] }))).toBe('DLI.11024')
    expect(codeOf(await update(id, { run_mode: 'exclusive_cluster', udf_jar_url: 'obs://b1/no.jar' }))).toBe(
      'DLI.12002',
    )
    expect(codeOf(await update(id, { sql_body: 'x'.repeat(1_048_577) }))).toBe('DLI.11001')
    expect(codeOf(await update(jar, { desc: 'x' }))).toBe('DLI.12002')
    expect(codeOf(await world.send('PUT', `/v1.0/{p}/streaming/flink-jobs/${id}`, { desc: 'x' }))).toBe('DLI.12002')
  })
})

describe('running an SQL job', () => {
  const run = (id: number, resume_savepoint = false) =>
    world.send('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [id], resume_savepoint })

  it.each([
    ['on a queue', { queue_name: 'q1' }, /SQL jobs are stored but do not run yet.*Flink Jar job/],
    ['on the shared cluster', {}, /SQL jobs are stored but do not run yet/],
    ['at the edge', { run_mode: 'edge_node', edge_group_ids: ['g1'] }, /no edge nodes here/],
  ])(
    '%s is accepted and ends in job_submit_fail with the reason, and nothing is started',
    async (_where, fields, why) => {
      const id = await created({ ...unique(), ...fields })
      expect((await run(id, true)).body).toEqual([{ is_success: 'true', message: expect.any(String) }])
      const { status_desc, start_time } = await waitForStatus(world, id, 'job_submit_fail')
      expect([status_desc, start_time]).toEqual([expect.stringMatching(why), null])
      const chinese = await readJob(world, id, { 'x-language': 'zh-cn' })
      expect(chinese.status_desc).toMatch(/[\u4e00-\u9fff]/)
      const { body } = await world.send('GET', `/api/v1/{p}/jobs/${id}/attempts`)
      expect(body).toEqual({ attempts: [] })
      await run(id)
      await waitForStatus(world, id, 'job_submit_fail')
    },
  )

  it('is refused without a queue where it needs one, and on a queue that is not there', async () => {
    expect(codeOf(await run(await created({ ...unique(), run_mode: 'exclusive_cluster' })))).toBe('DLI.13008')
    expect(codeOf(await run(await created({ ...unique(), queue_name: 'nowhere' })))).toBe('DLI.0002')
  })
})

describe('an SQL job that names global variables', () => {
  const VARIABLES = '/v1.0/{p}/variables'
  const run = (id: number) => world.send('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [id] })

  it('shows its text as sent, and is refused to run without them, as when one was deleted', async () => {
    await world.call('createGlobalVariable', 'POST', VARIABLES, { var_name: 'topic', var_value: 'orders' })
    const sql_body = "create table t (a int) with ('topic' = '{{topic}}', 'group' = '{{group}}')"
    const id = await created({ ...unique(), queue_name: 'q1', sql_body })
    expect((await readJob(world, id)).sql_body).toBe(sql_body)
    const without = await run(id)
    expect([codeOf(without), messageOf(without)]).toEqual([
      'DLI.0002',
      expect.stringMatching(/\{\{group\}\}.*sql_body/),
    ])
    await update(id, { sql_body: sql_body.replace('{{group}}', 'g') })
    expect((await run(id)).status).toBe(200)
    await waitForStatus(world, id, 'job_submit_fail')
    await world.call('deleteGlobalVariable', 'DELETE', `${VARIABLES}/topic`)
    const deleted = await run(id)
    expect([codeOf(deleted), messageOf(deleted)]).toEqual(['DLI.0002', expect.stringContaining('{{topic}}')])
  })

  it('may name more than a query can ask for, and is told of a few', async () => {
    const sql_body = Array.from({ length: 40_000 }, (_none, number) => `{{v${number}}}`).join(' ')
    const reply = await run(await created({ ...unique(), queue_name: 'q1', sql_body }))
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0002', expect.stringContaining('39990 more')])
    expect(messageOf(reply).length).toBeLessThan(1000)
  })
})

describe('what needs an SQL text to run', () => {
  it('is refused in words: the static graph, and the sinks of the API gateway', async () => {
    const id = await created({ ...unique(), sql_body: 'select 1' })
    const graph = await world.send('POST', `/v3/{p}/streaming/jobs/${id}/gen-graph`, { sql_body: 'select 1' })
    expect([codeOf(graph), messageOf(graph)]).toEqual(['DLI.10003', expect.stringMatching(/comes with .* SQL jobs/)])
    expect(codeOf(await world.send('GET', `/v1.0/{p}/streaming/jobs/${id}/apig-sinks`))).toBe('DLI.11098')
  })
})

describe('listing SQL jobs', () => {
  it('finds them by type, and gives the text only with show_detail', async () => {
    await created({ ...unique(), name: 'listed', sql_body: 'select 3', queue_name: 'q1' })
    const path = '/v1.0/{p}/streaming/jobs?job_type=flink_opensource_sql_job&name=listed'
    const short = await world.call<{ job_list: { jobs: object[] } }>('listFlinkJobs', 'GET', path)
    expect(short.job_list.jobs).toHaveLength(1)
    const full = await world.call('listFlinkJobs with details', 'GET', `${path}&show_detail=true`)
    expect(full).toMatchObject({ job_list: { jobs: [{ sql_body: 'select 3', run_mode: 'exclusive_cluster' }] } })
  })
})
