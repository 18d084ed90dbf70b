import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type OpenTestDatabase, openOnSqlite } from '../../test/support/databases.ts'
import type { Database } from '../db/database.ts'
import { randomIds } from '../lib/ids.ts'
import { type Access, createAccess } from './access-service.ts'
import type { ProjectCaller } from './caller.ts'
import type { FirstCredentials } from './user.ts'

/** A clock that tests set. */
export type TestClock = { now(): Date; at: Date; advance(ms: number): void }

export type TestWorld = Readonly<{
  folder: string
  database: Database
  clock: TestClock
  access: Access
  first: FirstCredentials
  /** The administrator in the first project. */
  caller: ProjectCaller
  /** A second project with a member of its own. */
  stranger: () => Promise<ProjectCaller>
}>

export function testClock(at = new Date('2026-11-21T00:00:00Z')): TestClock {
  return {
    at,
    now() {
      return this.at
    },
    advance(ms) {
      this.at = new Date(this.at.getTime() + ms)
    },
  }
}

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A real database and a temporary folder, with a project and its administrator. */
export async function openWorld(open: OpenTestDatabase = openOnSqlite): Promise<TestWorld> {
  const folder = await temporaryFolder()
  const database = await open()
  const clock = testClock()
  const access = createAccess({ database, clock, ids: randomIds, sealingKey: Buffer.alloc(32, 7) })
  const first = await access.bootstrap({ adminPassword: 'correct horse' })
  if (!first) throw new Error('The database was not empty.')
  const { userId, userName, domainId, domainName, projectId } = first
  const caller = { userId, userName, domainId, domainName, projectId, role: 'admin' as const, isAdmin: true }
  return { folder, database, clock, access, first, caller, stranger: () => makeStranger(access, caller) }
}

async function makeStranger(access: Access, caller: ProjectCaller): Promise<ProjectCaller> {
  const user = await access.createUser({ name: 'stranger', password: 'battery staple' })
  const project = await access.createProject({ name: 'elsewhere' })
  await access.addMember({ userId: user.id, projectId: project.id })
  return { ...caller, userId: user.id, userName: user.name, projectId: project.id, role: 'member', isAdmin: false }
}
