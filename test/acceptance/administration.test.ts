/** `headgate user|project|key`, asked of a running service and on the database of a stopped one. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { signRequest } from '../../src/access/index.ts'
import { startApp } from '../../src/app.ts'
import { keyCommand, projectCommand, userCommand } from '../../src/cli/access.ts'
import { chooseAdministration } from '../../src/cli/administration.ts'
import { type Environment, toConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { ROOT } from '../support/source-files.ts'
import { sendPlain, signedIn, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})

afterAll(() => world.stop())

const COMMANDS = { user: userCommand, project: projectCommand, key: keyCommand }

const environmentOf = ({ service, baseUrl }: World, changes: Environment = {}): Environment => ({
  HEADGATE_DATA: service.dataFolder,
  HEADGATE_URL: baseUrl,
  HEADGATE_ACCESS_KEY: service.accessKey.ak,
  HEADGATE_SECRET_KEY: service.accessKey.sk,
  HEADGATE_RUNTIME: 'simulated',
  HEADGATE_LOG_LEVEL: 'silent',
  HEADGATE_PORT: '0',
  ...(service.databaseUrl && { HEADGATE_DATABASE_URL: service.databaseUrl }),
  ...changes,
})

/** What the command prints. */
async function headgate(environment: Environment, line: string): Promise<string> {
  const [command = '', ...words] = line.split(' ')
  const { config, secrets } = toConfig(environment, ROOT)
  const lines: string[] = []
  const context = { open: () => chooseAdministration(config, secrets), print: (text: string) => void lines.push(text) }
  await COMMANDS[command as keyof typeof COMMANDS](context).parseAsync(words, { from: 'user' })
  return lines.join('\n')
}

const run = (line: string) => headgate(environmentOf(world), line)
const part = (printed: string, name: string) => new RegExp(`${name} +(\\S+)`).exec(printed)?.[1] ?? ''
const keyIn = (printed: string) => ({ ak: part(printed, 'access key'), sk: part(printed, 'secret key') })

const signIn = (userName: string, password: string, projectId = world.projectId) =>
  signedIn(world.baseUrl, { userName, password, domainName: world.service.domainName, projectId })

async function statusWithKey(key: { ak: string; sk: string }): Promise<number> {
  const path = `/v1.0/${world.projectId}/queues`
  const headers = { 'x-sdk-date': new Date().toISOString().replace(/[-:]|\.\d{3}/g, '') }
  const request = { method: 'GET', rawPath: path, rawQuery: '', headers, body: Buffer.alloc(0) }
  const authorization = signRequest(request, key, ['x-sdk-date'])
  return (await sendPlain('GET', world.baseUrl + path, undefined, { ...headers, authorization })).status
}

