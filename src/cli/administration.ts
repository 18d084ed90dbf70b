import type { Administration, KeyLine, NewKeyShown, User } from '../access/index.ts'
import { openAdministration } from '../app.ts'
import type { Config, Secrets } from '../config/config.ts'
import { type Language, Refusal } from '../lib/errors.ts'
import { type Client, createClient } from './client.ts'

export type OpenedAdministration = Readonly<{
  administration: Administration
  /** Where the command worked, for people. */
  where: string
  close(): Promise<void>
}>

const LOOK_MS = 2000

/** Asks the service that runs; where none answers, works on its database. @throws Refusal, or Error when the database is in use */
export async function chooseAdministration(
  config: Config,
  secrets: Secrets,
  language: Language = 'en',
): Promise<OpenedAdministration> {
  const { serviceUrl: url } = config
  if (await isAnswering(url)) {
    const administration = remoteAdministration(createClient({ url, key: secrets.accessKey, language }))
    return { administration, where: `the service at ${url}`, close: async () => undefined }
  }
  return { ...(await openAdministration(config, secrets)), where: 'the database of the service, which does not run' }
}

async function isAnswering(url: string): Promise<boolean> {
  const look = fetch(new URL('/api/v1/version', url), { signal: AbortSignal.timeout(LOOK_MS) })
  return look.then(
    ({ ok }) => ok,
    () => false,
  )
}

type UserItem = { id: string; name: string; is_admin: boolean; enabled: boolean; created_at: string }
type ProjectItem = { id: string; name: string; description: string; enabled: boolean; created_at: string }
type KeyItem = { access_key: string; user_name: string; enabled: boolean; created_at: string }
type NewKey = { access_key: string; secret_key: string; user_name: string }
type WithPassword = { user: UserItem; password: string }
type MemberItem = { user_name: string; role: 'admin' | 'member' }

/** The same by the calls of a running service. */
export function remoteAdministration(client: Pick<Client, 'send'>): Administration {
  const call = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const reply = await client.send(method, `/api/v1/${path}`, body)
    if (reply.status >= 300) throw refused(reply.status, reply.body)
    return reply.body as Body
  }
  const at = (...parts: string[]) => parts.map(encodeURIComponent).join('/')
  return {
    listUsers: async () => (await call<{ users: UserItem[] }>('GET', 'users')).users.map(toUser),
    createUser: async ({ name, password, isAdmin }) =>
      toNewUser(await call<WithPassword>('POST', 'users', { name, password, is_admin: isAdmin })),
    changeUser: async (name, { enabled, isAdmin }) =>
      toUser(await call<UserItem>('PUT', at('users', name), { enabled, is_admin: isAdmin })),
    setPassword: async (name, password) =>
      toNewUser(await call<WithPassword>('PUT', at('users', name, 'password'), { password })),
    listProjects: async () => (await call<{ projects: ProjectItem[] }>('GET', 'projects')).projects.map(toProject),
    createProject: async (wanted) => toProject(await call<ProjectItem>('POST', 'projects', wanted)),
    enableProject: async (project, enabled) =>
      toProject(await call<ProjectItem>('PUT', at('projects', project), { enabled })),
    async listMembers(project) {
      const { members } = await call<{ members: MemberItem[] }>('GET', at('projects', project, 'members'))
      return members.map(({ user_name, role }) => ({ userId: '', userName: user_name, role }))
    },
    setMember: (project, user, role) => call<void>('PUT', at('projects', project, 'members', user), { role }),
    removeMember: (project, user) => call<void>('DELETE', at('projects', project, 'members', user)),
    async listKeys(user) {
      const query = user === undefined ? '' : `?user_name=${encodeURIComponent(user)}`
      return (await call<{ keys: KeyItem[] }>('GET', `keys${query}`)).keys.map(toKey)
    },
    createKey: async (user) => toNewKey(await call<NewKey>('POST', 'keys', { user_name: user })),
    enableKey: (ak, enabled) => call<void>('PUT', at('keys', ak), { enabled }),
    rotateKey: async (ak) => toNewKey(await call<NewKey>('POST', at('keys', ak, 'rotation'))),
  }
}

const toUser = ({ id, name, is_admin, enabled, created_at }: UserItem): User => ({
  ...{ id, name, enabled, domainId: '', domainName: '' },
  isAdmin: is_admin,
  createdAt: new Date(created_at),
})

const toNewUser = ({ user, password }: WithPassword) => ({ user: toUser(user), password })

const toProject = ({ created_at, ...rest }: ProjectItem) => ({ ...rest, domainId: '', createdAt: new Date(created_at) })

const toKey = ({ access_key, user_name, enabled, created_at }: KeyItem): KeyLine => ({
  ...{ ak: access_key, userId: '', userName: user_name, enabled },
  createdAt: new Date(created_at),
})

const toNewKey = ({ access_key, secret_key, user_name }: NewKey): NewKeyShown => ({
  ...{ ak: access_key, sk: secret_key, userName: user_name },
})

/** What the service says is meant for people already. */
function refused(status: number, body: unknown): Refusal {
  const said = (body as { error_msg?: string } | null)?.error_msg ?? `The service answered HTTP ${status}.`
  return new Refusal('cli.refused', { en: said, zh: said })
}
