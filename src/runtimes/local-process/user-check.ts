import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { failed, Refusal } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { becoming } from './process-user.ts'

/**
 * Whether jobs can run under user ids of their own here: found out by doing it. Null: they can; else what is in the way
 * and how to mend it (`jobUsers.*`). Needs root, util-linux (setpriv, prlimit) and Linux.
 */
export type UserCheck = Readonly<{
  /** An id of the range. */
  user: number
  /** Programs and folders that every job needs. */
  programs: readonly string[]
  folders: readonly string[]
}>

export async function checkUsers({ user, programs, folders }: UserCheck): Promise<Refusal | null> {
  if (process.getuid?.() !== 0) return ERRORS.notRoot()
  // Else a job could give a file of ours a second name in a folder of its own, and have it read or handed over there.
  if ((await readFile('/proc/sys/fs/protected_hardlinks', 'utf8')).trim() === '0') return ERRORS.hardLinks()
  const closed = await firstClosed(user, [...folders, ...programs].flatMap(withAncestors))
  return typeof closed === 'string' ? ERRORS.closed(closed) : closed
}

type Setting = Readonly<{ mode: 'off' } | { mode: 'auto' | 'range'; first: number; last: number }>

/**
 * The ids to use as HEADGATE_JOB_USERS says; null: jobs run as the service does. Where `auto` has to do without, that is
 * said in the log. @throws Error when a range was asked for and cannot be used
 */
export async function usableUsers(
  setting: Setting,
  needs: Omit<UserCheck, 'user'>,
  logger: Logger,
): Promise<{ first: number; last: number } | null> {
  if (setting.mode === 'off') return null
  const { mode, first, last } = setting
  const problem = await checkUsers({ ...needs, user: first })
  if (problem === null) return { first, last }
  if (mode === 'range') throw failed(`HEADGATE_JOB_USERS=${first}-${last} cannot be kept`, problem)
  logger.warn({ reason: problem.message }, 'jobs run with the rights of the service')
  return null
}

export const programsOfJobs = (javaHome: string): string[] => ['/bin/sh', join(javaHome, 'bin', 'java')]

const run = promisify(execFile)
const CHECK_MS = 10_000
/** Prints the first path that may not be passed through or executed. */
const LOOK = 'for path; do [ -x "$path" ] || { printf %s "$path"; exit 0; }; done'

async function firstClosed(user: number, paths: readonly string[]): Promise<string | Refusal | null> {
  const [program = '', ...args] = [...becoming(user), '/bin/sh', '-c', LOOK, 'look', ...paths]
  try {
    const { stdout } = await run(program, args, { timeout: CHECK_MS, cwd: '/', env: { PATH: '/usr/bin:/bin' } })
    return stdout === '' ? null : stdout
  } catch (error) {
    return ERRORS.impossible(error instanceof Error ? error.message.trim() : String(error))
  }
}

/** From the top down, so that the first one that is closed is the one to open. */
function withAncestors(path: string): string[] {
  return path === '/' ? ['/'] : [...withAncestors(dirname(path)), path]
}

const ERRORS = {
  notRoot: () =>
    new Refusal('jobUsers.notRoot', {
      en: 'Jobs run as the user of the service, so the code of a job can read and change whatever the service can. Run the service as root to give every project a user id of its own (HEADGATE_JOB_USERS), or let only people use it whom you trust.',
      zh: '作业以服务自身的用户运行，作业代码可以读取和修改服务能访问的一切。请以 root 运行服务，使每个项目使用独立的用户 ID（HEADGATE_JOB_USERS），或只允许可信的人使用本服务。',
    }),
  hardLinks: () =>
    new Refusal('jobUsers.hardLinks', {
      en: 'Jobs cannot have user ids of their own safely while the kernel lets anybody make hard links to files of others. Mend it with: sysctl -w fs.protected_hardlinks=1',
      zh: '内核允许任何人为他人的文件创建硬链接，因此无法安全地为作业使用独立的用户 ID。请执行：sysctl -w fs.protected_hardlinks=1',
    }),
  closed: (path: string) =>
    new Refusal('jobUsers.closed', {
      en: `Jobs cannot have user ids of their own, because other users may not pass through ${path}. Mend it with: chmod o+x ${path} (or keep the data elsewhere: HEADGATE_DATA=/var/lib/headgate).`,
      zh: `其他用户无法访问 ${path}，因此作业无法使用独立的用户 ID。请执行：chmod o+x ${path}（或将数据放在其他位置：HEADGATE_DATA=/var/lib/headgate）。`,
    }),
  impossible: (reason: string) =>
    new Refusal('jobUsers.impossible', {
      en: `Jobs cannot have user ids of their own: ${reason}. It needs setpriv and prlimit (package util-linux) and the right to change the user (in a container the capabilities SETUID and SETGID).`,
      zh: `作业无法使用独立的用户 ID：${reason}。需要 setpriv 和 prlimit（util-linux 软件包）以及切换用户的权限（容器中为 SETUID 和 SETGID 能力）。`,
    }),
}
