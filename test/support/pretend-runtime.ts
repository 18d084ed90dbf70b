import type {
  AttemptId,
  CheckpointView,
  FlinkJobState,
  LaunchSpec,
  Observation,
  Runtime,
  SavepointView,
} from '../../src/runtimes/runtime.ts'

type Pretended = {
  spec: LaunchSpec
  state: FlinkJobState
  alive: boolean
  restarts: number
  savepoints: Map<string, SavepointView>
}

export type PretendRuntime = Runtime & {
  /** What was launched, by attempt id. */
  readonly attempts: Map<AttemptId, Pretended>
  /** Makes the job of every live attempt take a state. */
  setState(state: FlinkJobState): void
  /** Makes the job of every live attempt fail and be restarted inside Flink. */
  restartInside(): void
  /** What the next savepoints come to. */
  savepointsEndAs(view: SavepointView): void
}

/**
 * A runtime in memory whose jobs run the moment they are launched, for tests of what stands before the runtime. Jobs of
 * users never run here; the driver for real Flink has tests of its own.
 */
export function createPretendRuntime(): PretendRuntime {
  const attempts = new Map<AttemptId, Pretended>()
  let listener: (attemptId: AttemptId) => void = () => undefined
  let nextSavepoint: SavepointView = { is: 'completed', locationUrl: 'file:///pretended/savepoint-1' }
  const change = (attemptId: AttemptId, patch: Partial<Pretended>) => {
    const attempt = attempts.get(attemptId)
    if (attempt) attempts.set(attemptId, { ...attempt, ...patch })
    listener(attemptId)
  }
  return {
    kind: 'simulated',
    attempts,
    setState(state) {
      for (const [id, attempt] of attempts) if (attempt.alive) change(id, { state })
    },
    restartInside() {
      for (const [id, { alive, restarts }] of attempts) if (alive) change(id, { restarts: restarts + 1 })
    },
    savepointsEndAs(view) {
      nextSavepoint = view
    },
    async launch(spec) {
      if (!attempts.has(spec.attemptId)) {
        attempts.set(spec.attemptId, { spec, state: 'RUNNING', alive: true, restarts: 0, savepoints: new Map() })
      }
    },
    find: async () => [...attempts.keys()],
    inspect: async (attemptId) => observe(attempts.get(attemptId)),
    async requestSavepoint(attemptId, { operationId, thenStop }) {
      attempts.get(attemptId)?.savepoints.set(operationId, nextSavepoint)
      if (thenStop && nextSavepoint.is === 'completed') change(attemptId, { state: 'FINISHED' })
    },
    savepointResult: async (attemptId, operationId) =>
      attempts.get(attemptId)?.savepoints.get(operationId) ?? { is: 'unknown' },
    replaceTaskManagers: async () => undefined,
    cancel: async (attemptId) => change(attemptId, { state: 'CANCELED' }),
    kill: async (attemptId) => change(attemptId, { alive: false }),
    tidy: async () => undefined,
    dispose: async (attemptId) => void attempts.delete(attemptId),
    listLogs: async () => [{ name: 'jobmanager.log', sizeBytes: 6, modifiedAt: new Date(0) }],
    readLog: async (_id, _name, offsetBytes, limitBytes) => {
      const all = Buffer.from('日志')
      const bytes = all.subarray(offsetBytes, offsetBytes + limitBytes)
      const nextOffsetBytes = offsetBytes + bytes.length
      return { bytes, nextOffsetBytes, sizeBytes: all.length, endOfFile: nextOffsetBytes >= all.length }
    },
    executionGraph: async (attemptId) => ({ jid: attempts.get(attemptId)?.spec.flinkJobId, plan: { nodes: [] } }),
    findCheckpoints: async (): Promise<CheckpointView[]> => [],
    holdsState: async () => true,
    onChange: (next) => {
      listener = next
    },
    flinkVersions: async () => ['1.20.0', '2.3.0'],
    memoryBudgetBytes: () => null,
    close: async () => undefined,
  }
}

function observe(attempt: Pretended | undefined): Observation {
  const alive = attempt?.alive ?? false
  const process = attempt
    ? alive
      ? ({ is: 'alive', pid: 1 } as const)
      : ({ is: 'ended', exitCode: 143 } as const)
    : null
  return {
    at: new Date(),
    exists: attempt !== undefined,
    jobManager: process ?? { is: 'absent' },
    taskManagers: process ? [process] : [],
    rest: alive ? 'answers' : 'silent',
    flinkJob:
      attempt && alive
        ? {
            state: attempt.state,
            tasksUp: attempt.state === 'RUNNING',
            tasks: { total: 1, running: 1, finished: 0 },
            restarts: attempt.restarts,
            failedAt: [],
            lastFailure: null,
            startedAt: null,
            endedAt: null,
          }
        : null,
    registeredTaskManagers: alive ? 1 : null,
    failure: null,
    latestCheckpoint: null,
    timeline: [],
  }
}
