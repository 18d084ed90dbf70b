import { describe, expect, it } from 'vitest'
import {
  checkpoints,
  endedWithoutJob,
  jobLine,
  mendedFailures,
  newestException,
  registeredTaskManagers,
  restarts,
  savepoint,
  tasksUp,
} from './flink-answers.ts'

const ID = '0123456789abcdef0123456789abcdef'
const OBJECTS = 'file:///objects/p1'

function overview(job: Record<string, unknown>) {
  return {
    jobs: [
      { jid: 'other', state: 'RUNNING' },
      { jid: ID, 'start-time': 1000, 'end-time': -1, ...job },
    ],
  }
}

function line(state: string, tasks: Record<string, number>) {
  const found = jobLine(overview({ state, tasks }), ID)
  if (found === null) throw new Error('no line')
  return found
}

describe('the line of a job in the overview', () => {
  it('is found by the job id, with moments where there are any', () => {
    expect(line('RUNNING', { total: 3, running: 1, finished: 1 })).toMatchObject({
      ...{ state: 'RUNNING', tasks: { total: 3, running: 1, finished: 1 }, startedAt: new Date(1000), endedAt: null },
    })
  })

  it.each([null, {}, { jobs: [] }, { jobs: 'x' }, { jobs: [{ jid: ID, state: 'DREAMING' }] }])(
    'is nothing in %j',
    (answer) => expect(jobLine(answer, ID)).toBeNull(),
  )

  it('has another version when any task changes its state', () => {
    const running = line('RUNNING', { total: 2, running: 2, created: 0 })
    const waiting = line('RUNNING', { total: 2, running: 0, created: 2 })
    expect(running.version).not.toBe(waiting.version)
  })
})

describe('tasks are up', () => {
  it.each([
    ['RUNNING', { total: 2, running: 2 }, false, true],
    ['RUNNING', { total: 2, running: 1, finished: 1 }, false, true],
    ['RUNNING', { total: 2, running: 1, initializing: 1 }, false, false],
    ['RUNNING', { total: 2, running: 1, created: 1 }, true, true],
    ['RUNNING', { total: 2, created: 2 }, false, false],
    ['RUNNING', { total: 0 }, true, false],
    ['RESTARTING', { total: 2, running: 2 }, false, false],
    ['FINISHED', { total: 2, finished: 2 }, false, true],
    ['FAILED', { total: 0 }, false, false],
  ])('in %s with %j, batch %j: %j', (state, tasks, batch, up) => {
    expect(tasksUp(line(state, tasks), batch)).toBe(up)
  })
})

describe('checkpoints', () => {
  const entry = (id: number, more = {}) => ({
    ...{
      id,
      status: 'COMPLETED',
      is_savepoint: false,
      external_path: `file:/c/chk-${id}`,
      latest_ack_timestamp: id * 1000,
    },
    ...more,
  })

  it('are the complete ones, without savepoints, failed and running ones', () => {
    const history = [entry(5, { status: 'IN_PROGRESS' }), entry(4, { is_savepoint: true }), entry(3), entry(2)]
    expect(checkpoints({ history, latest: { completed: entry(3) } }, OBJECTS)).toEqual({
      latest: { url: 'file:///c/chk-3', completedAt: new Date(3000), id: 3 },
      first: new Date(2000),
    })
  })

  it('are found below the objects where the program named them by obs://', () => {
    const history = [entry(1, { external_path: 'obs://Bucket_1/50% 中 文/chk-1' })]
    expect(checkpoints({ history }, OBJECTS).latest?.url).toBe('file:///objects/p1/Bucket_1/50% 中 文/chk-1')
  })

  it('are none in an answer without any', () => {
    expect(checkpoints({ errors: ['x'] }, OBJECTS)).toEqual({ latest: null, first: null })
  })
})

const TRACE = 'X: Y: no\n\tat a.b.C(D.java:1)\nCaused by: Y: not all tasks run\n\tat e.F(G.java:2)\n\t... 5 more\n'

describe('a savepoint', () => {
  it.each([
    [{ status: { id: 'IN_PROGRESS' }, operation: null }, { is: 'inProgress' }],
    [
      { status: { id: 'COMPLETED' }, operation: { location: 'file:/s/savepoint-1' } },
      { is: 'completed', locationUrl: 'file:///s/savepoint-1' },
    ],
    [
      { status: { id: 'COMPLETED' }, operation: { 'failure-cause': { class: 'X', 'stack-trace': TRACE } } },
      { is: 'failed', reason: 'Y: not all tasks run' },
    ],
  ])('%j is read', (answer, view) => expect(savepoint(answer, OBJECTS)).toEqual(view))
})

describe('smaller answers', () => {
  it('are read, also when they are missing', () => {
    expect(registeredTaskManagers({ taskmanagers: 2 })).toBe(2)
    expect(registeredTaskManagers(null)).toBeNull()
    expect(restarts([{ id: 'numRestarts', value: '3' }])).toBe(3)
    expect(restarts([])).toBeNull()
    expect(mendedFailures({ exceptionHistory: { entries: [{}, {}] } }, 'RUNNING')).toBe(2)
    expect(mendedFailures({ exceptionHistory: { entries: [{}, {}] } }, 'FAILED')).toBe(1)
    expect(mendedFailures(null, 'FAILED')).toBe(0)
    expect(newestException({ exceptionHistory: { entries: [{ stacktrace: 'new' }, { stacktrace: 'old' }] } })).toBe(
      'new',
    )
    expect(newestException({ 'root-exception': 'old style', exceptionHistory: { entries: [] } })).toBe('old style')
    expect(endedWithoutJob({ applications: [{ status: 'FINISHED', jobs: {} }] })).toBe(true)
    expect(endedWithoutJob({ applications: [{ status: 'FINISHED', jobs: { FINISHED: 1 } }] })).toBe(false)
    expect(endedWithoutJob({ applications: [{ status: 'RUNNING', jobs: {} }] })).toBe(false)
    expect(endedWithoutJob(null)).toBe(false)
  })
})
