import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { insertJobUser, readJobUsers } from './job-user-store.ts'
import { PROJECT_ERRORS } from './project-errors.ts'

/** Ids from the first to the last. The first is no project's: the service keeps it for programs of its own. */
export type UserRange = Readonly<{ first: number; last: number }>

/** Which user id the jobs of each project run under: a bare number, used for user and group, without an account. */
export interface JobUsers {
  /** For programs of the service's own that need no rights. */
  readonly ofService: number
  /** Null: the project has none yet. */
  known(projectId: string): number | null
  /** Gives the project one when it has none; recorded when this returns. @throws Refusal `project.noUserLeft` */
  userOf(projectId: string): Promise<number>
}

export type JobUsersOptions = Readonly<{
  database: Database
  clock: Clock
  range: UserRange
  /** Ids that accounts and groups of the machine have (account-ids.ts). */
  accountIds: () => Promise<ReadonlySet<number>>
}>

export async function openJobUsers(options: JobUsersOptions): Promise<JobUsers> {
  const { database } = options
  const known = new Map((await readJobUsers(database.db)).map(({ projectId, user }) => [projectId, user]))
  return {
    ofService: options.range.first,
    known: (projectId) => known.get(projectId) ?? null,
    async userOf(projectId) {
      const user = known.get(projectId) ?? (await giveUser(projectId, options))
      known.set(projectId, user)
      return user
    },
  }
}

async function giveUser(projectId: string, { database, clock, range, accountIds }: JobUsersOptions): Promise<number> {
  const accounts = await accountIds()
  return database.transact(async (tx) => {
    const given = await readJobUsers(tx.db)
    const own = given.find((each) => each.projectId === projectId)
    if (own) return own.user
    const user = freeUser(range, new Set([...accounts, ...given.map((each) => each.user)]))
    if (user === null) throw PROJECT_ERRORS.noUserLeft(range)
    await insertJobUser(tx, { projectId, user }, clock.now())
    return user
  })
}

function freeUser({ first, last }: UserRange, taken: ReadonlySet<number>): number | null {
  for (let user = first + 1; user <= last; user++) if (!taken.has(user)) return user
  return null
}
