import { type Static, Type } from 'typebox'
import type { KeyLine, NewKeyShown, User } from '../../access/index.ts'
import type { Project } from '../../projects/index.ts'
import { optional } from '../dli/fields.ts'
import { callerEndpoint, type Endpoint, type Place } from '../endpoint.ts'
import { Moment, toMoment } from './times.ts'

/**
 * Users, projects, members and keys, for administrators of the service (`src/http/rights.ts` asks for that). The commands
 * `headgate user|project|key` speak these calls.
 */
const text = Type.String()

const UserItem = Type.Object({
  id: text,
  name: text,
  is_admin: Type.Boolean({ description: 'Administrator of the service.' }),
  enabled: Type.Boolean(),
  created_at: Moment,
})

const toUserItem = ({ id, name, isAdmin, enabled, createdAt }: User): Static<typeof UserItem> => ({
  ...{ id, name, enabled },
  is_admin: isAdmin,
  created_at: toMoment(createdAt),
})

const ProjectItem = Type.Object({
  id: text,
  name: text,
  description: text,
  enabled: Type.Boolean(),
  created_at: Moment,
})

const toProjectItem = ({ id, name, description, enabled, createdAt }: Project): Static<typeof ProjectItem> => ({
  ...{ id, name, description, enabled },
  created_at: toMoment(createdAt),
})

const KeyItem = Type.Object({ access_key: text, user_name: text, enabled: Type.Boolean(), created_at: Moment })

const toKeyItem = ({ ak, userName, enabled, createdAt }: KeyLine): Static<typeof KeyItem> => ({
  access_key: ak,
  user_name: userName,
  enabled,
  created_at: toMoment(createdAt),
})

const NewKey = Type.Object({
  access_key: text,
  secret_key: Type.String({ description: 'Shown here only.' }),
  user_name: text,
})

const toNewKey = ({ ak, sk, userName }: NewKeyShown): Static<typeof NewKey> => ({
  access_key: ak,
  secret_key: sk,
  user_name: userName,
})

const Password = optional(Type.String({ description: '8 to 128 characters. Absent: one is made up.' }))
const WithPassword = Type.Object({ user: UserItem, password: Type.String({ description: 'Shown here only.' }) })
const Role = Type.Enum(['admin', 'member'])
const Switch = Type.Object({ enabled: Type.Boolean() })

const place = (id: string, method: Place['method'], path: string, title: string, success = 200): Place => ({
  ...{ id, method, path: `/api/v1/${path}`, success, title },
})

const shared = { room: 'native', tag: 'Administration' } as const
const named = { user_name: 'Name of the user.', project: 'Name or id of the project.', access_key: 'The access key.' }

const listUsers = callerEndpoint({
  ...shared,
  place: place('listAllUsers', 'GET', 'users', 'All users'),
  answer: Type.Object({ users: Type.Array(UserItem) }),
  async handle({ access }) {
    return { users: (await access.administration.listUsers()).map(toUserItem) }
  },
})

const createUser = callerEndpoint({
  ...shared,
  place: place('createUser', 'POST', 'users', 'Create a user', 201),
  body: Type.Object({
    name: text,
    password: Password,
    is_admin: optional(Type.Boolean({ description: 'Default false.' })),
  }),
  answer: WithPassword,
  async handle({ access }, { body: { name, password, is_admin } }) {
    const made = await access.administration.createUser({ name, password, isAdmin: is_admin })
    return { user: toUserItem(made.user), password: made.password }
  },
})

const changeUser = callerEndpoint({
  ...shared,
  place: place('changeUser', 'PUT', 'users/:user_name', 'Enable or disable a user, or make him an administrator'),
  params: named,
  description: 'Tokens and keys of a disabled user stop at once. The last administrator stays one.',
  body: Type.Object({ enabled: optional(Type.Boolean()), is_admin: optional(Type.Boolean()) }),
  answer: UserItem,
  async handle({ access }, { params, body: { enabled, is_admin } }) {
    return toUserItem(await access.administration.changeUser(params.user_name ?? '', { enabled, isAdmin: is_admin }))
  },
})

const setPassword = callerEndpoint({
  ...shared,
  place: place('setPassword', 'PUT', 'users/:user_name/password', 'Give a user a new password'),
  params: named,
  description: "Ends the user's tokens.",
  body: Type.Object({ password: Password }),
  answer: WithPassword,
  async handle({ access }, { params, body }) {
    const changed = await access.administration.setPassword(params.user_name ?? '', body.password)
    return { user: toUserItem(changed.user), password: changed.password }
  },
})

