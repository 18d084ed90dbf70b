import type { Endpoint } from '../endpoint.ts'
import { createToken } from './create-token.ts'
import { listAuthDomains } from './list-domains.ts'
import { listProjects } from './list-projects.ts'
import { listUsers } from './list-users.ts'
import { checkToken, showToken } from './show-token.ts'

/** The identity calls that DLI's clients make. */
export const IAM_ENDPOINTS: readonly Endpoint[] = [
  createToken,
  showToken,
  checkToken,
  listProjects,
  listAuthDomains,
  listUsers,
]
