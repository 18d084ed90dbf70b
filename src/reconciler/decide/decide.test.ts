import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Attempt, Job, JobId, Operation, Restart, Savepoint } from '../../jobs/job.ts'
import { DEFAULT_SETTINGS } from '../../jobs/job-settings.ts'
import { JOB_STATES, type JobState, kindOf, nextState } from '../../jobs/lifecycle.ts'
import type { Failure, FlinkJobState, FlinkJobView, Observation, ProcessState } from '../../runtimes/runtime.ts'
import type { Policy } from '../policy.ts'
import type { JobView, Room } from '../view.ts'
import { decide } from './decide.ts'

const NOW = new Date('2026-11-21T10:00:00Z')
const ago = (ms: number) => new Date(NOW.getTime() - ms)
const policy: Policy = {
  patience: { queuedMs: 900_000, launchMs: 120_000, recoverMs: 120_000, stopMs: 720_000, deleteMs: 60_000 },
  savepointMs: 600_000,
  silentMs: 120_000,
  cancelGraceMs: 10_000,
  fastMs: 100,
  steadyMs: 1000,
  watchedMs: 30_000,
}
const alive: ProcessState = { is: 'alive', pid: 7 }
const absent: ProcessState = { is: 'absent' }
const killed: ProcessState = { is: 'ended', exitCode: 137 }

function job(state: JobState, change: Partial<Job> = {}, settings: Partial<Job['settings']> = {}): Job {
  return {
    id: 1 as JobId,
    projectId: 'p',
    name: 'j',
    type: 'flink_jar_job',
    description: '',
    queueName: 'q',
    settings: { ...DEFAULT_SETTINGS, ...settings },
    ownerId: 'u',
    state,
    stateSince: ago(1000),
    status: { en: '', zh: '' },
    condition: { en: '', zh: '' },
    wish: { wants: 'running', resume: false },
    generation: 1,
    seenGeneration: 0,
    version: 1,
    restartTimes: 0,
    createdAt: ago(60_000),
    updatedAt: ago(60_000),
    startedAt: null,
    endedAt: null,
    executionGraph: '{"jid":"f1"}',
    ...change,
  }
}

function attempt(change: Partial<Attempt> = {}): Attempt {
  return {
    id: 'a1',
    jobId: 1 as JobId,
    number: 1,
    run: 1,
    flinkJobId: 'f1',
    flinkVersion: '1.20.0',
    live: true,
    cuCount: 2,
    memoryBytes: 1,
    restoreFrom: null,
    restoreBecause: '',
    launchJson: '{}',
    createdAt: ago(5000),
    launchedAt: ago(4000),
    runningAt: null,
    endedAt: null,
    outcome: null,
    failure: null,
    flinkRestarts: 0,
    timeline: [],
    lastCheckpoint: null,
    logsExportedAt: null,
    silentSince: null,
    ...change,
  }
}

function flink(state: FlinkJobState, tasksUp = state === 'RUNNING'): FlinkJobView {
  return {
    state,
    tasksUp,
    tasks: { total: 1, running: 1, finished: 0 },
    restarts: 0,
    failedAt: [],
    lastFailure: null,
    startedAt: null,
    endedAt: null,
  }
}

function seen(change: Partial<Observation> = {}): Observation {
  return {
    at: NOW,
    exists: true,
    jobManager: alive,
    taskManagers: [alive],
    rest: 'answers',
    flinkJob: flink('RUNNING'),
    registeredTaskManagers: 1,
    failure: null,
    latestCheckpoint: null,
    timeline: [],
    ...change,
  }
}

const roomy: Room = {
  needsCus: 2,
  needsMemoryBytes: 4,
  queue: { name: 'q', cuCount: 16, busyCus: 0 },
  memory: { budgetBytes: 100, busyBytes: 0 },
  aheadInLine: 0,
  starting: 0,
  startingMax: 2,
}

function view(theJob: Job, change: Partial<JobView> = {}): JobView {
  return {
    job: theJob,
    attempt: null,
    history: change.attempt ? [change.attempt] : [],
    restarts: [],
    operation: null,
    observation: change.attempt ? seen() : null,
    savepoint: null,
    room: roomy,
    missingVariables: [],
    restorable: { savepoints: [], checkpoints: [] },
    ...change,
  }
}

