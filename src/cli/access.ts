import { readFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import type { Administration, NewKeyShown, NewUserShown } from '../access/index.ts'
import { messageOf, Refusal } from '../lib/errors.ts'
import type { OpenedAdministration } from './administration.ts'
import { table } from './table.ts'

export type AccessCommandContext = Readonly<{
  open: () => Promise<OpenedAdministration>
  print: (line: string) => void
}>

type Work = (administration: Administration) => Promise<readonly string[]>

/** Opens, works, prints what came of it, and where. */
async function doing({ open, print }: AccessCommandContext, work: Work): Promise<void> {
  const { administration, where, close } = await open()
  try {
    for (const line of await work(administration)) print(line)
    print(`(on ${where})`)
  } finally {
    await close()
  }
}

/** `headgate user …` */
export function userCommand(context: AccessCommandContext): Command {
  const user = new Command('user').description('users: who may sign in')
  const change = (name: string, description: string, changes: object, done: string) =>
    user
      .command(name)
      .description(description)
      .argument('<user>')
      .action((who: string) =>
        doing(context, async (it) => {
          await it.changeUser(who, changes)
          return [`${who} ${done}`]
        }),
      )
  user
    .command('list')
    .description('list the users')
    .action(() => doing(context, listUsers))
  user
    .command('create')
    .description('create a user; a password is made up and shown once')
    .argument('<user>')
    .option('--admin', 'an administrator of the service')
    .addOption(passwordFile())
    .action((name: string, { admin, passwordFile: file }: { admin?: true; passwordFile?: string }) =>
      doing(context, async (it) =>
        shownPassword(await it.createUser({ name, isAdmin: admin ?? false, password: await passwordIn(file) }), file),
      ),
    )
  change('disable', 'stop the tokens and keys of a user at once', { enabled: false }, 'is disabled')
  change('enable', 'let a user in again', { enabled: true }, 'is enabled')
  change('promote', 'make a user an administrator of the service', { isAdmin: true }, 'is an administrator')
  change('demote', 'make a user an ordinary one', { isAdmin: false }, 'is no administrator')
  user
    .command('password')
    .description('give a user a new password, made up and shown once; ends his tokens')
    .argument('<user>')
    .addOption(passwordFile())
    .action((name: string, { passwordFile: file }: { passwordFile?: string }) =>
      doing(context, async (it) => shownPassword(await it.setPassword(name, await passwordIn(file)), file)),
    )
  return user
}

/** `headgate project …` */
export function projectCommand(context: AccessCommandContext): Command {
  const project = new Command('project').description('projects and who works in them')
  project
    .command('list')
    .description('list the projects')
    .action(() => doing(context, listProjects))
  project
    .command('create')
    .description('create a project; clients ask for its name as their region')
    .argument('<project>')
    .option('--id <id>', '32 hex digits (default: made up)')
    .option('--description <text>')
    .action((name: string, options: { id?: string; description?: string }) =>
      doing(context, async (it) => [`${name}  ${(await it.createProject({ name, ...options })).id}`]),
    )
  for (const [name, enabled] of [['disable', false] as const, ['enable', true] as const]) {
    project
      .command(name)
      .description(enabled ? 'let its members in again' : 'let nobody in; its jobs run on')
      .argument('<project>', 'name or id')
      .action((which: string) =>
        doing(context, async (it) => [`${(await it.enableProject(which, enabled)).name} is ${name}d`]),
      )
  }
  project
    .command('members')
    .description('list the members of a project')
    .argument('<project>', 'name or id')
    .action((which: string) => doing(context, (it) => listMembers(it, which)))
  project
    .command('add')
    .description('add a member, or change his role')
    .argument('<project>', 'name or id')
    .argument('<user>')
    .addOption(
      new Option('--role <role>', 'admin: everything; member: what he owns or was given')
        .choices(ROLES)
        .default('member'),
    )
    .action((which: string, user: string, { role }: { role: 'admin' | 'member' }) =>
      doing(context, async (it) => {
        await it.setMember(which, user, role)
        return [`${user} is ${role} of ${which}`]
      }),
    )
  project
    .command('remove')
    .description('remove a member, with everything that he was given')
    .argument('<project>', 'name or id')
    .argument('<user>')
    .action((which: string, user: string) =>
      doing(context, async (it) => {
        await it.removeMember(which, user)
        return [`${user} is no member of ${which}`]
      }),
    )
  return project
}

/** `headgate key …` */
export function keyCommand(context: AccessCommandContext): Command {
  const key = new Command('key').description('access keys (AK/SK), with which SDKs sign')
  key
    .command('list')
    .description('list the access keys')
    .option('--user <user>', 'only his')
    .action(({ user }: { user?: string }) => doing(context, (it) => listKeys(it, user)))
  key
    .command('create')
    .description('create a key; its secret is shown once')
    .argument('<user>')
    .action((user: string) => doing(context, async (it) => shownKey(await it.createKey(user))))
  for (const [name, enabled] of [['disable', false] as const, ['enable', true] as const]) {
    key
      .command(name)
      .description(enabled ? 'accept the key again' : 'refuse the key from now on')
      .argument('<access key>')
      .action((ak: string) =>
        doing(context, async (it) => {
          await it.enableKey(ak, enabled)
          return [`${ak} is ${name}d`]
        }),
      )
  }
  key
    .command('rotate')
    .description('put a new key in the place of an old one, which stops at once')
    .argument('<access key>')
    .action((ak: string) => doing(context, async (it) => [...shownKey(await it.rotateKey(ak)), `${ak} is disabled`]))
  return key
}

const ROLES = ['admin', 'member']

const passwordFile = () =>
  new Option('--password-file <file>', 'take the first line of the file instead; - is the input')

async function passwordIn(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const text = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8').catch((error: unknown) => {
    throw passwordFileUnreadable(file, messageOf(error))
  })
  return text.split(/\r?\n/u)[0]
}

