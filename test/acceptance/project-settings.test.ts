import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, messageOf, prepareJobs, putObject, runJob, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({
    environment: {
      HEADGATE_MAX_QUEUES: '3',
      HEADGATE_MAX_QUEUE_CUS: '128',
      HEADGATE_MAX_CUS: '256',
      HEADGATE_MAX_PACKAGES: '2',
    },
  })
  await prepareJobs(world)
})

afterAll(() => world.stop())

describe('the agency', () => {
  const AGENCY = '/v2/{p}/agency'
  const set = (roles: unknown) => world.send('POST', AGENCY, { roles })

  it('is missing until it has roles, and has those that were set last', async () => {
    expect(codeOf(await world.send('GET', AGENCY), 404)).toBe('DLI.0002')
    await world.call('createDliAgency', 'POST', AGENCY, { roles: ['obs_adm', 'te_admin'] })
    await world.call('createDliAgency', 'POST', AGENCY, { roles: ['smn_adm', 'iam_readOnlyAccess', 'smn_adm'] })
    expect(await world.call('showDliAgency', 'GET', AGENCY)).toEqual({
      is_success: true,
      message: '',
      version: 'v2',
      current_roles: ['smn_adm', 'iam_readOnlyAccess'],
    })
  })

  it.each([[undefined], ['obs_adm'], [['root']], [[7]]])('is refused with roles %j', async (roles) => {
    const reply = await set(roles)
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0001', expect.stringMatching(/role/)])
  })
})

describe('quotas', () => {
  type Quota = { type: string; min: number; max: number; quota: number; used: number }
  const quotas = async () => {
    const answer = await world.call<{ quotas: { resources: Quota[] } }>('showQuota', 'GET', '/v3/{p}/quotas')
    return answer.quotas.resources
  }
  const quota = async (type: string) => (await quotas()).find((each) => each.type === type)
  const createQueue = (queue_name: string, cu_count: number) =>
    world.send('POST', '/v1.0/{p}/queues', { queue_name, cu_count })
  const upload = (key: string) =>
    world.send('POST', '/v2.0/{p}/resources', { paths: [`obs://b1/${key}`], kind: 'file', group: 'g' })

  it('count what is there', async () => {
    await runJob(world, { name: 'runs' })
    const of = (type: string, quota: number, used: number) => ({ type, min: 0, max: quota, quota, used })
    expect(await quotas()).toEqual([
      of('CU', 256, 64),
      of('QUEUE', 3, 1),
      of('DATABASE', 0, 0),
      of('TABLE', 0, 0),
      of('TEMPLATE', 100, 0),
      of('SL_PKG_RESOURCE', 2, 0),
      of('SL_SESSION', 0, 0),
      of('JOB_CU', 256, 2),
      of('ELASTIC_RESOURCE_POOL', 0, 0),
    ])
  })

  it('hold for queues, their CUs and the CUs of one', async () => {
    expect(codeOf(await createQueue('too_large', 144))).toBe('DLI.0009')
    expect((await createQueue('q2', 128)).status).toBe(200)
    expect(codeOf(await createQueue('q3', 80))).toBe('DLI.0009')
    const scale = (cu_count: number) =>
      world.send('PUT', '/v1.0/{p}/queues/q1/action', { action: 'scale_out', cu_count })
    expect((await scale(48)).status).toBe(200)
    expect((await createQueue('q3', 16)).status).toBe(200)
    const refused = await scale(16)
    expect([codeOf(refused), messageOf(refused)]).toEqual(['DLI.0009', expect.stringContaining('256')])
    expect(await quota('CU')).toMatchObject({ quota: 256, used: 256 })
    const fourth = await createQueue('q4', 16)
    expect([codeOf(fourth), messageOf(fourth)]).toEqual(['DLI.0009', expect.stringContaining('3')])
    await world.call('deleteQueue', 'DELETE', '/v1.0/{p}/queues/q2')
    expect(await quota('QUEUE')).toMatchObject({ quota: 3, used: 2 })
  })

  it('hold for packages, of which one may always be replaced', async () => {
    for (const key of ['a.csv', 'b.csv', 'c.csv']) await putObject(world, `b1/${key}`, key)
    for (const key of ['a.csv', 'b.csv', 'a.csv']) expect((await upload(key)).status).toBe(201)
    const refused = await upload('c.csv')
    expect([codeOf(refused), messageOf(refused)]).toEqual(['DLI.0009', expect.stringContaining('2 packages')])
    expect(await quota('SL_PKG_RESOURCE')).toMatchObject({ quota: 2, used: 2 })
  })
})
