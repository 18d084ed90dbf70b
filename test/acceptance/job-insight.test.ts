import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { debugCommand } from '../../src/cli/debug.ts'
import { EMPTY_JAR } from '../support/empty-jar.ts'
import {
  codeOf,
  createJob,
  messageOf,
  prepareJobs,
  putObject,
  runJob,
  startWorld,
  type World,
  waitForStatus,
} from './world.ts'

let world: World
let id: number

beforeAll(async () => {
  world = await startWorld()
  await prepareJobs(world)
  await putObject(world, 'b1/%E6%97%A5%E5%BF%97.jar', EMPTY_JAR)
  id = await runJob(world, { name: 'watched', entrypoint: 'obs://b1/日志.jar' })
})

afterAll(() => world.stop())

const get = async (path: string) =>
  (await world.send('GET', `/api/v1/{p}/jobs/${path}`)).body as Record<string, Record<string, unknown>[]>

const attemptId = async () => String((await get(`${id}/attempts`)).attempts?.[0]?.attempt_id)

describe('what Headgate tells of a job beyond DLI', () => {
  it('every move, with its reason', async () => {
    const { events } = await get(`${id}/events`)
    expect(events?.map(({ to }) => to)).toEqual(['draft', 'queued', 'submitting', 'running'])
    for (const event of events ?? [])
      expect(event).toMatchObject({ because: expect.stringMatching(/./), at: expect.stringMatching(/Z$/) })
  })

  it('its attempts, with timeline and outcome', async () => {
    const { attempts } = await get(`${id}/attempts`)
    expect(attempts).toHaveLength(1)
    expect(attempts?.[0]).toMatchObject({
      number: 1,
      live: true,
      flink_job_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      restore_from: null,
      failure: null,
      ...{ jvms: null, cold_because: null },
    })
    const timeline = attempts?.[0]?.timeline as { step: string; took_ms: number }[]
    expect(timeline.map(({ step }) => step).slice(0, 3)).toEqual(['asked', 'recorded', 'launching'])
    expect(timeline.some(({ step, took_ms }) => step === 'shown' && took_ms >= 0)).toBe(true)
  })

  it('its savepoints', async () => {
    const saved = await runJob(world, { name: 'saved' })
    await world.send('POST', '/v1.0/{p}/streaming/jobs/stop', { job_ids: [saved], trigger_savepoint: true })
    await waitForStatus(world, saved, 'job_cancel_success')
    const { savepoints } = await get(`${saved}/savepoints`)
    expect(savepoints).toMatchObject([{ origin: 'stopWithSavepoint', path: expect.any(String) }])
  })

  it('its log files, and their text from an offset, never cut inside a character', async () => {
    const logs = `${id}/attempts/${await attemptId()}/logs`
    const listed = (await get(logs)).logs ?? []
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(['jobmanager.log', 'submit.log']))
    const read = async (query: string) => (await get(`${logs}/submit.log?${query}`)) as Record<string, unknown>
    const { content, size } = await read('offset=0')
    const offset = Buffer.byteLength(String(content).split('日志')[0] ?? '')
    const page = { next_offset: offset + 3, size, end_of_file: false }
    expect(await read(`offset=${offset}&limit=4`)).toEqual({ content: '日', ...page })
    expect(await read(`offset=${offset + 3}&limit=4`)).toMatchObject({ content: '志.' })
    expect(await read(`offset=${size}`)).toEqual({ content: '', next_offset: size, size, end_of_file: true })
  })

  it.each(['events', 'attempts', 'savepoints', 'attempts/x/logs', 'decision'])(
    '404 for %s of a job that is not there',
    async (what) => {
      for (const job of ['999999', 'abc']) {
        expect(codeOf(await world.send('GET', `/api/v1/{p}/jobs/${job}/${what}`), 404)).toBe('DLI.16001')
      }
    },
  )

  it('404 for an attempt that is not there, whatever it is called, or that is of another job', async () => {
    const other = await createJob(world, { name: 'other' })
    for (const path of [
      `${id}/attempts/x/logs`,
      `${id}/attempts/..%2f..%2fx/logs/a`,
      `${other}/attempts/${await attemptId()}/logs`,
    ]) {
      expect([path, codeOf(await world.send('GET', `/api/v1/{p}/jobs/${path}`), 404)]).toEqual([path, 'DLI.0002'])
    }
  })

  it.each(['offset=-1', 'offset=x', 'limit=0', 'limit=1e9'])('400 for a log with %s', async (query) => {
    const reply = await world.send('GET', `/api/v1/{p}/jobs/${id}/attempts/${await attemptId()}/logs/x?${query}`)
    expect([codeOf(reply), messageOf(reply)]).toEqual(['DLI.0001', expect.stringContaining(query.split('=')[0] ?? '')])
  })
})

