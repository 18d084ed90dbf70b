import type { Selectable } from 'kysely'
import type { Reader, Tx } from '../db/database.ts'
import type { Schema } from '../db/schema.ts'
import type { Member, Project, Role } from './project.ts'

type ProjectRow = Selectable<Schema['projects']>

const toProject = (row: ProjectRow): Project => ({
  id: row.id,
  domainId: row.domain_id,
  name: row.name,
  description: row.description,
  enabled: row.enabled === 1,
  createdAt: new Date(row.created_at),
})

export async function insertProject(tx: Tx, project: Project): Promise<void> {
  await tx.db
    .insertInto('projects')
    .values({
      id: project.id,
      domain_id: project.domainId,
      name: project.name,
      description: project.description,
      enabled: project.enabled ? 1 : 0,
      created_at: project.createdAt.getTime(),
    })
    .execute()
}

export async function readProject(reader: Reader, id: string): Promise<Project | null> {
  const row = await reader.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? toProject(row) : null
}

export async function readProjects(reader: Reader): Promise<Project[]> {
  return (await reader.selectFrom('projects').selectAll().orderBy('name').execute()).map(toProject)
}

/** By name or by id. */
export async function readProjectNamed(reader: Reader, domainId: string, named: string): Promise<Project | null> {
  const row = await reader
    .selectFrom('projects')
    .selectAll()
    .where('domain_id', '=', domainId)
    .where((e) => e.or([e('name', '=', named), e('id', '=', named)]))
    .executeTakeFirst()
  return row ? toProject(row) : null
}

export async function setProjectEnabled(tx: Tx, id: string, enabled: boolean): Promise<void> {
  await tx.db
    .updateTable('projects')
    .set({ enabled: enabled ? 1 : 0 })
    .where('id', '=', id)
    .execute()
}

export async function readMembersOf(reader: Reader, projectId: string): Promise<Member[]> {
  const rows = await reader
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select(['users.id', 'users.name', 'memberships.role'])
    .where('memberships.project_id', '=', projectId)
    .orderBy('users.name')
    .execute()
  return rows.map(({ id, name, role }) => ({ userId: id, userName: name, role: role as Role }))
}

/** With the rights he was given in the project: who comes back starts without. False: he was no member. */
export async function removeMember(tx: Tx, userId: string, projectId: string): Promise<boolean> {
  await tx.db.deleteFrom('grants').where('project_id', '=', projectId).where('user_id', '=', userId).execute()
  const membership = tx.db.deleteFrom('memberships').where('project_id', '=', projectId).where('user_id', '=', userId)
  return (await membership.executeTakeFirst()).numDeletedRows > 0n
}

/** The enabled projects a user is a member of, by name. */
export async function readProjectsOfMember(reader: Reader, userId: string, name?: string): Promise<Project[]> {
  const rows = await reader
    .selectFrom('projects')
    .innerJoin('memberships', 'memberships.project_id', 'projects.id')
    .selectAll('projects')
    .where('memberships.user_id', '=', userId)
    .where('projects.enabled', '=', 1)
    .$if(name !== undefined, (query) => query.where('projects.name', '=', name ?? ''))
    .orderBy('projects.name')
    .execute()
  return rows.map(toProject)
}

/** The user's role in an enabled project; null: no member. */
export async function readRole(reader: Reader, userId: string, projectId: string): Promise<Role | null> {
  const row = await reader
    .selectFrom('memberships')
    .innerJoin('projects', 'projects.id', 'memberships.project_id')
    .select('memberships.role')
    .where('memberships.user_id', '=', userId)
    .where('memberships.project_id', '=', projectId)
    .where('projects.enabled', '=', 1)
    .executeTakeFirst()
  return row ? (row.role as Role) : null
}

/** Adds the member, or changes the role he has. */
export async function upsertMembership(tx: Tx, userId: string, projectId: string, role: Role): Promise<void> {
  await tx.db
    .insertInto('memberships')
    .values({ user_id: userId, project_id: projectId, role })
    .onConflict((conflict) => conflict.columns(['user_id', 'project_id']).doUpdateSet({ role }))
    .execute()
}
