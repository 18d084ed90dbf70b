/**
 * The examples of the five documents, requests byte for byte: "Creating a Flink Jar job" (Chinese and English edition), "Updating a
 * Flink Jar job", "Querying job detail", "Creating and submitting a Flink job". The project is the one of the guide.
 */
export const PROJECT = '48cc2c48765f481480c7db940d6409d1'

const CREATE_REST = `"desc": "job for test",
    "queue_name": "testQueue",
    "manager_cu_number": 1,
    "cu_number": 2,
    "parallel_number": 1,
    "tm_cus": 1,
    "tm_slot_num": 1,
    "log_enabled": true,
    "obs_bucket": "bucketName",
    "smn_topic": "topic",
    "main_class": "org.apache.flink.examples.streaming.JavaQueueStream",
    "restart_when_exception": false,
    "entrypoint": "javaQueueStream.jar",`

const DEPENDENCIES = `"dependency_jars": [
        "myGroup/test.jar",
        "myGroup/test1.jar"
    ],
    "dependency_files": [
        "myGroup/test.csv",
        "myGroup/test1.csv"
    ]
}`

export const CREATE = `{
    "name": "test",
    ${CREATE_REST}
    "entrypoint_args":"-windowSize 2000 -rate3",
    ${DEPENDENCIES}`

export const CREATE_ENGLISH = CREATE.replace('-rate3', '-rate 3')

export const UPDATE = `{
    "name": "test1",
    "desc": "job for test",
    "job_type": "flink_jar_job",
    "queue_name": "testQueue",
    "manager_cu_number": 1,
    "cu_number": 2,
    "parallel_number": 1,
    "log_enabled": false,
    "main_class": "org.apache.flink.examples.streaming.JavaQueueStream",
    "restart_when_exception": false,
    "entrypoint": "FemaleInfoCollec.jar",
    ${DEPENDENCIES}`

export const RUN = `{
    "job_ids": [131,130,138,137],
    "resume_savepoint": true
}`

/** Creates the job that the detail document shows. */
export const DETAIL_JOB = {
  name: 'jptest',
  queue_name: 'flinktest',
  entrypoint: 'FemaleInfoCollection.jar',
  dependency_jars: ['FemaleInfoCollection.jar', 'ObsBatchTest.jar'],
  dependency_files: ['FemaleInfoCollection.jar', 'ReadFromResource'],
}

/** Creates the SQL job of which the detail document shows how it scales. */
export const SCALING_JOB = {
  ...{ name: 'scaling', sql_body: 'select 1', queue_name: 'flinktest', run_mode: 'exclusive_cluster' },
  ...{ job_type: 'flink_opensource_sql_job', cu_number: 3, tm_slot_num: 1 },
  runtime_config: JSON.stringify([
    { key: 'flink.dli.job.scale.enable', value: 'true' },
    { key: 'flink.dli.job.scale.interval', value: '1' },
    { key: 'flink.dli.job.cu.max', value: '4' },
  ]),
}

/** Answers as they are printed. */
const created = (message: string) => ({
  ...{ is_success: true, message, job: { job_id: 138, status_name: 'job_init', status_desc: '' } },
})

const submitted = {
  is_success: 'true',
  message: 'The request for submitting DLI jobs is delivered successfully.',
}

export const PRINTED = {
  created: created('新建flink作业成功'),
  createdInEnglish: created('A Flink job is created successfully.'),
  updated: { is_success: true, message: '更新flink作业成功', job: { update_time: 1516952770835 } },
  shown: {
    is_success: 'true',
    message: '作业详情查询成功',
    job_detail: {
      job_id: 104,
      user_id: '011c99a26ae84a1bb963a75e7637d3fd',
      queue_name: 'flinktest',
      project_id: '330e068af1334c9782f4226acc00a2e2',
      name: 'jptest',
      desc: '',
      sql_body: '',
      run_mode: 'exclusive_cluster',
      job_type: 'flink_jar_job',
      job_config: {
        checkpoint_enabled: false,
        checkpoint_interval: 10,
        checkpoint_mode: 'exactly_once',
        log_enabled: false,
        obs_bucket: null,
        root_id: -1,
        edge_group_ids: null,
        graph_editor_enabled: false,
        graph_editor_data: '',
        manager_cu_number: 1,
        executor_number: null,
        executor_cu_number: null,
        cu_number: 2,
        parallel_number: 1,
        smn_topic: null,
        restart_when_exception: false,
        idle_state_retention: 3600,
        config_url: null,
        udf_jar_url: null,
        dirty_data_strategy: null,
        entrypoint: 'FemaleInfoCollection.jar',
        dependency_jars: ['FemaleInfoCollection.jar', 'ObsBatchTest.jar'],
        dependency_files: ['FemaleInfoCollection.jar', 'ReadFromResource'],
      },
      main_class: null,
      entrypoint_args: null,
      execution_graph: null,
      status: 'job_init',
      status_desc: '',
      create_time: 1578466221525,
      update_time: 1578467395713,
      start_time: null,
    },
  },
  shownScaling: {
    is_success: 'true',
    message: 'The job information query succeeds.',
    job_detail: {
      job_type: 'flink_opensource_sql_job',
      job_config: { auto_scaling_enable: true, auto_scaling_interval: 1, max_parallelism: 12, real_cu_number: 2 },
    },
  },
  submitted: [submitted, submitted, submitted, submitted],
}