const on = (theView: JobView) => decide(theView, NOW, policy)
const does = (theView: JobView) => on(theView).actions.map((action) => action.do)

describe('a queued job', () => {
  test('is admitted when the queue and the host have room, with a new attempt', () => {
    expect(on(view(job('queued')))).toMatchObject({ event: 'admitted', newAttempt: { restoreFrom: null } })
  })

  test('is refused when a global variable it names is gone, and names it', () => {
    const decision = on(view(job('queued'), { missingVariables: ['pw', 'rate'] }))
    expect(decision).toMatchObject({ event: 'refused', because: expect.stringContaining('{{pw}}, {{rate}}') })
    expect(decision.newAttempt).toBeUndefined()
  })

  test.each<[string, Partial<Room>, RegExp]>([
    ['CUs', { queue: { name: 'q', cuCount: 16, busyCus: 15 } }, /needs 2, queue q has 1 of 16 free/],
    ['memory', { memory: { budgetBytes: 5, busyBytes: 3 } }, /Waiting for memory/],
    ['its turn in line', { aheadInLine: 2 }, /2 job\(s\) are ahead/],
    ['other starts', { starting: 2 }, /being started/],
  ])('waits for %s and says so', (_what, room, text) => {
    const decision = on(view(job('queued'), { room: { ...roomy, ...room } }))
    expect(decision.event).toBeUndefined()
    expect(decision.newAttempt).toBeUndefined()
    expect(decision.facts?.status?.en).toMatch(text)
  })

  test('does not wait for ever', () => {
    const waiting = view(job('queued', { stateSince: ago(901_000) }), { room: { ...roomy, starting: 2 } })
    expect(on(waiting)).toMatchObject({ event: 'outOfPatience' })
  })

  test('is refused when its queue is gone or smaller than the job', () => {
    expect(on(view(job('queued'), { room: { ...roomy, queue: null } })).event).toBe('refused')
    expect(on(view(job('queued'), { room: { ...roomy, needsCus: 17 } })).event).toBe('refused')
  })

  test('never starts empty when it was to resume and has run before', () => {
    const resuming = job('queued', { wish: { wants: 'running', resume: true } })
    const ran = attempt({ live: false, runningAt: ago(9000), outcome: 'stopped' })
    expect(on(view(resuming, { history: [ran] }))).toMatchObject({ event: 'refused' })
    expect(on(view(resuming, { history: [] }))).toMatchObject({ event: 'admitted', newAttempt: { restoreFrom: null } })
  })

  test('resumes from the newest state, a checkpoint counting only with resume_checkpoint', () => {
    const restorable = {
      savepoints: [
        {
          id: 's',
          jobId: 1 as JobId,
          attemptId: null,
          origin: 'savepoint' as const,
          url: 'file:/s',
          path: 's',
          createdAt: ago(9000),
        },
      ],
      checkpoints: [{ url: 'file:/c', completedAt: ago(1000), id: 3 }],
    }
    const resuming = (resumeCheckpoint: boolean) =>
      view(job('queued', { wish: { wants: 'running', resume: true } }, { resumeCheckpoint }), { restorable })
    expect(on(resuming(true)).newAttempt?.restoreFrom).toBe('file:/c')
    expect(on(resuming(false)).newAttempt?.restoreFrom).toBe('file:/s')
  })

  test('waits until its previous attempt is gone', () => {
    expect(does(view(job('queued'), { attempt: attempt({ outcome: 'stopped' }) }))).toEqual(['kill'])
  })
})

describe('an attempt whose run folder has vanished', () => {
  const gone = { exists: false, jobManager: absent, taskManagers: [absent], flinkJob: null, rest: 'notAsked' } as const

  test('is ended, and its processes are before its place in the books is given to another', () => {
    const running = view(job('running'), { attempt: attempt({ runningAt: ago(3000) }), observation: seen(gone) })
    expect(on(running)).toMatchObject({ event: 'failed', actions: [{ do: 'kill' }] })
    const over = attempt({ runningAt: ago(3000), outcome: 'failed' })
    const recovering = view(job('recovering'), { attempt: over, observation: seen(gone) })
    expect(on(recovering)).toMatchObject({ attempt: { live: false } })
    expect(does(recovering)[0]).toBe('kill')
  })
})

