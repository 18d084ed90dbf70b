import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isSystemError } from '../../src/lib/errors.ts'
import {
  codeOf,
  createJob,
  messageOf,
  prepareJobs,
  RUNNABLE,
  readJob,
  runJob,
  startWorld,
  type World,
  waitForStatus,
} from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
  await prepareJobs(world)
})

afterAll(() => world.stop())

const VARIABLES = '/v1.0/{p}/variables'
const SECRET = 'correct horse "battery"'
type Item = Record<string, unknown> & { var_name: string }

const create = (var_name: string, var_value: string, more: Record<string, unknown> = {}) =>
  world.call('createGlobalVariable', 'POST', VARIABLES, { var_name, var_value, ...more })
const list = (query = '') =>
  world.call<{ count: number; global_vars: Item[] }>('listGlobalVariables', 'GET', `${VARIABLES}${query}`)
const update = (name: string, var_value: string) =>
  world.call('updateGlobalVariable', 'PUT', `${VARIABLES}/${name}`, { var_value })
const run = (id: number) => world.send('POST', '/v1.0/{p}/streaming/jobs/run', { job_ids: [id] })
const stop = async (id: number) => {
  await world.send('POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [id] })
  await waitForStatus(world, id, 'job_cancel_success')
}
const native = async (path: string) => (await world.send('GET', `/api/v1/{p}/jobs/${path}`)).text

/** What the driver was asked to launch, attempt by attempt. */
async function launched(id: number): Promise<{ id: string; args: string[] }[]> {
  const { attempts } = JSON.parse(await native(`${id}/attempts`)) as { attempts: { attempt_id: string }[] }
  return attempts.reverse().map(({ attempt_id }) => {
    const spec = readFileSync(join(world.service.dataFolder, 'runs', attempt_id, 'spec.json'), 'utf8')
    return { id: attempt_id, args: (JSON.parse(spec) as { args: string[] }).args }
  })
}

describe('global variables', () => {
  it('are created, listed, changed and deleted', async () => {
    expect(await create('rate', '3')).toEqual({ is_success: true, message: '' })
    await create('Rate', '4', { is_sensitive: 'false' })
    expect(codeOf(await world.send('POST', VARIABLES, { var_name: 'rate', var_value: 'x' }))).toBe('DLI.0006')
    await update('rate', '30')
    const { count, global_vars } = await list()
    expect([count, global_vars.map(({ var_name, var_value }) => [var_name, var_value])]).toEqual([
      2,
      [
        ['rate', '30'],
        ['Rate', '4'],
      ],
    ])
    await world.call('deleteGlobalVariable', 'DELETE', `${VARIABLES}/Rate`)
    expect((await list()).count).toBe(1)
  })

  it('are shown as ****** when they are sensitive, also after a change', async () => {
    await create('password', 'first', { is_sensitive: true })
    await update('password', SECRET)
    const reply = await world.send('GET', VARIABLES)
    expect(reply.text).not.toContain('correct')
    expect((await list()).global_vars.find(({ var_name }) => var_name === 'password')).toMatchObject({
      var_value: '******',
      is_sensitive: true,
    })
  })

  it('come in pages', async () => {
    const names = async (query: string) => (await list(query)).global_vars.map(({ var_name }) => var_name)
    expect(await names('?limit=1')).toEqual(['rate'])
    expect(await names('?limit=1&offset=1')).toEqual(['password'])
    expect(await names('?offset=2')).toEqual([])
    for (const query of ['limit=-1', 'offset=x']) {
      expect(codeOf(await world.send('GET', `${VARIABLES}?${query}`))).toBe('DLI.0001')
    }
  })

  it.each([
    [{ var_value: 'x' }, 'var_name'],
    [{ var_name: 'x' }, 'var_value'],
    [{ var_name: '_x', var_value: 'x' }, 'var_name'],
    [{ var_name: '77', var_value: 'x' }, 'var_name'],
    [{ var_name: 'x'.repeat(129), var_value: 'x' }, 'var_name'],
    [{ var_name: 'x', var_value: 7 }, 'var_value'],
    [{ var_name: 'x', var_value: 'x', is_sensitive: 1 }, 'is_sensitive'],
  ])('refuse %j and name the field', async (body, field) => {
    const reply = await world.send('POST', VARIABLES, body)
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0001', expect.stringContaining(field)])
  })

  it('are DLI.0002 when they are not there', async () => {
    for (const [method, body] of [
      ['PUT', { var_value: 'x' }],
      ['DELETE', undefined],
    ] as const) {
      const reply = await world.send(method, `${VARIABLES}/nothing`, body)
      expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0002', expect.stringContaining('nothing')])
    }
  })
})

describe('a job that names variables', () => {
  const ARGUMENTS = '-rate {{rate}} --password={{password}} {{not a name}}'

  it('shows its text as sent and is launched with the values, each in one piece', async () => {
    const id = await runJob(world, { name: 'uses', entrypoint_args: ARGUMENTS })
    expect((await readJob(world, id)).entrypoint_args).toBe(ARGUMENTS)
    expect((await launched(id)).at(-1)?.args).toEqual(['-rate', '30', `--password=${SECRET}`, '{{not', 'a', 'name}}'])
  })

  it('keeps the values of its run through a restart, and takes new ones with the next run', async () => {
    await create('mode', 'first')
    const id = await runJob(world, {
      name: 'restarted',
      entrypoint_args: '{{mode}}',
      restart_when_exception: true,
    })
    const [first] = await launched(id)
    await update('mode', 'second')
    await world.service.simulator.order(first?.id ?? '', 'simulator.job', 'fails')
    await expect.poll(async () => (await launched(id)).length).toBe(2)
    await waitForStatus(world, id, 'job_running')
    await stop(id)
    await run(id)
    await waitForStatus(world, id, 'job_running')
    expect((await launched(id)).map(({ args }) => args)).toEqual([['first'], ['first'], ['second']])
  })

  it('is configured by them', async () => {
    await create('order', 'finishes:1ms')
    const id = await createJob(world, {
      ...RUNNABLE,
      name: 'configured',
      runtime_config: JSON.stringify([{ key: 'simulator.job', value: '{{order}}' }]),
    })
    await run(id)
    await waitForStatus(world, id, 'job_finish')
  })

  it('is not run while a variable is missing, and is told which', async () => {
    const id = await createJob(world, { ...RUNNABLE, name: 'lacks', entrypoint_args: '{{nowhere}} {{rate}}' })
    const reply = await run(id)
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0002', expect.stringContaining('{{nowhere}}.')])
    expect((await readJob(world, id)).status).toBe('job_init')
  })

  it('ends in job_submit_fail when a variable goes while it waits for CUs', async () => {
    await world.call('createQueue', 'POST', '/v1.0/{p}/queues', {
      ...{ queue_name: 'crowded', queue_type: 'general', cu_count: 16, resource_mode: 1 },
    })
    const busy = await runJob(world, { name: 'busy', queue_name: 'crowded', cu_number: 16 })
    await create('short_lived', 'x')
    const waits = { name: 'waits', queue_name: 'crowded', entrypoint_args: '{{short_lived}}' }
    const id = await createJob(world, { ...RUNNABLE, ...waits })
    await run(id)
    expect((await readJob(world, id)).status).toBe('job_submitting')
    await world.call('deleteGlobalVariable', 'DELETE', `${VARIABLES}/short_lived`)
    const { status_desc } = await waitForStatus(world, id, 'job_submit_fail')
    expect(status_desc).toContain('{{short_lived}}')
    await stop(busy)
  })
})

/** Nothing when it has gone meanwhile: what is left of a run is removed a moment after its end. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return Buffer.alloc(0)
    throw error
  }
}

describe('a sensitive value', () => {
  it('is hidden wherever the launch that used it is told of', async () => {
    const value = 'hunter2hunter2'
    await create('token', value, { is_sensitive: true })
    const id = await createJob(world, {
      ...RUNNABLE,
      name: 'leaky',
      runtime_config: JSON.stringify({ 'simulator.start': '{{token}}' }),
    })
    await run(id)
    const { status_desc } = await waitForStatus(world, id, 'job_submit_fail')
    expect(status_desc).toContain('simulator.start: "******"')
    const [attempt] = await launched(id)
    const logs = `${id}/attempts/${attempt?.id}/logs`
    appendFileSync(join(world.service.dataFolder, 'runs', attempt?.id ?? '', 'logs', 'jobmanager.log'), `x ${value} y`)
    expect(await native(`${logs}/jobmanager.log`)).toContain(`x ${'*'.repeat(value.length)} y`)
    for (const path of ['attempts', 'events', 'decision']) expect(await native(`${id}/${path}`)).not.toContain(value)
    expect((await world.send('GET', `/v1.0/{p}/streaming/jobs/${id}`)).text).not.toContain(value)
  })

  it('lies in clear nowhere in the data folder but in the run that needs it', async () => {
    const files = readdirSync(world.service.dataFolder, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name))
    const holding = files.filter((file) => contentOf(file).includes('hunter2hunter2'))
    expect(holding.length).toBeGreaterThan(0)
    for (const file of holding) expect(file).toMatch(/\/runs\/[0-9a-f]{32}\//)
  })
})
