/** What a project's member may do: an administrator everything, a member what is his own or was given to him. */
export type Role = 'admin' | 'member'

export type Member = Readonly<{ userId: string; userName: string; role: Role }>

/** The wall between tenants: every queue, package, job and object belongs to exactly one project. */
export type Project = Readonly<{
  id: string
  domainId: string
  /** Doubles as the region name under which clients look their project up. */
  name: string
  description: string
  enabled: boolean
  createdAt: Date
}>

export type NewProject = Readonly<{
  name: string
  /** 32 lower-case hex digits; made up when absent. */
  id?: string | undefined
  description?: string | undefined
}>

/** `region-1`, `cn-north-4_team`: what IAM allows. */
export function isProjectName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name)
}

export function isProjectId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id)
}