describe('a submitting job', () => {
  test('is launched once its attempt is recorded, and again when the launch was not recorded', () => {
    const unlaunched = attempt({ launchedAt: null })
    expect(
      does(view(job('submitting'), { attempt: unlaunched, observation: seen({ exists: false, flinkJob: null }) })),
    ).toEqual(['launch'])
    expect(does(view(job('submitting'), { attempt: unlaunched, observation: seen({ flinkJob: null }) }))).toEqual([
      'launch',
    ])
  })

  test('does not run while Flink says RUNNING but its tasks do not', () => {
    const pretending = view(job('submitting'), {
      attempt: attempt(),
      observation: seen({ flinkJob: flink('RUNNING', false) }),
    })
    expect(on(pretending).event).toBeUndefined()
  })

  test('runs when every task does, and may finish at once', () => {
    expect(on(view(job('submitting'), { attempt: attempt() })).event).toBe('launched')
    const fast = seen({ flinkJob: flink('FINISHED') })
    expect(on(view(job('submitting'), { attempt: attempt(), observation: fast })).event).toBe('finished')
  })

  test('fails with cause and advice when its launch was refused or a process ended', () => {
    const failure = { cause: 'Boom.', advice: { en: 'Mend it.', zh: '修复。' }, detail: '' }
    const refused = on(view(job('submitting'), { attempt: attempt({ failure, launchedAt: null }) }))
    expect(refused).toMatchObject({ event: 'refused', facts: { status: { en: 'Boom. Mend it.', zh: 'Boom. 修复。' } } })
    const dead = seen({ taskManagers: [killed], flinkJob: null })
    expect(on(view(job('submitting'), { attempt: attempt(), observation: dead })).event).toBe('refused')
  })

  test('has a limit, after which its processes are ended', () => {
    const slow = view(job('submitting', { stateSince: ago(121_000) }), {
      attempt: attempt(),
      observation: seen({ flinkJob: null }),
    })
    expect(on(slow).event).toBe('outOfPatience')
    expect(does(slow)).toEqual(['kill'])
  })
})

