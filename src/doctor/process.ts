import { readFile } from 'node:fs/promises'
import { type Check, type Finding, ok, warning } from './check.ts'

/** The JVMs of a stock job have about 150 threads and 250 open files together; RocksDB and large jobs have many more. */
const OPEN_FILES_MIN = 4096
const PROCESSES_MIN = 4096

export const limits: Check = {
  name: 'limits',
  run: async () => [judgeLimits(parseLimits(await readFile('/proc/self/limits', 'utf8')))],
}

export type Limits = Readonly<{ openFiles: number; processes: number }>

/** What may be had: a JVM raises its own limit of open files up to the hard one (MaxFDLimit). */
export function parseLimits(text: string): Limits {
  const hard = (name: string) => {
    const [, value] = new RegExp(`^Max ${name} +\\S+ +(\\S+)`, 'mu').exec(text) ?? []
    return value === 'unlimited' || value === undefined ? Number.POSITIVE_INFINITY : Number(value)
  }
  return { openFiles: hard('open files'), processes: hard('processes') }
}

export function judgeLimits({ openFiles, processes }: Limits): Finding {
  const say = (value: number) => (value === Number.POSITIVE_INFINITY ? '∞' : String(value))
  const [files, threads] = [say(openFiles), say(processes)]
  if (openFiles >= OPEN_FILES_MIN && processes >= PROCESSES_MIN) {
    return ok(
      `${files} open files and ${threads} processes and threads`,
      `可打开 ${files} 个文件、${threads} 个进程与线程`,
    )
  }
  const raised = (value: number) => (value === Number.POSITIVE_INFINITY ? 'unlimited' : Math.max(65_536, value))
  const command = `ulimit -n ${raised(openFiles)} -u ${raised(processes)}`
  return warning(
    `Only ${files} open files and ${threads} processes and threads are allowed, which few jobs use up. As root, before the start: ${command} (systemd: LimitNOFILE, LimitNPROC)`,
    `仅允许打开 ${files} 个文件、${threads} 个进程与线程，少量作业即会用尽。启动前以root执行：${command}（systemd：LimitNOFILE、LimitNPROC）`,
  )
}

export const user: Check = {
  name: 'user',
  // No project has a user id of its own yet.
  run: async () => [judgeUser({ uid: process.getuid?.() ?? 0, jobUsers: null })],
}

/** `jobUsers`: the user ids that projects are given, in words; null when every job runs as the service itself. */
export function judgeUser({ uid, jobUsers }: { uid: number; jobUsers: string | null }): Finding {
  if (jobUsers !== null) return ok(`root; jobs run as ${jobUsers}`, `root；作业以 ${jobUsers} 运行`)
  if (uid === 0) {
    return warning(
      'As root the service runs every job as root: the code of a job may do anything on this machine. Start the service as a user of its own.',
      '以root运行服务时，所有作业也以root运行，作业代码可对本机进行任何操作。请以专用用户启动服务。',
    )
  }
  return warning(
    `Without root every job runs as this user (id ${uid}): the code of a job can read what others store here. Run only jobs that may.`,
    `未以root运行时，所有作业均以当前用户（id ${uid}）运行，作业代码可读取此处存储的其他数据。请仅运行可信的作业。`,
  )
}
