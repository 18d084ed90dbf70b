import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { findJdk } from '../../tools/machine.mjs'
import type { Config, JobUsersSetting } from '../config/config.ts'
import { flinkHome } from '../flink/installation.ts'
import type { Refusal } from '../lib/errors.ts'
import { checkUsers, programsOfJobs } from '../runtimes/local-process/user-check.ts'
import { type Check, type Finding, ok, problem, warning } from './check.ts'
import { nearestThere } from './data-folder.ts'

export const user: Check = {
  name: 'user',
  run: async ({ config }) => {
    const obstacle = await findObstacle(config)
    return [judgeUser({ uid: process.getuid?.() ?? 0, jobUsers: config.jobUsers, obstacle })]
  },
}

/** What the start of the service would find in the way of user ids for jobs. */
async function findObstacle({ jobUsers, javaHome, folders }: Config): Promise<Refusal | null> {
  if (jobUsers.mode === 'off') return null
  const { home } = findJdk(undefined, { HEADGATE_JAVA_HOME: javaHome ?? undefined })
  const programs = home === null ? [] : programsOfJobs(home)
  return checkUsers({ user: jobUsers.first, programs, folders: await foldersNotOpened(folders) })
}

/** The start opens its own folders (config/data-folder.ts), but not those they lie in, nor the installations of Flink. */
async function foldersNotOpened({ data, flink }: Config['folders']): Promise<string[]> {
  const around = await Promise.all([data, flink].map((folder) => nearestThere(dirname(folder))))
  const isOpen = await stat(flink).then(
    ({ mode }) => (mode & 0o001) !== 0,
    () => false,
  )
  return isOpen ? [...around, ...(await flinkHome(flink).list()).map(({ folder }) => folder)] : around
}

export type UserFacts = Readonly<{
  uid: number
  jobUsers: JobUsersSetting
  /** What keeps jobs from user ids of their own; null: nothing, or none are wanted. */
  obstacle: Refusal | null
}>

export function judgeUser({ uid, jobUsers, obstacle }: UserFacts): Finding {
  if (obstacle !== null && jobUsers.mode === 'range') return unkept(jobUsers, obstacle)
  if (uid !== 0) {
    return warning(
      `Without root every job runs as this user (id ${uid}): the code of a job can read what others store here. Run only jobs that may.`,
      `未以root运行时，所有作业均以当前用户（id ${uid}）运行，作业代码可读取此处存储的其他数据。请仅运行可信的作业。`,
    )
  }
  if (jobUsers.mode === 'off') {
    return warning(
      'With HEADGATE_JOB_USERS=off the service runs every job as root: the code of a job may do anything on this machine. Unset it, or start the service as a user of its own.',
      'HEADGATE_JOB_USERS=off 时，所有作业均以root运行，作业代码可对本机进行任何操作。请取消该设置，或以专用用户启动服务。',
    )
  }
  if (obstacle !== null) {
    return warning(
      `${obstacle.texts.en} Until then every job runs as root, and its code may do anything on this machine.`,
      `${obstacle.texts.zh}在此之前，所有作业均以root运行，作业代码可对本机进行任何操作。`,
    )
  }
  const range = `${jobUsers.first}-${jobUsers.last}`
  return ok(`root; each project's jobs have a user id of ${range}`, `root；各项目的作业使用 ${range} 中各自的用户ID`)
}

/** The service would not start. */
function unkept({ first, last }: { first: number; last: number }, { texts }: Refusal): Finding {
  const setting = `HEADGATE_JOB_USERS=${first}-${last}`
  return problem(`${setting} cannot be kept. ${texts.en}`, `无法满足 ${setting}。${texts.zh}`)
}