describe('a job whose state cannot be read', () => {
  const savepoint = (url: string, at: Date): Savepoint => ({
    ...{ id: url, jobId: 1 as JobId, attemptId: null, origin: 'savepoint', url, path: url, createdAt: at },
  })
  const restorable = {
    savepoints: [savepoint('file:/old', ago(9000))],
    checkpoints: [{ url: 'file:/new', completedAt: ago(1000), id: 3 }],
  }
  const unreadable: Failure = {
    ...{ cause: 'java.io.EOFException', advice: { en: '', zh: '' }, detail: '', unreadableState: true },
  }
  const STATES = ['submitting', 'recovering'] as const
  const settings = { resumeCheckpoint: true, restartWhenException: true, resumeMaxNum: 1 }
  const going = (state: JobState) =>
    job(state, { startedAt: ago(9000), wish: { wants: 'running', resume: true } }, settings)
  const failed = (number: number, restoreFrom: string, change: Partial<Attempt> = {}) =>
    attempt({ id: `a${number}`, number, restoreFrom, live: false, outcome: 'failed', failure: unreadable, ...change })

  test.each(STATES)('ends the attempt and says so (%s)', (state) => {
    const live = attempt({ restoreFrom: 'file:/new' })
    const dead = seen({ flinkJob: flink('FAILED'), failure: unreadable })
    const retrying = seen({ flinkJob: { ...flink('RESTARTING'), restarts: 3, lastFailure: unreadable } })
    for (const observation of [dead, retrying]) {
      const decision = on(view(going(state), { attempt: live, observation }))
      expect(decision).toMatchObject({ event: 'unreadable', attempt: { outcome: 'failed', failure: unreadable } })
      expect(decision).not.toHaveProperty('restarts')
      expect(decision.facts?.status?.en).toMatch(/cannot read the state file:\/new, so the next older is looked for/)
      expect(decision.actions).toEqual([{ do: 'kill', attemptId: 'a1' }])
    }
    const over = attempt({ restoreFrom: 'file:/new', outcome: 'failed', failure: unreadable })
    expect(does(view(going(state), { attempt: over }))).toEqual(['kill'])
  })

  test.each(STATES)('is tried from the next older state, without a wait and without using its budget (%s)', (state) => {
    const spent = { history: [failed(1, 'file:/new')], restorable, restarts: restarted('headgate') }
    const decision = on(view(going(state), spent))
    expect(decision.newAttempt).toEqual({
      restoreFrom: 'file:/old',
      restoreBecause: expect.stringMatching(/file:\/new cannot be read; instead it resumes from .* savepoint of/),
    })
    expect(decision).not.toHaveProperty('restarts')
  })

  test.each(STATES)('says in the end what it stands on (%s)', (state) => {
    const second = attempt({ id: 'a2', number: 2, restoreFrom: 'file:/old' })
    const decision = on(view(going(state), { attempt: second, history: [second, failed(1, 'file:/new')] }))
    expect(decision).toMatchObject({
      event: 'launched',
      facts: { status: { en: expect.stringMatching(/file:\/new/) } },
    })
  })

  test.each([
    ['submitting', 'refused'],
    ['recovering', 'failed'],
  ] as const)(
    'ends when there is no older one, or that one cannot be read either: never from empty (%s)',
    (state, end) => {
      const none = { savepoints: [], checkpoints: restorable.checkpoints }
      const alone = on(view(going(state), { history: [failed(1, 'file:/new')], restorable: none }))
      expect([alone.event, alone.newAttempt]).toEqual([end, undefined])
      expect(alone.facts?.status?.en).toMatch(/file:\/new cannot be read, and there is no older state/)
      const third = { ...restorable, savepoints: [...restorable.savepoints, savepoint('file:/oldest', ago(99_000))] }
      const both = on(
        view(going(state), { history: [failed(2, 'file:/old'), failed(1, 'file:/new')], restorable: third }),
      )
      expect([both.event, both.newAttempt]).toEqual([end, undefined])
      expect(both.facts?.status?.en).toMatch(/neither file:\/new nor the next older, file:\/old, can be read/)
    },
  )

  test('does not try it again in the same run, and tries it in the next', () => {
    const ran = failed(2, 'file:/old', { failure: null, runningAt: ago(500), endedAt: ago(60_000) })
    const history = [ran, failed(1, 'file:/new')]
    expect(on(view(going('recovering'), { history, restorable })).newAttempt?.restoreFrom).toBe('file:/old')
    const ofTheNextRun = [{ ...ran, run: 2 }, failed(1, 'file:/new')]
    expect(on(view(going('recovering'), { history: ofTheNextRun, restorable })).newAttempt?.restoreFrom).toBe(
      'file:/new',
    )
  })

  test('is restarted as after any failure when it had run: Flink then failed on a state of its own', () => {
    const up = attempt({ restoreFrom: 'file:/new', runningAt: ago(4000) })
    const dead = seen({ flinkJob: { ...flink('RESTARTING'), lastFailure: unreadable } })
    for (const state of ['running', 'recovering'] as const)
      expect(on(view(going(state), { attempt: up, observation: dead })).event).toBe('lost')
    const after = [attempt({ ...up, live: false, outcome: 'failed', failure: unreadable, endedAt: ago(60_000) })]
    expect(on(view(going('recovering'), { history: after, restorable })).newAttempt?.restoreFrom).toBe('file:/new')
  })
})

