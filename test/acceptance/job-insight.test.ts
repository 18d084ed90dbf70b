import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, createJob, messageOf, prepareJobs, runJob, startWorld, type World, waitForStatus } from './world.ts'

let world: World
let id: number

beforeAll(async () => {
  world = await startWorld()
  await prepareJobs(world)
  id = await runJob(world, { name: 'watched' })
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
      timeline: expect.any(Array),
    })
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
    expect(listed).toMatchObject([{ name: expect.any(String), size: expect.any(Number) }])
    const read = (query: string) => get(`${logs}/${String(listed[0]?.name)}?${query}`)
    expect(await read('limit=4')).toEqual({ content: '日', next_offset: 3, size: 6, end_of_file: false })
    expect(await read('offset=3')).toEqual({ content: '志', next_offset: 6, size: 6, end_of_file: true })
    expect(await read('offset=6')).toEqual({ content: '', next_offset: 6, size: 6, end_of_file: true })
  })

  it.each(['events', 'attempts', 'savepoints', 'attempts/x/logs'])(
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
