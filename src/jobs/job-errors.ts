import { Refusal, type Texts } from '../lib/errors.ts'
import type { JobState } from './lifecycle.ts'

const refuse = (code: string, en: string, zh: string) => new Refusal(`job.${code}`, { en, zh })

/** What a person would call the state in a sentence. */
export const STATE_WORDS: Record<JobState, Texts> = {
  draft: { en: 'a draft', zh: '草稿' },
  queued: { en: 'being submitted', zh: '提交中' },
  submitting: { en: 'being submitted', zh: '提交中' },
  submitFailed: { en: 'one that could not be submitted', zh: '提交失败' },
  running: { en: 'running', zh: '运行中' },
  recovering: { en: 'being restarted', zh: '重启中' },
  stopping: { en: 'being stopped', zh: '停止中' },
  stopFailed: { en: 'one that could not be stopped', zh: '停止失败' },
  stopped: { en: 'stopped', zh: '已停止' },
  failed: { en: 'one that failed', zh: '运行异常' },
  finished: { en: 'finished', zh: '已完成' },
  deleting: { en: 'being deleted', zh: '删除中' },
  deleted: { en: 'deleted', zh: '已删除' },
}

/** So many names make an answer that can be read. */
const NAMED_MAX = 10

/** Said when a run is refused, and when one that was accepted finds a variable gone. */
export function variablesMissing(names: readonly string[]): Texts {
  const mentioned = names.map((name) => `{{${name}}}`)
  const some = mentioned.slice(0, NAMED_MAX)
  const more = mentioned.length - some.length
  return {
    en: `The job names global variables that this project does not have: ${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}. Create them, or take them out of entrypoint_args, runtime_config or sql_body.`,
    zh: `作业使用了该项目中不存在的全局变量：${some.join('、')}${more > 0 ? `等${mentioned.length}个` : ''}。请创建这些变量，或从 entrypoint_args、runtime_config 或 sql_body 中删除。`,
  }
}

