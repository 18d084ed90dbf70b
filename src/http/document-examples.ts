/**
 * A body for each operation that takes one, to begin from: in the OpenAPI document, and filled in by the API Explorer. Together
 * they tell one story: a queue, a package, a job, its run. document.test.ts sees that each passes the check of its operation.
 */
const TAGS = [{ key: 'team', value: 'streaming' }]

const JAR_JOB = {
  name: 'orders',
  desc: 'Counts orders per minute',
  queue_name: 'q1',
  cu_number: 2,
  manager_cu_number: 1,
  parallel_number: 1,
  tm_cus: 1,
  entrypoint: 'jars/orders.jar',
  main_class: 'com.acme.Orders',
  entrypoint_args: '--topic orders',
  checkpoint_enabled: true,
  checkpoint_interval: 30,
  obs_bucket: 'jobs',
  log_enabled: true,
  restart_when_exception: true,
  resume_checkpoint: true,
  resume_max_num: -1,
  flink_version: '1.20',
  tags: TAGS,
}

const SQL = "CREATE TABLE orders (id INT) WITH ('connector' = 'datagen');"

const GRANT = {
  user_name: 'alice',
  action: 'grant',
  privileges: [{ object: 'jobs.flink.1', privileges: ['GET', 'START', 'STOP'] }],
}

export const BODY_EXAMPLES: Readonly<Record<string, unknown>> = {
  createFlinkJarJob: JAR_JOB,
  updateFlinkJarJob: { desc: 'Counts orders per second', parallel_number: 2, restart_when_exception: true },
  createFlinkSqlJob: {
    name: 'orders-sql',
    job_type: 'flink_opensource_sql_job',
    run_mode: 'exclusive_cluster',
    queue_name: 'q1',
    sql_body: SQL,
    cu_number: 2,
    parallel_number: 1,
  },
  updateFlinkSqlJob: { sql_body: SQL, parallel_number: 2 },
  batchRunFlinkJobs: { job_ids: [1], resume_savepoint: false },
  batchStopFlinkJobs: { job_ids: [1], trigger_savepoint: true },
  batchDeleteFlinkJobs: { job_ids: [1] },
  showFlinkMetric: { job_ids: [1] },
  exportFlinkJobs: { obs_dir: 'jobs/export', is_selected: true, job_selected: [1] },
  importFlinkJobs: { zip_file: 'jobs/export', is_cover: false },
  executeFlinkJobSavepoint: { action: 'TRIGGER', savepoint_path: 'jobs/savepoints' },
  importFlinkJobSavepoint: { savepoint_path: 'jobs/savepoints/savepoint-1' },
  createFlinkSqlJobTemplate: {
    name: 'orders',
    desc: 'Reads orders',
    sql_body: SQL,
    job_type: 'flink_opensource_sql_job',
  },
  updateFlinkSqlJobTemplate: { desc: 'Reads all orders', sql_body: SQL },
  registerBucket: { obs_buckets: ['jobs'] },
  createDliAgency: { roles: ['obs_adm', 'smn_adm'] },
  runAuthorizationAction: GRANT,
  changeAuthorization: GRANT,
  registerAuthorizedQueue: { queue_name: 'q1', user_name: 'alice', action: 'grant', privileges: ['SUBMIT_JOB'] },
  batchCreateResourceTags: { tags: TAGS },
  batchDeleteResourceTags: { tags: [{ key: 'team' }] },
  listResourcesByTags: { tags: [{ key: 'team', values: ['streaming'] }] },
  countResourcesByTags: { tags: [{ key: 'team', values: ['streaming'] }] },
  createGlobalVariable: { var_name: 'topic', var_value: 'orders', is_sensitive: false },
  updateGlobalVariable: { var_value: 'orders-2' },
  createQueue: {
    queue_name: 'q1',
    queue_type: 'general',
    resource_mode: 1,
    cu_count: 16,
    description: 'For Flink jobs',
  },
  updateQueueCidr: { cidr_in_vpc: '10.0.0.0/8' },
  runQueueAction: { action: 'scale_out', cu_count: 16 },
  createConnectivityTask: { address: '192.168.0.12:6379' },
  createQueueProperty: { properties: { 'computeEngine.maxInstances': '4' } },
  updateQueueProperty: { properties: { 'computeEngine.maxInstances': '8' } },
  deleteQueueProperty: { keys: ['computeEngine.maxInstances'] },
  uploadJobResources: { paths: ['obs://jobs/orders.jar'], kind: 'jar', group: 'jars' },
  uploadJarJobResources: { paths: ['obs://jobs/orders.jar'], group: 'jars' },
  uploadPythonFileJobResources: { paths: ['obs://jobs/orders.py'], group: 'python' },
  uploadFileJobResources: { paths: ['obs://jobs/countries.csv'], group: 'files' },
  updateJobResourceOwner: { new_owner: 'alice', group_name: 'jars' },
  createToken: {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'admin', password: '********', domain: { name: 'headgate' } } },
      },
      scope: { project: { name: 'default' } },
    },
  },
  createUser: { name: 'alice', is_admin: false },
  changeUser: { enabled: true },
  setPassword: {},
  createProject: { name: 'streaming', description: 'Jobs of the streaming team' },
  changeProject: { enabled: true },
  setMember: { role: 'member' },
  createKey: { user_name: 'alice' },
  changeKey: { enabled: false },
}
