import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, createJob, messageOf, prepareJobs, runJob, startWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
  await prepareJobs(world)
  for (let number = 1; number <= 12; number += 1)
    await createJob(world, { name: `Job_${String(number).padStart(2, '0')}` })
  await createJob(world, {
    name: 'tagged',
    tags: [
      { key: 'team', value: 'a' },
      { key: 'env', value: 'test' },
    ],
  })
  await runJob(world, { name: 'runs' })
})

afterAll(() => world.stop())

type List = { job_list: { total_count: number; jobs: { name: string }[] } }

const JOBS = '/v1.0/{p}/streaming/jobs'
const list = async (query: string) => (await world.call<List>('listFlinkJobs', 'GET', `${JOBS}${query}`)).job_list
const names = async (query: string) => (await list(query)).jobs.map(({ name }) => name)

describe('the list of jobs', () => {
  it('gives ten, newest first, and the number of all', async () => {
    const { total_count, jobs } = await list('')
    expect([total_count, jobs.length, jobs[0]?.name]).toEqual([14, 10, 'runs'])
    expect((await names('?order=asc'))[0]).toBe('Job_01')
  })

  it('honours offset to the empty page, by which clients know the end', async () => {
    const seen: string[] = []
    for (let offset = 0; ; offset += 5) {
      const page = await names(`?order=asc&limit=5&offset=${offset}`)
      seen.push(...page)
      if (page.length === 0) break
    }
    expect(seen).toHaveLength(14)
    expect(new Set(seen).size).toBe(14)
    expect(await names('?offset=9000000000000')).toEqual([])
    expect(await names('?offset=9223372036854775807')).toEqual([])
  })

  it('counts a limit above 100 as 100, and allows 0', async () => {
    expect((await list('?limit=100000')).jobs).toHaveLength(14)
    expect((await list('?limit=9223372036854775807')).jobs).toHaveLength(14)
    expect(await list('?limit=0')).toEqual({ total_count: 14, jobs: [] })
  })

  it('reads the odd query that starts with an ampersand', async () => {
    expect(await names('?&limit=1')).toEqual(['runs'])
  })

  it('finds by part of the name in any case, and by nothing else that looks like a pattern', async () => {
    expect(await names('?name=JOB_0&order=asc&limit=2')).toEqual(['Job_01', 'Job_02'])
    expect(await names('?name=%25')).toEqual([])
    expect(await names('?name=J_b')).toEqual([])
    expect(await names("?name=')%20or%201=1--")).toEqual([])
  })

  it('finds by status, type, queue, user and tags', async () => {
    expect(await names('?status=job_running')).toEqual(['runs'])
    expect(await names('?status=job_savepointing')).toEqual([])
    expect(await names('?status=job_arrearage_stopped')).toEqual([])
    expect((await list('?status=job_init')).total_count).toBe(13)
    expect((await list('?job_type=flink_jar_job')).total_count).toBe(14)
    expect((await list('?job_type=flink_sql_job')).total_count).toBe(0)
    expect(await names('?queue_name=Q1')).toEqual(['runs'])
    expect((await list(`?user_name=${world.service.userName}`)).total_count).toBe(14)
    expect((await list('?user_name=nobody')).total_count).toBe(0)
    expect(await names('?tags=team%3Da%2Cenv%3Dtest')).toEqual(['tagged'])
    expect(await names('?tags=team%3Da%2Cenv%3Dprod')).toEqual([])
    expect(await names('?root_job_id=5')).toEqual([])
    expect(await names('?root_job_id=9223372036854775807')).toEqual([])
    expect(await names('?tags=team%3Da')).toEqual(['tagged'])
  })

  it('ignores what only older services knew', async () => {
    expect(
      (await list('?show_job_type=all&cursor=3&next=true&unknown=1&sys_enterprise_project_name=x')).total_count,
    ).toBe(14)
  })

  it('gives everything of a job with show_detail', async () => {
    const path = `${JOBS}?show_detail=true&job_type=flink_jar_job&limit=100&offset=0`
    const { job_list } = await world.call<List>('listFlinkJobs with details', 'GET', path)
    expect(job_list.jobs).toHaveLength(14)
  })

  it.each([
    ['limit=-1', 'DLI.23001', 'limit'],
    ['limit=abc', 'DLI.23001', 'limit'],
    ['limit=1.5', 'DLI.23001', 'limit'],
    ['offset=-1', 'DLI.23001', 'offset'],
    ['offset=99999999999999999999', 'DLI.23001', 'offset'],
    ['root_job_id=x', 'DLI.23003', 'root_job_id'],
    ['status=running', 'DLI.0001', 'status'],
    ['job_type=spark', 'DLI.0001', 'job_type'],
    ['order=up', 'DLI.0001', 'order'],
    ['show_detail=maybe', 'DLI.0001', 'show_detail'],
    ['tags=novalue', 'DLI.0001', 'tags'],
    ['name=%00', 'DLI.0001', 'name'],
  ])('refuses %s with %s', async (query, code, field) => {
    const reply = await world.send('GET', `${JOBS}?${query}`)
    expect([codeOf(reply), messageOf(reply)]).toEqual([code, expect.stringContaining(field)])
  })
})
