import { describe, expect, it } from 'vitest'
import type { Job, JobId, JobSettings, JobView } from '../../jobs/index.ts'
import { DEFAULT_SETTINGS } from '../../jobs/job-settings.ts'
import { toDetailedJobItem, toJobDetail, toJobItem } from './wire.ts'

const CREATED = new Date(1_578_466_221_525)
const NOW = new Date(1_578_466_300_000)
const reading = { language: 'en', now: NOW } as const

function view(settings: Partial<JobSettings> = {}, job: Partial<Job> = {}, rest: Partial<JobView> = {}): JobView {
  return {
    job: {
      id: 104 as JobId,
      projectId: '330e068af1334c9782f4226acc00a2e2',
      name: 'j',
      type: 'flink_jar_job',
      description: '',
      queueName: 'q1',
      settings: { ...DEFAULT_SETTINGS, ...settings },
      ownerId: '011c99a26ae84a1bb963a75e7637d3fd',
      state: 'draft',
      stateSince: CREATED,
      status: { en: '', zh: '' },
      condition: { en: '', zh: '' },
      wish: { wants: 'stopped', withSavepoint: false, operationId: null },
      generation: 0,
      seenGeneration: 0,
      version: 1,
      restartTimes: 0,
      createdAt: CREATED,
      updatedAt: CREATED,
      startedAt: null,
      endedAt: null,
      executionGraph: null,
      ...job,
    },
    ownerName: 'u1',
    openOperation: null,
    latestSavepoint: null,
    isLive: false,
    sizing: { taskManagers: 1, taskManagerCus: 1, cuCount: 2, realCuCount: 2 },
    sqlBody: '',
    ...rest,
  }
}

/** The contract's set of defaults, written out. */
const DEFAULT_DETAIL = {
  job_id: 104,
  name: 'j',
  desc: '',
  job_type: 'flink_jar_job',
  status: 'job_init',
  status_desc: '',
  create_time: 1_578_466_221_525,
  update_time: 1_578_466_221_525,
  start_time: null,
  duration: 0,
  root_id: -1,
  user_id: '011c99a26ae84a1bb963a75e7637d3fd',
  user_name: 'u1',
  queue_name: 'q1',
  project_id: '330e068af1334c9782f4226acc00a2e2',
  run_mode: 'exclusive_cluster',
  sql_body: '',
  main_class: null,
  entrypoint_args: null,
  execution_graph: null,
  savepoint_path: null,
  has_savepoint: false,
  graph_editor_enabled: false,
  edge_group_ids: null,
  restart_times: 0,
  feature: 'basic',
  flink_version: null,
  image: null,
  job_config: {
    checkpoint_enabled: false,
    checkpoint_mode: 'exactly_once',
    checkpoint_interval: 10,
    checkpoint_path: null,
    log_enabled: false,
    obs_bucket: null,
    smn_topic: null,
    root_id: -1,
    edge_group_ids: null,
    manager_cu_number: 1,
    cu_number: 2,
    parallel_number: 1,
    executor_number: null,
    executor_cu_number: null,
    restart_when_exception: false,
    resume_checkpoint: false,
    resume_max_num: -1,
    idle_state_retention: 3600,
    config_url: null,
    udf_jar_url: null,
    dirty_data_strategy: null,
    entrypoint: 'app.jar',
    dependency_jars: null,
    dependency_files: null,
    runtime_config: null,
    flink_log_config: null,
    graph_editor_enabled: false,
    graph_editor_data: '',
    tm_cus: 1,
    tm_slot_num: 1,
    image: null,
    feature: 'basic',
    flink_version: null,
    operator_config: null,
    static_estimator_config: null,
    real_cu_number: 0,
    execution_agency_urn: null,
    resource_config_version: 'v1',
    resource_config: {
      max_slot: 1,
      parallel_number: 1,
      jobmanager_resource_spec: { cpu: 1, memory: '4G' },
      taskmanager_resource_spec: { cpu: 1, memory: '4G' },
    },
    auto_scaling_enable: false,
    auto_scaling_interval: null,
    max_parallelism: null,
  },
}

describe('the detail of a job', () => {
  it('is the contract’s set of defaults for a job of which little was said', () => {
    expect(toJobDetail(view({ entrypoint: 'app.jar' }), reading)).toEqual(DEFAULT_DETAIL)
  })

  it('returns texts exactly as they were sent', () => {
    const texts = {
      runtimeConfig: '[{"key":"k", "value":"v"}] ',
      flinkLogConfig: '{}',
      executionAgencyUrn: 'ag1',
      checkpointPath: 'b/dir/',
    }
    expect(toJobDetail(view(texts), reading).job_config).toMatchObject({
      runtime_config: '[{"key":"k", "value":"v"}] ',
      flink_log_config: '{}',
      execution_agency_urn: 'ag1',
      checkpoint_path: 'b/dir/',
    })
  })

  it('shows feature, version and image in both places', () => {
    const detail = toJobDetail(view({ feature: 'custom', flinkVersion: '1.20', image: 'o/n:1' }), reading)
    const wanted = { feature: 'custom', flink_version: '1.20', image: 'o/n:1' }
    expect(detail).toMatchObject(wanted)
    expect(detail.job_config).toMatchObject(wanted)
  })

  it('names the CUs that the job comes to only when they are not cu_number', () => {
    const sizing = { taskManagers: 2, taskManagerCus: 1, cuCount: 5, realCuCount: 3 }
    expect(toJobDetail(view({ cuNumber: 5, parallelNumber: 8 }, {}, { sizing }), reading).job_config).toMatchObject({
      real_cu_number: 3,
      tm_slot_num: 2,
    })
  })

  it('counts executors only while something runs', () => {
    const live = { isLive: true }
    const ended = { isLive: false }
    expect(toJobDetail(view({}, {}, live), reading).job_config).toMatchObject({
      executor_number: 1,
      executor_cu_number: 1,
    })
    expect(toJobDetail(view({}, {}, ended), reading).job_config).toMatchObject({
      executor_number: null,
      executor_cu_number: null,
    })
  })

  it('gives the duration of the last run, until now while it goes on', () => {
    const startedAt = new Date(NOW.getTime() - 5000)
    const duration = (job: Partial<Job>) => toJobDetail(view({}, job), reading).duration
    expect(duration({ startedAt })).toBe(5000)
    expect(duration({ startedAt, endedAt: new Date(NOW.getTime() - 2000) })).toBe(3000)
    expect(duration({ startedAt, endedAt: new Date(NOW.getTime() - 9000) })).toBe(5000)
  })

  it('speaks the language that was asked for', () => {
    const status = { en: 'It failed.', zh: '失败。' }
    expect(toJobDetail(view({}, { status }), { ...reading, language: 'zh' }).status_desc).toBe('失败。')
  })

  it('tells of the latest savepoint', () => {
    const latestSavepoint = { path: 'b/jobs/savepoint/104' } as JobView['latestSavepoint']
    expect(toJobDetail(view({}, {}, { latestSavepoint }), reading)).toMatchObject({
      has_savepoint: true,
      savepoint_path: 'b/jobs/savepoint/104',
    })
  })
})

describe('an item of the list', () => {
  it('names the user twice and says 0 for a start that never was', () => {
    expect(toJobItem(view(), reading)).toMatchObject({ user_name: 'u1', username: 'u1', start_time: 0 })
  })

  it('has every field of the detail when details are asked for', () => {
    const item = toDetailedJobItem(view({ entrypoint: 'app.jar' }), reading)
    expect(item).toEqual({ ...DEFAULT_DETAIL, username: 'u1', start_time: 0 })
  })
})
