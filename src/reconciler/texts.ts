import type { Texts } from '../lib/errors.ts'
import type { Failure } from '../runtimes/runtime.ts'
import { lacks } from './room.ts'
import type { Room } from './view.ts'

/** What `status_desc` says, in both languages: what happened and what to do. */

export function failureTexts(failure: Failure, then?: Texts): Texts {
  return {
    en: sentence(failure.cause, failure.advice.en, then?.en),
    zh: sentence(failure.cause, failure.advice.zh, then?.zh),
  }
}

export function joined(...texts: readonly Texts[]): Texts {
  return { en: sentence(...texts.map(({ en }) => en)), zh: sentence(...texts.map(({ zh }) => zh)) }
}

export function waitingTexts(room: Room): Texts {
  const needs = lacks(room)
  if (needs.line) {
    return {
      en: `Waiting: ${room.aheadInLine} job(s) are ahead in line for queue ${room.queue?.name}.`,
      zh: `等待中：队列 ${room.queue?.name} 前面还有 ${room.aheadInLine} 个作业。`,
    }
  }
  if (needs.cus && room.queue) {
    const free = room.queue.cuCount - room.queue.busyCus
    return {
      en: `Waiting for CUs: the job needs ${room.needsCus}, queue ${room.queue.name} has ${free} of ${room.queue.cuCount} free. Stop another job or lower cu_number.`,
      zh: `等待CU：作业需要 ${room.needsCus} CU，队列 ${room.queue.name} 共 ${room.queue.cuCount} CU，空闲 ${free} CU。请停止其他作业或减小 cu_number。`,
    }
  }
  if (needs.memory && room.memory) {
    const free = room.memory.budgetBytes - room.memory.busyBytes
    return {
      en: `Waiting for memory: the job needs ${mib(room.needsMemoryBytes)} MiB, this host has ${mib(free)} of ${mib(room.memory.budgetBytes)} MiB for jobs free. Stop another job.`,
      zh: `等待内存：作业需要 ${mib(room.needsMemoryBytes)} MiB，本机作业内存共 ${mib(room.memory.budgetBytes)} MiB，空闲 ${mib(free)} MiB。请停止其他作业。`,
    }
  }
  return {
    en: `Waiting for its turn: ${room.starting} other job(s) are being started on this host.`,
    zh: `等待启动：本机正在启动 ${room.starting} 个其他作业。`,
  }
}