describe('a running job', () => {
  const running = (settings: Partial<Job['settings']> = {}) => job('running', { startedAt: ago(4000) }, settings)
  const up = attempt({ runningAt: ago(4000) })

  test('is left alone while it runs', () => {
    expect(on(view(running(), { attempt: up }))).toMatchObject({ actions: [], because: 'running' })
  })

  describe('whose JobManager lives but does not answer', () => {
    const silent = seen({ rest: 'silent', flinkJob: null })
    const silentFor = (silentMs: number, settings: Partial<Job['settings']> = {}, change: Partial<JobView> = {}) => {
      const known = attempt({ runningAt: ago(200_000), silentSince: ago(silentMs) })
      return on(view(running(settings), { attempt: known, observation: silent, ...change }))
    }

    test('is shown as such, with since when', () => {
      const decision = on(view(running(), { attempt: up, observation: silent }))
      expect(decision).toMatchObject({ actions: [], attempt: { silentSince: NOW } })
      expect(decision.event).toBeUndefined()
      expect(decision.facts?.condition?.en).toMatch(/^Not reachable: .* not answered since 2026-11-21T10:00:00.000Z/u)
    })

    test('runs on when it answers again, and the text goes', () => {
      const shown = { ...running(), condition: { en: 'Not reachable', zh: '' } }
      const decision = on(view(shown, { attempt: attempt({ runningAt: ago(9000), silentSince: ago(9000) }) }))
      expect(decision).toMatchObject({ attempt: { silentSince: null }, facts: { condition: { en: '' } } })
    })

    test('counts as dead after its patience, and the policy decides', () => {
      expect(silentFor(119_000).event).toBeUndefined()
      expect(silentFor(121_000)).toMatchObject({ event: 'failed', actions: [{ do: 'kill' }] })
      expect(silentFor(121_000).facts?.status?.en).toMatch(/lives but has not answered for 121 s/u)
      expect(silentFor(121_000, { restartWhenException: true }).event).toBe('lost')
      const restarting = job('recovering', {}, { restartWhenException: true })
      const hung = attempt({ runningAt: ago(200_000), silentSince: ago(121_000) })
      expect(on(view(restarting, { attempt: hung, observation: silent })).event).toBe('lost')
    })

    test('is not asked for a savepoint, which fails when its patience ends', () => {
      const asked = { operation: open('savepoint'), savepoint: { is: 'unknown' } as const }
      expect(silentFor(9000, {}, asked)).toMatchObject({ actions: [], because: 'a savepoint is under way' })
      const stopping = job('stopping', { wish: { wants: 'stopped', withSavepoint: true, operationId: 'o' } })
      const stopAfter = (silentMs: number) =>
        on(
          view(stopping, {
            ...asked,
            operation: open('stopWithSavepoint'),
            observation: silent,
            attempt: attempt({ silentSince: ago(silentMs) }),
          }),
        )
      expect(stopAfter(9000).actions).toEqual([])
      expect(stopAfter(121_000)).toMatchObject({ event: 'savepointFailed', operation: { state: 'failed' } })
    })

    test('is stopped all the same', () => {
      const decision = on(
        view(job('stopping', { wish: { wants: 'stopped', withSavepoint: false, operationId: null } }), {
          attempt: up,
          observation: silent,
        }),
      )
      expect(decision).toMatchObject({ because: expect.stringMatching(/does not answer/u), actions: [{ do: 'kill' }] })
    })
  })

  test('is asked for its graph again until Flink has told of this attempt', () => {
    for (const executionGraph of [null, '{"jid":"of the run before"}']) {
      const decision = on(view({ ...running(), executionGraph }, { attempt: up }))
      expect(decision).toMatchObject({ actions: [{ do: 'keepGraph', attemptId: 'a1' }], lookAgainInMs: 1000 })
    }
  })

  test('fails without restart_when_exception and is started again with it, within the budget', () => {
    const failure = { cause: 'Boom.', advice: { en: '', zh: '' }, detail: '' }
    const dead = { attempt: up, observation: seen({ jobManager: killed, failure }) }
    expect(on(view(running(), dead)).event).toBe('failed')
    expect(on(view(running({ restartWhenException: true }), dead)).event).toBe('lost')
    const budgetOfTwo = running({ restartWhenException: true, resumeMaxNum: 2 })
    const spent = (...by: Restart['by'][]) => on(view(budgetOfTwo, { ...dead, restarts: restarted(...by) })).event
    expect([spent('flink'), spent('flink', 'headgate')]).toEqual(['lost', 'failed'])
  })

  describe('that Flink restarted', () => {
    const RESTARTS = { restartWhenException: true, resumeCheckpoint: true }
    const restartedTo = (total: number, settings: Partial<Job['settings']>, before: readonly Restart[] = []) => {
      const observation = seen({ flinkJob: { ...flink('RUNNING'), restarts: total } })
      const known = attempt({ runningAt: ago(4000), flinkRestarts: 1 })
      return on(view(running(settings), { attempt: known, observation, restarts: before }))
    }

    test('goes on, and each restart is a fact', () => {
      expect(restartedTo(1, RESTARTS)).not.toHaveProperty('restarts')
      expect(restartedTo(3, RESTARTS)).toMatchObject({
        because: 'running',
        restarts: [{ by: 'flink' }, { by: 'flink' }],
        attempt: { flinkRestarts: 3 },
        facts: { restartTimes: 2 },
      })
    })

    test('while nobody looked counts for the hour in which it was restarted', () => {
      const failedAt = [ago(1000), ago(4_000_000), ago(5_000_000)]
      const observation = seen({ flinkJob: { ...flink('RUNNING'), restarts: 3, failedAt } })
      const decision = on(view(running({ ...RESTARTS, resumeMaxNum: 1 }), { attempt: up, observation }))
      expect(decision.restarts).toEqual(failedAt.map((at) => ({ by: 'flink', at })))
      expect(decision.facts?.condition).toBeUndefined()
    })

    test.each<[string, Partial<Job['settings']>, readonly Restart[], string]>([
      ['the budget is spent', { ...RESTARTS, resumeMaxNum: 2 }, restarted('flink', 'headgate'), 'failed'],
      ['restart_when_exception is off by now', { resumeCheckpoint: true }, [], 'failed'],
      ['resume_checkpoint is off by now', { restartWhenException: true }, [], 'lost'],
    ])('ends its attempt when %s', (_why, settings, before, event) => {
      const decision = restartedTo(2, settings, before)
      expect(decision).toMatchObject({ event, attempt: { outcome: 'failed', flinkRestarts: 1 } })
      expect(decision.restarts).toBeUndefined()
    })

    test('is shown as unstable while it restarts often', () => {
      const texts = (total: number, before: readonly Restart[]) =>
        restartedTo(total, RESTARTS, before).facts?.condition?.en
      expect(texts(2, restarted('flink'))).toBeUndefined()
      expect(texts(2, restarted('flink', 'headgate'))).toMatch(/Unstable: it was restarted 3 times/)
      const calm = { ...running(RESTARTS), condition: { en: 'Unstable', zh: '' } }
      expect(on(view(calm, { attempt: up })).facts?.condition).toEqual({ en: '', zh: '' })
      const comesBack = {
        attempt: attempt(),
        observation: seen({ flinkJob: flink('RUNNING') }),
        restarts: restarted('flink', 'headgate', 'headgate'),
      }
      const shown = on(view(job('recovering', {}, RESTARTS), comesBack))
      expect(shown).toMatchObject({
        event: 'launched',
        facts: { condition: { en: expect.stringMatching(/^Unstable/) } },
      })
    })
  })

  test('counts what Flink restarted before it ended, and before it ran', () => {
    const [policyOfTwo, news] = [
      { restartWhenException: true, resumeCheckpoint: true, resumeMaxNum: 2 },
      { restarts: 2 },
    ]
    const ended = seen({
      flinkJob: { ...flink('FAILED'), ...news },
      failure: { cause: '', advice: { en: '', zh: '' }, detail: '' },
    })
    expect(on(view(running(policyOfTwo), { attempt: up, observation: ended })).event).toBe('failed')
    const starting = (state: FlinkJobState) =>
      on(
        view(job('recovering', {}, policyOfTwo), {
          attempt: attempt(),
          observation: seen({ flinkJob: { ...flink(state), ...news } }),
        }),
      )
    expect(starting('RESTARTING')).not.toHaveProperty('restarts')
    expect(starting('RUNNING')).toMatchObject({ event: 'launched', restarts: [{ by: 'flink' }, { by: 'flink' }] })
  })

  test('that is lost waits longer with every restart, and its next attempt is a restart', () => {
    const lost = attempt({ live: false, outcome: 'failed', endedAt: ago(3000) })
    const recovering = job('recovering', { startedAt: ago(9000) }, { restartWhenException: true })
    const spent = (...by: Restart['by'][]) => on(view(recovering, { history: [lost], restarts: restarted(...by) }))
    expect(spent('flink')).toMatchObject({ newAttempt: {}, restarts: [{ by: 'headgate' }], facts: { restartTimes: 1 } })
    expect(spent('flink', 'headgate')).toMatchObject({ actions: [], lookAgainInMs: 1000 })
  })

  describe('whose tasks Flink restarts', () => {
    const restartable = { restartWhenException: true, resumeCheckpoint: true }
    const down = (change: Partial<Observation> = {}) =>
      seen({ flinkJob: flink('RESTARTING', false), taskManagers: [killed], ...change })
    const recovering = (change: Partial<JobView> = {}) =>
      view(job('recovering', { startedAt: ago(9000) }, restartable), { attempt: up, observation: down(), ...change })

    test('is no running one until all of them run again, in the same attempt', () => {
      const decision = on(view(running(restartable), { attempt: up, observation: down() }))
      expect(decision).toMatchObject({ event: 'interrupted', actions: [], lookAgainInMs: 0 })
      expect(decision.attempt?.live).toBeUndefined()
      expect(decision.facts?.status?.en).toMatch(/restarting the tasks.*TaskManager 1 ended and is being replaced/)
      expect(does(recovering())).toEqual(['replaceTaskManagers'])
      expect(on(recovering({ observation: seen() })).event).toBe('launched')
    })

    test('still learns how its savepoint ended', () => {
      const failed = recovering({ operation: open('savepoint'), savepoint: { is: 'failed', reason: 'tasks died' } })
      expect(on(failed).operation).toMatchObject({ state: 'failed', reason: 'tasks died' })
    })

    test('is lost when the policy leaves nothing to Flink', () => {
      const decision = on(view(running({ restartWhenException: true }), { attempt: up, observation: down() }))
      expect(decision.event).toBe('lost')
    })
  })

  test('is not started again when another attempt would end in the same way', () => {
    const failure = { cause: 'The disk.', advice: { en: '', zh: '' }, detail: '', isFinal: true } as const
    const settings = { restartWhenException: true, resumeCheckpoint: true, resumeMaxNum: -1 }
    const decision = on(view(running(settings), { attempt: up, observation: seen({ failure }) }))
    expect(decision).toMatchObject({ event: 'failed', actions: [{ do: 'kill' }] })
    expect(decision.facts?.status?.en).toContain('not started again')
  })

  test('gets a new TaskManager only when Flink goes on from its checkpoint, else it is lost', () => {
    const dead = { attempt: up, observation: seen({ taskManagers: [killed] }) }
    expect(does(view(running({ restartWhenException: true, resumeCheckpoint: true }), dead))).toEqual([
      'replaceTaskManagers',
    ])
    expect(on(view(running({ restartWhenException: true }), dead)).event).toBe('lost')
    expect(on(view(running(), dead)).event).toBe('failed')
  })

  test('asks for a savepoint once it knows of none under way, and records how it ended', () => {
    const operation = open('savepoint')
    const asked = (savepoint: JobView['savepoint']) => view(running(), { attempt: up, operation, savepoint })
    expect(does(asked({ is: 'unknown' }))).toEqual(['savepoint'])
    expect(does(asked({ is: 'inProgress' }))).toEqual([])
    expect(on(asked({ is: 'completed', locationUrl: 'file:/s' })).operation).toMatchObject({ state: 'completed' })
    expect(on(asked({ is: 'failed', reason: 'no' })).operation).toMatchObject({ state: 'failed', reason: 'no' })
    expect(on(asked({ is: 'failed', reason: 'no' })).event).toBeUndefined()
  })
})