/** Expected answers about jobs. Each says what happened, to what, and what to do. */
export const JOB_ERRORS = {
  notFound: (id: number | string) =>
    refuse(
      'notFound',
      `Job ${id} does not exist in this project. List the jobs to find its id.`,
      `作业 ${id} 在该项目中不存在，请通过作业列表查询作业ID。`,
    ),
  nameTaken: (name: string) =>
    refuse(
      'nameTaken',
      `A job named "${name}" exists in this project already. Choose another name.`,
      `该项目中已存在名为“${name}”的作业，请更换名称。`,
    ),
  nameEmpty: () => refuse('nameEmpty', 'name is empty. Give 1 to 57 characters.', 'name 为空，请输入1~57个字符。'),
  nameTooLong: () =>
    refuse('nameTooLong', 'name is longer than 57 characters. Shorten it.', 'name 超过57个字符，请缩短。'),
  nameBadCharacter: () =>
    refuse(
      'nameBadCharacter',
      'name holds a character that is not allowed. Use Chinese characters, letters, digits, "_" and "-".',
      'name 含有不允许的字符，只能使用中文、字母、数字、下划线和中划线。',
    ),
  descriptionTooLong: () =>
    refuse('descriptionTooLong', 'desc is longer than 512 characters. Shorten it.', 'desc 超过512个字符，请缩短。'),
  tooManyDrafts: (max: number) =>
    refuse(
      'tooManyDrafts',
      `This project has ${max} drafts that never ran. Delete some of them first.`,
      `该项目中从未运行过的草稿作业已达 ${max} 个，请先删除部分草稿。`,
    ),
  cuNumberBad: (max: number) =>
    refuse('cuNumberBad', `cu_number is out of range. Give 2 to ${max}.`, `cu_number 超出范围，取值为2~${max}。`),
  managerCuNumberBad: () =>
    refuse(
      'managerCuNumberBad',
      'manager_cu_number is out of range. Give at least 1 and less than cu_number.',
      'manager_cu_number 超出范围，至少为1且小于 cu_number。',
    ),
  parallelNumberBad: () =>
    refuse(
      'parallelNumberBad',
      'parallel_number is out of range. Give 1 to 2000.',
      'parallel_number 超出范围，取值为1~2000。',
    ),
  parallelismAboveCus: (max: number) =>
    refuse(
      'parallelismAboveCus',
      `parallel_number is above 4 x (cu_number - manager_cu_number) = ${max}. Lower it or give the job more CUs.`,
      `parallel_number 超过 4 ×（cu_number - manager_cu_number）= ${max}，请减小并行度或增加CU。`,
    ),
  fieldBad: (field: string, expected: string, expectedZh: string) =>
    refuse('fieldBad', `${field} is not valid. ${expected}`, `${field} 无效。${expectedZh}`),
  mainClassTooLong: () =>
    refuse('mainClassTooLong', 'main_class is longer than 512 bytes. Shorten it.', 'main_class 超过512字节，请缩短。'),
  mainClassBlank: () =>
    refuse(
      'mainClassBlank',
      'main_class contains a blank. Give a Java class name.',
      'main_class 含有空格，请输入Java类名。',
    ),
  argumentsTooLong: () =>
    refuse(
      'argumentsTooLong',
      'entrypoint_args is longer than 1024 bytes. Shorten it, or put the arguments into a dependency file.',
      'entrypoint_args 超过1024字节，请缩短或将参数放入依赖文件。',
    ),
  argumentsUnbalanced: () =>
    refuse(
      'argumentsUnbalanced',
      'entrypoint_args has a quote that is never closed. Close it, or escape it with a backslash.',
      'entrypoint_args 中存在未闭合的引号，请闭合或使用反斜杠转义。',
    ),
  checkpointIntervalBad: () =>
    refuse(
      'checkpointIntervalBad',
      'checkpoint_interval is out of range. Give 1 to 999999 seconds.',
      'checkpoint_interval 超出范围，取值为1~999999秒。',
    ),
  checkpointModeBad: () =>
    refuse(
      'checkpointModeBad',
      'checkpoint_mode is not valid. Give 1 (exactly once) or 2 (at least once).',
      'checkpoint_mode 无效，取值为1（exactly_once）或2（at_least_once）。',
    ),
  checkpointPathTaken: (path: string, otherJob: string) =>
    refuse(
      'checkpointPathTaken',
      `checkpoint_path ${path} is used by job "${otherJob}". Every job needs a path of its own.`,
      `checkpoint_path ${path} 已被作业“${otherJob}”使用，每个作业需要独立的路径。`,
    ),
  bucketNeeded: () =>
    refuse(
      'bucketNeeded',
      'obs_bucket is missing: it is needed when log_enabled or checkpoint_enabled is true. Name a bucket.',
      '缺少 obs_bucket：开启日志或checkpoint时必须指定OBS桶。',
    ),
  bucketBad: (bucket: string) =>
    refuse(
      'bucketBad',
      `obs_bucket "${bucket}" is not a bucket name. Give the name alone, without obs:// and without a path.`,
      `obs_bucket “${bucket}”不是有效的桶名，请只填写桶名，不带 obs:// 和路径。`,
    ),
  packageMissing: (field: string, reference: string, why: Texts) =>
    refuse(
      'packageMissing',
      `${field}: "${reference}" cannot be used. ${why.en}`,
      `${field}：“${reference}”无法使用。${why.zh}`,
    ),
  entrypointMissing: () =>
    refuse(
      'entrypointMissing',
      'The job has no entrypoint. Name the jar that holds the main class.',
      '作业缺少 entrypoint，请指定包含主类的jar包。',
    ),
  mainClassNeeded: () =>
    refuse(
      'mainClassNeeded',
      'main_class is not set and dependency_jars names several jars. Set main_class to the class with the main method.',
      '未设置 main_class，且 dependency_jars 包含多个jar包，请将 main_class 设置为包含main方法的类。',
    ),
  sqlTooLong: (max: number) =>
    refuse(
      'sqlTooLong',
      `sql_body is longer than ${max} characters. Shorten it, or split the job.`,
      `sql_body 超过 ${max} 个字符，请缩短或拆分作业。`,
    ),
  modeUnsuited: (type: string, runMode: string) =>
    refuse(
      'modeUnsuited',
      `job_type ${type} does not suit run_mode ${runMode}. exclusive_cluster takes flink_opensource_sql_job and flink_sql_job, shared_cluster takes flink_sql_job, edge_node takes flink_sql_edge_job.`,
      `job_type ${type} 与 run_mode ${runMode} 不匹配：exclusive_cluster 支持 flink_opensource_sql_job 和 flink_sql_job，shared_cluster 支持 flink_sql_job，edge_node 支持 flink_sql_edge_job。`,
    ),
  edgeGroupsMissing: () =>
    refuse(
      'edgeGroupsMissing',
      'edge_group_ids is missing: run_mode edge_node needs at least one edge group. Name one, or choose another run_mode.',
      '缺少 edge_group_ids：run_mode 为 edge_node 时至少需要一个边缘计算组，请指定或更换 run_mode。',
    ),
  udfOnSharedCluster: () =>
    refuse(
      'udfOnSharedCluster',
      'udf_jar_url is set: user functions do not run on the shared cluster. Set run_mode to exclusive_cluster.',
      '共享集群不支持用户自定义函数（udf_jar_url），请将 run_mode 设置为 exclusive_cluster。',
    ),
  idleStateRetentionBad: () =>
    refuse(
      'idleStateRetentionBad',
      'idle_state_retention is out of range. Give at least 1.',
      'idle_state_retention 超出范围，至少为1。',
    ),
  dirtyDataStrategyBad: () =>
    refuse(
      'dirtyDataStrategyBad',
      'dirty_data_strategy is not valid. Give 0 (ignore), 1 (fail the job) or 2:bucket/directory (save there).',
      'dirty_data_strategy 无效，取值为0（忽略）、1（抛出异常）或 2:桶名/目录（保存）。',
    ),
  kindWrong: (id: number, type: string) =>
    refuse(
      'kindWrong',
      `Job ${id} is of type ${type}. Update a Jar job by PUT streaming/flink-jobs and an SQL job by PUT streaming/sql-jobs.`,
      `作业 ${id} 的类型为 ${type}。Jar作业请使用 PUT streaming/flink-jobs 更新，SQL作业请使用 PUT streaming/sql-jobs 更新。`,
    ),
  queueMissing: () =>
    refuse(
      'queueMissing',
      'The job has no queue. Set queue_name to a dedicated queue.',
      '作业未指定队列，请将 queue_name 设置为专属队列。',
    ),
  queueNotFound: (queue: string) =>
    refuse(
      'queueNotFound',
      `Queue "${queue}" does not exist. Create it or name another.`,
      `队列“${queue}”不存在，请创建或更换队列。`,
    ),
  queueForbidden: (queue: string) =>
    refuse(
      'queueForbidden',
      `You may not run jobs on the queue "${queue}". Its owner or an administrator of the project can give you that right.`,
      `您没有权限在队列“${queue}”上运行作业，请联系其所有者或项目管理员授权。`,
    ),
  packageForbidden: (field: string, reference: string) =>
    refuse(
      'packageForbidden',
      `${field}: you may not use "${reference}". Its owner or an administrator of the project can give you that right.`,
      `${field}：您没有权限使用“${reference}”，请联系其所有者或项目管理员授权。`,
    ),
  queueShared: (queue: string) =>
    refuse(
      'queueShared',
      `Queue "${queue}" is shared; a jar job needs a dedicated one. Create a queue with resource_mode 1.`,
      `队列“${queue}”为共享队列，Jar作业需要专属队列，请使用 resource_mode 为1创建队列。`,
    ),
  queueTooSmall: (queue: string, needs: number, has: number) =>
    refuse(
      'queueTooSmall',
      `The job needs ${needs} CUs and queue "${queue}" has ${has} in all. Lower cu_number or use a larger queue.`,
      `作业需要 ${needs} CU，队列“${queue}”总共只有 ${has} CU，请减小 cu_number 或使用更大的队列。`,
    ),
  hostTooSmall: (needsMiB: number, hasMiB: number) =>
    refuse(
      'hostTooSmall',
      `The job needs ${needsMiB} MiB of memory and this host offers ${hasMiB} MiB to jobs. Lower cu_number, or lower the memory of a CU (HEADGATE_CU_MEMORY).`,
      `作业需要 ${needsMiB} MiB 内存，本机只为作业提供 ${hasMiB} MiB，请减小 cu_number 或减小每CU内存（HEADGATE_CU_MEMORY）。`,
    ),
  imageUnsupported: () =>
    refuse(
      'imageUnsupported',
      'Custom images need the Kubernetes runtime. Set feature to basic to run the job here.',
      '自定义镜像需要Kubernetes运行时，请将 feature 设置为 basic 后在本机运行。',
    ),
  variablesMissing: (names: readonly string[]) => {
    const { en, zh } = variablesMissing(names)
    return refuse('variablesMissing', en, zh)
  },
  mayNotRun: (id: number, state: JobState) =>
    refuse(
      'mayNotRun',
      `Job ${id} is ${STATE_WORDS[state].en} and cannot be run now. Stop it, or wait until it has ended.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，当前不能运行，请停止作业或等待作业结束。`,
    ),
  mayNotOverwrite: (id: number, state: JobState) =>
    refuse(
      'mayNotOverwrite',
      `Job ${id} is ${STATE_WORDS[state].en} and cannot be overwritten now. Stop it first.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，当前不能覆盖，请先停止作业。`,
    ),
  typeDiffers: (id: number, type: string) =>
    refuse(
      'typeDiffers',
      `Job ${id} of the same name is of the type ${type} and cannot become one of another. Delete it first, or rename it.`,
      `同名作业 ${id} 的类型为 ${type}，不能被其他类型的作业覆盖，请先删除或重命名该作业。`,
    ),
  mayNotStop: (id: number, state: JobState) =>
    refuse(
      'mayNotStop',
      `Job ${id} is ${STATE_WORDS[state].en} and cannot be stopped. Only a job that runs or is being submitted can.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，当前不能停止，只有运行中或提交中的作业才能停止。`,
    ),
  mayNotSavepoint: (id: number, state: JobState) =>
    refuse(
      'mayNotSavepoint',
      `Job ${id} is ${STATE_WORDS[state].en}; a savepoint can be taken only while it runs.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，只有运行中的作业才能创建保存点。`,
    ),
  mayNotImportSavepoint: (id: number, state: JobState) =>
    refuse(
      'mayNotImportSavepoint',
      `Job ${id} is ${STATE_WORDS[state].en}; a savepoint can be imported only while nothing of the job runs. Stop it first.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，只有未运行的作业才能导入保存点，请先停止作业。`,
    ),
  savepointNotFound: (path: string) =>
    refuse(
      'savepointNotFound',
      `There is no complete savepoint or checkpoint at savepoint_path ${path}. Name the directory that holds its _metadata, in a bucket of this project.`,
      `savepoint_path ${path} 处没有完整的保存点或checkpoint，请指定该项目桶中直接包含 _metadata 文件的目录。`,
    ),
  savepointUnderWay: (id: number) =>
    refuse(
      'savepointUnderWay',
      `A savepoint of job ${id} is under way. Wait until it is done.`,
      `作业 ${id} 正在创建保存点，请等待完成。`,
    ),
  mayNotUpdate: (id: number, state: JobState, fields: readonly string[]) =>
    refuse(
      'mayNotUpdate',
      `Job ${id} is ${STATE_WORDS[state].en}; ${fields.join(', ')} cannot be changed now. Stop the job first.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，当前不能修改 ${fields.join('、')}，请先停止作业。`,
    ),
  startingWhileUpdating: (id: number, state: JobState) =>
    refuse(
      'startingWhileUpdating',
      `Job ${id} is ${STATE_WORDS[state].en} and cannot be updated now. Stop it first, or try again when it runs.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，当前不能修改，请先停止作业，或在运行后重试。`,
    ),
  busyWhileUpdating: (id: number, state: JobState) =>
    refuse(
      'busyWhileUpdating',
      `Job ${id} is ${STATE_WORDS[state].en} and cannot be updated now. Try again when that is done.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，当前不能修改，请稍后重试。`,
    ),
  noSavepoint: (id: number) =>
    refuse(
      'noSavepoint',
      `Job ${id} has run before and has neither a savepoint nor a usable checkpoint to resume from. Run it without resume_savepoint to begin anew.`,
      `作业 ${id} 曾经运行过，但没有可恢复的保存点或checkpoint。如需重新开始，请不要设置 resume_savepoint。`,
    ),
  changedMeanwhile: (id: number) =>
    refuse(
      'changedMeanwhile',
      `Job ${id} was changed by another request at the same moment. Try again.`,
      `作业 ${id} 同时被其他请求修改，请重试。`,
    ),
  attemptNotFound: (id: string) =>
    refuse('attemptNotFound', `Attempt ${id} does not exist for this job.`, `该作业不存在启动记录 ${id}。`),
  logNotFound: (name: string) =>
    refuse(
      'logNotFound',
      `Log "${name}" does not exist for this attempt. List its logs first.`,
      `该启动记录没有日志“${name}”，请先查询日志列表。`,
    ),
} as const

/** Every code of the catalogue, so that the HTTP layer can prove that each has a mapping. */
export type JobErrorCode = `job.${keyof typeof JOB_ERRORS}`