describe('on a running service', () => {
  it('a user is made, works as a member, is disabled at once and let in again', async () => {
    const password = part(await run('user create bob'), 'password')
    expect((await signIn('bob', password)).token).toBe('')
    await run('project add headgate bob')
    const bob = await signIn('bob', password)
    const key = keyIn(await run('key create bob'))
    const both = async () => [(await bob.send('GET', '/v1.0/{p}/queues')).status, await statusWithKey(key)]
    expect(await both()).toEqual([200, 200])

    await run('user disable bob')
    expect(await both()).toEqual([401, 401])
    expect((await signIn('bob', password)).token).toBe('')
    await run('user enable bob')
    expect(await both()).toEqual([401, 200]) // tokens do not come back
    expect((await signIn('bob', password)).token).not.toBe('')
    expect(await run('user list')).toMatch(/admin +administrator +enabled +[0-9a-f]{32}\n *bob +enabled/)
  })

  it('a key is rotated, disabled and enabled', async () => {
    const old = keyIn(await run('key create admin'))
    const fresh = keyIn(await run(`key rotate ${old.ak}`))
    expect([await statusWithKey(old), await statusWithKey(fresh)]).toEqual([401, 200])
    await run(`key disable ${fresh.ak}`)
    expect(await statusWithKey(fresh)).toBe(401)
    await run(`key enable ${fresh.ak}`)
    expect(await statusWithKey(fresh)).toBe(200)
    const listed = await run('key list --user admin')
    expect(listed).toMatch(new RegExp(`${old.ak} +admin +disabled +\\d{4}-`))
    expect(listed).not.toContain(fresh.sk)
  })

  it('a new password ends the tokens; the person may give it in a file, and it is not repeated', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headgate-test-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'password')
    await writeFile(file, 'of their own choice\nnot this\n')
    const first = part(await run('user create eve'), 'password')
    await run('project add headgate eve --role admin')
    const eve = await signIn('eve', first)
    expect(await run(`user password eve --password-file ${file}`)).not.toContain('choice')
    expect((await eve.send('GET', '/v1.0/{p}/queues')).status).toBe(401)
    expect((await signIn('eve', first)).token).toBe('')
    expect((await signIn('eve', 'of their own choice')).token).not.toBe('')
  })

  it('a project is made, filled, disabled and enabled', async () => {
    const id = /\b[0-9a-f]{32}\b/.exec(await run('project create team-2 --description ours'))?.[0] ?? ''
    await run('project add team-2 admin --role admin')
    expect(await run(`project members ${id}`)).toMatch(/admin +admin/)
    const inside = await signIn('admin', world.service.password, id)
    const look = async () => (await inside.send('GET', '/v1.0/{p}/queues')).status
    expect(await look()).toBe(200)
    await run('project disable team-2')
    expect(await look()).toBe(401)
    expect(await run('project list')).toMatch(new RegExp(`team-2 +disabled +${id} +ours`))
    await run('project enable team-2')
    await run('project remove team-2 admin')
    expect(await look()).toBe(401)
  })

  it.each([
    ['user disable admin', /last enabled administrator/],
    ['user demote admin', /last enabled administrator/],
    ['user disable nobody', /no user "nobody"/],
    ['user create admin', /in use/],
    ['user create 1x', /not valid/],
    ['project create headgate', /exists already/],
    ['project add nowhere admin', /no project nowhere/],
    ['project remove headgate nobody', /no user "nobody"/],
    ['key create nobody', /no user "nobody"/],
    ['key rotate HGNONE', /no access key "HGNONE"\. List/],
    ['user create late --password-file /no/such/file', /password file \/no\/such\/file cannot be read/],
  ])('"%s" is refused in words', async (line, words) => {
    await expect(run(line)).rejects.toThrow(words)
  })

  it('of two administrators one may go', async () => {
    await run('user create second --admin')
    await run('user demote admin')
    await expect(run('user list')).rejects.toThrow(/Only administrators of the service/)
    await world.service.app.access.administration.changeUser('admin', { isAdmin: true })
    await run('user disable second')
  })

  it('needs a key', async () => {
    const environment = environmentOf(world)
    const { HEADGATE_ACCESS_KEY: _, ...withoutKey } = environment
    await expect(headgate(withoutKey, 'user list')).rejects.toThrow(/access key/)
  })
})

describe('where no service runs', () => {
  it('the commands work on its database, and find it as the service left it', async () => {
    const own = await startWorld()
    onTestFinished(() => own.stop())
    await own.service.app.stop()
    const environment = environmentOf(own)
    expect(await headgate(environment, 'user list')).toMatch(/admin +administrator +enabled/)
    const password = part(await headgate(environment, 'user password admin'), 'password')
    await headgate(environment, 'user create late')
    await headgate(environment, 'project add headgate late')

    const { config, secrets } = toConfig(environment, ROOT)
    const app = await startApp(config, secrets, createLogger('silent'))
    onTestFinished(() => app.stop())
    const { domainName, projectId, userName } = own.service
    expect((await signedIn(app.url, { userName, password, domainName, projectId })).token).not.toBe('')
    expect(await app.access.administration.listMembers(projectId)).toHaveLength(2)
  })

  it('a folder that no service has used is left alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headgate-test-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const environment: Environment = { HEADGATE_DATA: folder, HEADGATE_URL: 'http://127.0.0.1:1' }
    await expect(headgate(environment, 'user list')).rejects.toThrow(/Start the service once/)
  })
})

it('the program has the commands', async () => {
  const environment = { ...process.env, ...environmentOf(world) }
  const main = join(ROOT, 'src/main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'key', 'list'], { env: environment })
  expect(stdout).toContain(world.service.accessKey.ak)
  expect(stdout).toContain(`(on the service at ${world.baseUrl})`)
})