describe('a stopping job', () => {
  const stopping = job('stopping', { wish: { wants: 'stopped', withSavepoint: true, operationId: 'o' } })
  const up = attempt({ runningAt: ago(4000) })
  const gone = seen({ jobManager: { is: 'ended', exitCode: 143 }, taskManagers: [], flinkJob: null })

  test('goes down the ladder: cancel, then end the processes, then stopped', () => {
    expect(does(view(stopping, { attempt: up }))).toEqual(['cancel'])
    expect(does(view(stopping, { attempt: up, observation: seen({ flinkJob: flink('CANCELLING') }) }))).toEqual([])
    expect(does(view(stopping, { attempt: up, observation: seen({ flinkJob: flink('CANCELED') }) }))).toEqual(['kill'])
    const slow = { ...stopping, stateSince: ago(11_000) }
    expect(does(view(slow, { attempt: up, observation: seen({ flinkJob: flink('CANCELLING') }) }))).toEqual(['kill'])
    expect(on(view(stopping, { attempt: up, observation: gone }))).toMatchObject({
      event: 'gone',
      attempt: { live: false },
    })
  })

  test('waits for its savepoint and runs on when that fails', () => {
    const operation = open('stopWithSavepoint')
    const at = (savepoint: JobView['savepoint']) => view(stopping, { attempt: up, operation, savepoint })
    expect(does(at({ is: 'unknown' }))).toEqual(['savepoint'])
    expect(on(at({ is: 'completed', locationUrl: 'file:/s' }))).toMatchObject({
      operation: { state: 'completed' },
      actions: [],
    })
    expect(on(at({ is: 'failed', reason: 'disk full' }))).toMatchObject({
      event: 'savepointFailed',
      facts: { wish: { wants: 'running' } },
    })
  })

  test('that died before its savepoint was complete has failed, not stopped', () => {
    const died = view(stopping, {
      attempt: up,
      operation: open('stopWithSavepoint'),
      savepoint: { is: 'unknown' },
      observation: gone,
    })
    expect(on(died)).toMatchObject({ event: 'failed', operation: { state: 'failed' } })
  })
})