const listProjects = callerEndpoint({
  ...shared,
  place: place('listAllProjects', 'GET', 'projects', 'All projects'),
  answer: Type.Object({ projects: Type.Array(ProjectItem) }),
  async handle({ access }) {
    return { projects: (await access.administration.listProjects()).map(toProjectItem) }
  },
})

const createProject = callerEndpoint({
  ...shared,
  place: place('createProject', 'POST', 'projects', 'Create a project', 201),
  body: Type.Object({
    name: Type.String({ description: 'Clients ask for it as their region.' }),
    id: optional(Type.String({ description: '32 hex digits. Absent: made up.' })),
    description: optional(text),
  }),
  answer: ProjectItem,
  async handle({ access }, { body }) {
    return toProjectItem(await access.administration.createProject(body))
  },
})

const changeProject = callerEndpoint({
  ...shared,
  place: place('changeProject', 'PUT', 'projects/:project', 'Enable or disable a project'),
  params: named,
  description: 'Nobody gets into a disabled project. Its jobs run on.',
  body: Switch,
  answer: ProjectItem,
  async handle({ access }, { params, body }) {
    return toProjectItem(await access.administration.enableProject(params.project ?? '', body.enabled))
  },
})

const listMembers = callerEndpoint({
  ...shared,
  place: place('listMembers', 'GET', 'projects/:project/members', 'The members of a project'),
  params: named,
  answer: Type.Object({ members: Type.Array(Type.Object({ user_name: text, role: Role })) }),
  async handle({ access }, { params }) {
    const members = await access.administration.listMembers(params.project ?? '')
    return { members: members.map(({ userName, role }) => ({ user_name: userName, role })) }
  },
})

const setMember = callerEndpoint({
  ...shared,
  place: place('setMember', 'PUT', 'projects/:project/members/:user_name', 'Add a member, or change his role'),
  params: named,
  body: Type.Object({ role: Role }),
  answer: Type.Object({ user_name: text, role: Role }),
  async handle({ access }, { params, body: { role } }) {
    const { project = '', user_name = '' } = params
    await access.administration.setMember(project, user_name, role)
    return { user_name, role }
  },
})

const removeMember = callerEndpoint({
  ...shared,
  place: place('removeMember', 'DELETE', 'projects/:project/members/:user_name', 'Remove a member', 204),
  params: named,
  description: 'With everything that he was given in the project. What he owns stays.',
  answer: null,
  async handle({ access }, { params }) {
    await access.administration.removeMember(params.project ?? '', params.user_name ?? '')
  },
})

const listKeys = callerEndpoint({
  ...shared,
  place: place('listKeys', 'GET', 'keys', 'All access keys'),
  query: Type.Object({ user_name: optional(Type.String({ description: 'Only keys of the user.' })) }),
  answer: Type.Object({ keys: Type.Array(KeyItem) }),
  async handle({ access }, { query }) {
    return { keys: (await access.administration.listKeys(query.text('user_name'))).map(toKeyItem) }
  },
})

const createKey = callerEndpoint({
  ...shared,
  place: place('createKey', 'POST', 'keys', 'Create an access key', 201),
  body: Type.Object({ user_name: text }),
  answer: NewKey,
  async handle({ access }, { body }) {
    return toNewKey(await access.administration.createKey(body.user_name))
  },
})

const changeKey = callerEndpoint({
  ...shared,
  place: place('changeKey', 'PUT', 'keys/:access_key', 'Enable or disable an access key'),
  params: named,
  body: Switch,
  answer: Switch,
  async handle({ access }, { params, body: { enabled } }) {
    await access.administration.enableKey(params.access_key ?? '', enabled)
    return { enabled }
  },
})

const rotateKey = callerEndpoint({
  ...shared,
  place: place(
    'rotateKey',
    'POST',
    'keys/:access_key/rotation',
    'Put a new access key in the place of an old one',
    201,
  ),
  params: named,
  description: 'The old key stops at once.',
  answer: NewKey,
  async handle({ access }, { params }) {
    return toNewKey(await access.administration.rotateKey(params.access_key ?? ''))
  },
})

export const ADMINISTRATION: readonly Endpoint[] = [
  ...[listUsers, createUser, changeUser, setPassword],
  ...[listProjects, createProject, changeProject, listMembers, setMember, removeMember],
  ...[listKeys, createKey, changeKey, rotateKey],
]