describe('what the service would do now', () => {
  const SECRET = 'correct-horse-battery'
  const headgate = async (...words: string[]) => {
    const printed: string[] = []
    const client = { url: world.baseUrl, key: world.service.accessKey }
    await debugCommand({ client, print: (line) => void printed.push(line) }).parseAsync(words, { from: 'user' })
    return printed.join('\n')
  }

  it('is told with all it rests on, and neither recorded nor done', async () => {
    const before = (await get(`${id}/events`)).events
    const { view, decision } = (await world.send('GET', `/api/v1/{p}/jobs/${id}/decision`)).body as Record<
      string,
      unknown
    >
    expect(view).toMatchObject({
      job: { id, state: 'running', wish: { wants: 'running' }, resume_max_num: -1 },
      attempt: { number: 1, live: true },
      observation: { job_manager: { is: 'alive' }, flink_job: { state: 'RUNNING', tasks_up: true } },
    })
    expect(decision).toMatchObject({
      event: null,
      because: 'running',
      actions: [],
      look_again_in_ms: expect.any(Number),
    })
    expect((await get(`${id}/events`)).events).toEqual(before)
  })

  it('is printed by "headgate debug decide", for people and as JSON, without secrets of the job', async () => {
    const secretive = await runJob(world, {
      name: 'secretive',
      runtime_config: JSON.stringify({ 's3.secret-key': SECRET }),
    })
    const printed = await headgate('decide', String(secretive))
    expect(printed).toMatch(/^ {4}state {2}running$/mu)
    expect(printed).toMatch(/^ {2}because {2}running$/mu)
    const asJson = await headgate('decide', String(secretive), '--json')
    expect(JSON.parse(asJson)).toMatchObject({ view: { job: { id: secretive } }, decision: { because: 'running' } })
    for (const text of [printed, asJson]) expect(text).not.toContain(SECRET)
  })

  it('is refused in words for a job that is not there, a wrong key and a service that is away', async () => {
    await expect(headgate('decide', '999999')).rejects.toThrow(/no job 999999 in the projects/)
    const ask = (url: string, key: { ak: string; sk: string } | null) =>
      debugCommand({ client: { url, key }, print: () => undefined }).parseAsync(['decide', '1'], { from: 'user' })
    await expect(ask(world.baseUrl, { ...world.service.accessKey, sk: 'x' })).rejects.toThrow(/refused the access key/)
    await expect(ask(world.baseUrl, null)).rejects.toThrow(/set HEADGATE_ACCESS_KEY/)
    await expect(ask('http://127.0.0.1:1', world.service.accessKey)).rejects.toThrow(/No service answers at/)
  })
})

describe('the execution graph', () => {
  it("is Flink's own, unchanged, of a job that runs", async () => {
    const path = `/v1.0/{p}/streaming/jobs/${id}/execute-graph`
    const answer = await world.call('showFlinkJobExecutionGraph', 'GET', path)
    expect(answer.execute_graph).toMatchObject({ jid: expect.stringMatching(/^[0-9a-f]{32}$/) })
  })

  it('is DLI.14001 for a job that does not run, DLI.16001 for one that is not there', async () => {
    const draft = await createJob(world, { name: 'graphless' })
    expect(codeOf(await world.send('GET', `/v1.0/{p}/streaming/jobs/${draft}/execute-graph`))).toBe('DLI.14001')
    expect(codeOf(await world.send('GET', '/v1.0/{p}/streaming/jobs/999999/execute-graph'))).toBe('DLI.16001')
  })
})
