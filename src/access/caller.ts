import type { Role } from '../projects/index.ts'

/** Who asks, as proved by a token or a signature. */
export type Caller = Readonly<{
  userId: string
  userName: string
  domainId: string
  domainName: string
  /** The project of the token, or of the signed path when the caller is its member; null: none. */
  projectId: string | null
  /** In that project. */
  role: Role | null
  /** Administrator of the whole service. */
  isAdmin: boolean
}>

/** A caller inside a project; only `requireProject` makes one. */
export type ProjectCaller = Caller & Readonly<{ projectId: string }>

/** True for who may do everything inside the project. */
export function isProjectAdmin({ isAdmin, role }: Pick<ProjectCaller, 'isAdmin' | 'role'>): boolean {
  return isAdmin || role === 'admin'
}
