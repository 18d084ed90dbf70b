import { Refusal, type Texts } from '../lib/errors.ts'
import type { JobState } from './lifecycle.ts'

const refuse = (code: string, en: string, zh: string) => new Refusal(`job.${code}`, { en, zh })

/** What a person would call the state in a sentence. */
export const STATE_WORDS: Record<JobState, Texts> = {
  draft: { en: 'a draft', zh: '草稿' },
  queued: { en: 'being submitted', zh: '提交中' },
  submitting: { en: 'being submitted', zh: '提交中' },
  submitFailed: { en: 'failed to submit', zh: '提交失败' },
  running: { en: 'running', zh: '运行中' },
  recovering: { en: 'being restarted', zh: '重启中' },
  stopping: { en: 'being stopped', zh: '停止中' },
  stopFailed: { en: 'failed to stop', zh: '停止失败' },
  stopped: { en: 'stopped', zh: '已停止' },
  failed: { en: 'failed', zh: '运行异常' },
  finished: { en: 'finished', zh: '已完成' },
  deleting: { en: 'being deleted', zh: '删除中' },
  deleted: { en: 'deleted', zh: '已删除' },
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
    refuse('bucketBad', `obs_bucket "${bucket}" is not a bucket name.`, `obs_bucket “${bucket}”不是有效的桶名。`),
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
      'custom images need the Kubernetes runtime. Set feature to basic to run the job here.',
      '自定义镜像需要Kubernetes运行时，请将 feature 设置为 basic 后在本机运行。',
    ),
  typeUnsupported: (type: string) =>
    refuse('typeUnsupported', `A job of type ${type} cannot run yet.`, `暂不支持运行类型为 ${type} 的作业。`),
  mayNotRun: (id: number, state: JobState) =>
    refuse(
      'mayNotRun',
      `Job ${id} is ${STATE_WORDS[state].en} and cannot be run now.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，当前不能运行。`,
    ),
  mayNotStop: (id: number, state: JobState) =>
    refuse(
      'mayNotStop',
      `Job ${id} is ${STATE_WORDS[state].en} and cannot be stopped.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，当前不能停止。`,
    ),
  mayNotSavepoint: (id: number, state: JobState) =>
    refuse(
      'mayNotSavepoint',
      `Job ${id} is ${STATE_WORDS[state].en}; a savepoint can be taken only while it runs.`,
      `作业 ${id} ${STATE_WORDS[state].zh}，只有运行中的作业才能创建保存点。`,
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
