import type { Tx } from '../db/database.ts'
import type { DialectQuirks } from '../db/dialect.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import { isProjectId, isProjectName, type NewProject, type Project, type Role } from './project.ts'
import { PROJECT_ERRORS } from './project-errors.ts'
import { insertProject, readProject, upsertMembership } from './project-store.ts'

export type ProjectMaker = Readonly<{ clock: Clock; ids: Ids; quirks: DialectQuirks }>

/** Adds a project to a domain. */
export async function addProject(tx: Tx, maker: ProjectMaker, domainId: string, wanted: NewProject): Promise<Project> {
  if (!isProjectName(wanted.name)) throw PROJECT_ERRORS.badName(wanted.name)
  if (wanted.id !== undefined && !isProjectId(wanted.id)) throw PROJECT_ERRORS.badId(wanted.id)
  const project: Project = {
    id: wanted.id ?? maker.ids.hex32(),
    domainId,
    name: wanted.name,
    description: wanted.description ?? '',
    enabled: true,
    createdAt: maker.clock.now(),
  }
  try {
    await insertProject(tx, project)
  } catch (error) {
    throw maker.quirks.isUniqueViolation(error) ? PROJECT_ERRORS.taken(project.name) : error
  }
  return project
}

/** Makes the user a member of the project, which must be of his domain. */
export async function addMemberOf(
  tx: Tx,
  member: { userId: string; domainId: string; projectId: string; role: Role },
): Promise<void> {
  const project = await readProject(tx.db, member.projectId)
  if (project?.domainId !== member.domainId) throw PROJECT_ERRORS.notFound(member.projectId)
  await upsertMembership(tx, member.userId, project.id, member.role)
}