export const TEXTS = {
  noSqlYet: (): Texts => ({
    en: 'SQL jobs are stored but do not run yet. Until they do, run the statements from a Flink Jar job: a program that gives them to TableEnvironment.executeSql.',
    zh: '当前仅支持保存SQL作业，暂不支持运行。请使用Flink Jar作业运行这些语句：在程序中通过 TableEnvironment.executeSql 执行。',
  }),
  noEdge: (): Texts => ({
    en: 'There are no edge nodes here on which an edge job could run. Create it anew as flink_opensource_sql_job with run_mode exclusive_cluster.',
    zh: '此处没有可运行边缘作业的边缘节点。请以 flink_opensource_sql_job 类型和 exclusive_cluster 模式重新创建该作业。',
  }),
  queueGone: (queue: string): Texts => ({
    en: `Queue "${queue}" does not exist any more. Create it or set queue_name to another.`,
    zh: `队列“${queue}”已不存在，请创建该队列或将 queue_name 设置为其他队列。`,
  }),
  queueTooSmall: (queue: string, needs: number, has: number): Texts => ({
    en: `The job needs ${needs} CUs and queue "${queue}" has ${has} in all. Lower cu_number or use a larger queue.`,
    zh: `作业需要 ${needs} CU，队列“${queue}”总共只有 ${has} CU，请减小 cu_number 或使用更大的队列。`,
  }),
  nothingToResume: (why: string): Texts => ({
    en: `The job was not started, because it was to resume and ${why}. Run it without resume_savepoint to begin anew.`,
    zh: `作业未启动：要求恢复状态，但未找到可用的保存点或checkpoint。如需重新开始，请不要设置 resume_savepoint。`,
  }),
  unreadable: (state: string, cause: string): Texts => ({
    en: sentence(`Flink cannot read the state ${state}, so the next older is looked for`, cause),
    zh: sentence(`Flink 无法读取状态 ${state}，正在查找更早的状态。`, cause),
  }),
  nothingReadable: (why: string): Texts => ({
    en: `The job was not started: ${why}. Repair the files, or run it without resume_savepoint to begin anew.`,
    zh: `作业未启动：无法读取要恢复的状态（${why}）。请修复文件；如需重新开始，请不设置 resume_savepoint 运行作业。`,
  }),
  olderState: (state: string): Texts => ({
    en: `It went on from an older state, for Flink could not read ${state}.`,
    zh: `Flink 无法读取 ${state}，作业已从更早的状态恢复。`,
  }),
  tooLong: (what: Texts, seconds: number, last: Texts): Texts => ({
    en: sentence(`${what.en} was not done after ${seconds} s.`, last.en),
    zh: sentence(`${what.zh}在 ${seconds} 秒内未完成。`, last.zh),
  }),
  restarting: (resumes: boolean): Texts => ({
    en: `The job is being started again${resumes ? '' : ' from its beginning'}, as restart_when_exception${resumes ? '' : ' without resume_checkpoint'} says.`,
    zh: resumes
      ? '根据 restart_when_exception，作业正在重新启动。'
      : '根据 restart_when_exception（未启用 resume_checkpoint），作业正在从头重新启动。',
  }),
  interrupted: (): Texts => ({
    en: 'Flink is restarting the tasks of the job from its newest checkpoint.',
    zh: 'Flink 正在从最近的checkpoint重新启动作业的任务。',
  }),
  taskManagerReplaced: (number: number): Texts => ({
    en: `TaskManager ${number} ended and is being replaced.`,
    zh: `TaskManager ${number} 已终止，正在替换。`,
  }),
  silent: (since: Date, silentMs: number): Texts => {
    const [at, seconds] = [since.toISOString(), Math.round(silentMs / 1000)]
    return {
      en: `Not reachable: its JobManager lives but has not answered since ${at}. After ${seconds} s it counts as dead.`,
      zh: `无法连接：JobManager 进程存活，但自 ${at} 起没有应答；超过 ${seconds} 秒将视为已终止。`,
    }
  },
  silentTooLong: (seconds: number): Failure => ({
    cause: `The JobManager lives but has not answered for ${seconds} s.`,
    advice: {
      en: 'It hangs, or has too little CPU or memory: look at its log, and give it more (manager_cu_number).',
      zh: 'JobManager 已挂起，或CPU、内存不足：请查看其日志，并增加 manager_cu_number。',
    },
    detail: '',
  }),
  unstable: (restarts: number): Texts => ({
    en: `Unstable: it was restarted ${restarts} times within the last hour. Look at the failures of its attempts.`,
    zh: `不稳定：最近一小时内已重启 ${restarts} 次，请查看各次启动的失败原因。`,
  }),
  noRestart: (why: string): Texts => ({ en: `It is not started again: ${why}.`, zh: `不再自动重启（${why}）。` }),
  triedAgain: (reason: string): Texts => ({
    en: `The start is being tried again. ${reason}`,
    zh: `正在重试启动。${reason}`,
  }),
  savepointFailedRunsOn: (reason: string): Texts => ({
    en: sentence('The savepoint failed; the job runs on', reason),
    zh: sentence('创建保存点失败，作业继续运行。', reason),
  }),
  savepointFailed: (reason: string): Texts => ({
    en: `The job was not stopped: its savepoint failed and it runs on. ${reason} Stop it without a savepoint, or try again.`,
    zh: `作业未停止：创建保存点失败，作业继续运行。${reason} 请重试，或不创建保存点直接停止。`,
  }),
  diedWhileStopping: (reason: string): Texts => ({
    en: `The job ended before its savepoint was complete. ${reason} Its newest checkpoint, if it made any, is still there.`,
    zh: `作业在保存点完成之前已结束。${reason} 如有checkpoint，最近的checkpoint仍然保留。`,
  }),
  stopFailed: (): Texts => ({
    en: 'The stop did not end all processes of the job. Headgate keeps trying; stop it again or look at the host.',
    zh: '停止操作未能结束作业的所有进程，系统会继续尝试；请再次停止或检查主机。',
  }),
} as const

function sentence(...parts: (string | undefined)[]): string {
  return parts
    .map((part) => part?.trim())
    .filter((part) => part !== undefined && part !== '')
    .map((part) => (/[.!?。！？]$/u.test(part ?? '') ? part : `${part}.`))
    .join(' ')
}

const mib = (bytes: number) => Math.max(0, Math.floor(bytes / 1024 ** 2))
