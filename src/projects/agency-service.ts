import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { readAgencyRoles, upsertAgencyRoles } from './agency-store.ts'
import { PROJECT_ERRORS } from './project-errors.ts'

/** What an agency may let DLI do with other services; the last two are not documented, but seen. */
export const AGENCY_ROLES = [
  'obs_adm',
  'dis_adm',
  'ctable_adm',
  'vpc_netadm',
  'smn_adm',
  'te_admin',
  'ief_adm',
  'iam_readOnlyAccess',
] as const

/** The agency of a project: stored and answered. Jobs here reach only what their project has, whatever its roles. */
export interface Agencies {
  /** In the order they were given. @throws Refusal `project.agencyNotFound` when none was ever set */
  roles(projectId: string): Promise<readonly string[]>
  /** Takes the place of all roles before. @throws Refusal `project.badAgencyRole` */
  setRoles(projectId: string, roles: readonly string[]): Promise<void>
}

export function createAgencies({ database, clock }: { database: Database; clock: Clock }): Agencies {
  return {
    async roles(projectId) {
      const roles = await readAgencyRoles(database.db, projectId)
      if (!roles) throw PROJECT_ERRORS.agencyNotFound()
      return roles
    },

    async setRoles(projectId, roles) {
      const known: readonly string[] = AGENCY_ROLES
      const unknown = roles.find((role) => !known.includes(role))
      if (unknown !== undefined) throw PROJECT_ERRORS.badAgencyRole(unknown, known.join(', '))
      await database.transact((tx) => upsertAgencyRoles(tx, projectId, [...new Set(roles)], clock.now()))
    },
  }
}