describe('every decision', () => {
  const process = fc.constantFrom<ProcessState>(alive, killed, { is: 'absent' })
  const flinkState = fc.constantFrom<FlinkJobState | null>(
    null,
    'INITIALIZING',
    'CREATED',
    'RUNNING',
    'FAILING',
    'FAILED',
    'CANCELLING',
    'CANCELED',
    'FINISHED',
    'RESTARTING',
    'SUSPENDED',
    'RECONCILING',
  )
  const anyView = fc
    .record({
      state: fc.constantFrom(...JOB_STATES.filter((state) => state !== 'deleted')),
      hasAttempt: fc.boolean(),
      over: fc.boolean(),
      launched: fc.boolean(),
      jm: process,
      tm: process,
      state2: flinkState,
      tasksUp: fc.boolean(),
      restart: fc.boolean(),
      resume: fc.boolean(),
      sinceMs: fc.integer({ min: 0, max: 2_000_000 }),
      savepoint: fc.constantFrom<JobView['savepoint']>(
        { is: 'unknown' },
        { is: 'inProgress' },
        { is: 'failed', reason: 'x' },
        { is: 'completed', locationUrl: 'u' },
      ),
      hasOperation: fc.boolean(),
      busy: fc.boolean(),
    })
    .map((raw) => {
      const needsAttempt = raw.state === 'submitting' || raw.state === 'running'
      const theAttempt =
        needsAttempt || (raw.hasAttempt && raw.state !== 'draft')
          ? attempt({
              launchedAt: raw.launched || raw.state === 'running' ? ago(1) : null,
              outcome: raw.over && !needsAttempt ? 'failed' : null,
            })
          : null
      const old = attempt({ id: 'a0', number: 0, live: false, runningAt: ago(9), outcome: 'failed' })
      return view(
        job(
          raw.state,
          { stateSince: ago(raw.sinceMs), wish: { wants: 'running', resume: raw.resume } },
          { restartWhenException: raw.restart, resumeCheckpoint: raw.resume },
        ),
        {
          attempt: theAttempt,
          history: theAttempt ? [theAttempt, old] : [old],
          observation: theAttempt
            ? seen({
                jobManager: raw.jm,
                taskManagers: [raw.tm],
                flinkJob: raw.state2 && flink(raw.state2, raw.tasksUp),
              })
            : null,
          operation: raw.hasOperation && theAttempt ? open('savepoint') : null,
          savepoint: raw.hasOperation && theAttempt ? raw.savepoint : null,
          room: { ...roomy, starting: raw.busy ? 2 : 0 },
        },
      )
    })

  test('is a move of the table, never launches beside a live attempt, and comes to rest', () => {
    fc.assert(
      fc.property(anyView, (theView) => {
        const decision = on(theView)
        if (decision.event) expect(nextState(theView.job.state, decision.event)).not.toBeNull()
        if (decision.newAttempt) {
          expect(theView.attempt).toBeNull()
          expect(theView.job.wish.wants).toBe('running')
          expect(['queued', 'recovering']).toContain(theView.job.state)
        }
        if (decision.actions.some((action) => action.do === 'launch')) {
          expect(['submitting', 'recovering']).toContain(theView.job.state)
        }
        if (kindOf(theView.job.state) === 'resting' && !theView.attempt) {
          expect(decision).toMatchObject({ actions: [], lookAgainInMs: 'whenAsked' })
        }
        if (kindOf(theView.job.state) !== 'resting' && !decision.event)
          expect(decision.lookAgainInMs).not.toBe('whenAsked')
      }),
      { numRuns: 3000, seed: 5 },
    )
  })
})

function restarted(...by: Restart['by'][]): Restart[] {
  return by.map((each) => ({ by: each, at: ago(60_000) }))
}

function open(kind: Operation['kind']): Operation {
  return {
    id: 'o',
    jobId: 1 as JobId,
    attemptId: 'a1',
    kind,
    state: 'open',
    directory: 'b/d',
    location: null,
    reason: '',
    createdAt: ago(1000),
    endedAt: null,
  }
}