/** A password that the person gave is not repeated. */
function shownPassword({ user, password }: NewUserShown, file: string | undefined): string[] {
  return [`user      ${user.name}`, ...(file === undefined ? [`password  ${password}   (shown once)`] : [])]
}

function shownKey({ userName, ak, sk }: NewKeyShown): string[] {
  return [`user        ${userName}`, `access key  ${ak}`, `secret key  ${sk}   (shown once)`]
}

async function listUsers(it: Administration): Promise<string[]> {
  const rows = (await it.listUsers()).map(({ name, isAdmin, enabled, id }) => [
    name,
    isAdmin ? 'administrator' : '',
    stateOf(enabled),
    id,
  ])
  return table([['USER', '', '', 'ID'], ...rows])
}

async function listProjects(it: Administration): Promise<string[]> {
  const rows = (await it.listProjects()).map(({ name, enabled, id, description }) => [
    name,
    stateOf(enabled),
    id,
    description,
  ])
  return table([['PROJECT', '', 'ID', 'DESCRIPTION'], ...rows])
}

async function listMembers(it: Administration, project: string): Promise<string[]> {
  const rows = (await it.listMembers(project)).map(({ userName, role }) => [userName, role])
  return table([['USER', 'ROLE'], ...rows])
}

async function listKeys(it: Administration, user: string | undefined): Promise<string[]> {
  const rows = (await it.listKeys(user)).map(({ ak, userName, enabled, createdAt }) => [
    ak,
    userName,
    stateOf(enabled),
    createdAt.toISOString().slice(0, 10),
  ])
  return table([['ACCESS KEY', 'USER', '', 'CREATED'], ...rows])
}

const stateOf = (enabled: boolean): string => (enabled ? 'enabled' : 'disabled')

function passwordFileUnreadable(file: string, why: string): Refusal {
  return new Refusal('cli.passwordFileUnreadable', {
    en: `The password file ${file} cannot be read (${why}). Name a file whose first line is the password, or - for the input.`,
    zh: `无法读取密码文件 ${file}（${why}）。请指定首行为密码的文件，或使用 - 从标准输入读取。`,
  })
}
