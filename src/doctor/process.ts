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
