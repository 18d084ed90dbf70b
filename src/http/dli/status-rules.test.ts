import { describe, expect, it } from 'vitest'
import type { Job, Operation } from '../../jobs/job.ts'
import { DEFAULT_SETTINGS } from '../../jobs/job-settings.ts'
import { checkMayUpdate } from '../../jobs/job-update.ts'
import { type JobState, nextState } from '../../jobs/lifecycle.ts'
import { mayImportSavepoint, mayRun, mayStop, mayTakeSavepoint } from '../../jobs/may.ts'
import { Refusal } from '../../lib/errors.ts'
import { foreignError } from './errors.ts'
import type { DliOperationId } from './operations.ts'
import { type DliStatus, jobsWithStatus } from './status.ts'

/**
 * DLI's table of which operation is allowed in which status, by hand: Y, or the code of the refusal. Where Headgate decides
 * otherwise: a second stop while stopping is accepted, as is one that gives up the savepoint of the first (decision 5). Import
 * of a savepoint is not in DLI's table. The statuses of accounts in arrears are missing: no job here has them.
 */
const TABLE = `
  status                | run   | stop  | savepoint | import | update any | update limited | delete
  job_init              | Y     | 15002 | 15002     | Y      | Y          | Y              | Y
  job_submitting        | 13006 | Y     | 15002     | 15002  | 12003      | 12003          | Y
  job_submit_fail       | Y     | 15002 | 15002     | Y      | Y          | Y              | Y
  job_running           | 13006 | Y     | Y         | 15002  | 12003      | Y              | Y
  job_running_exception | Y     | 15002 | 15002     | Y      | Y          | Y              | Y
  job_canceling         | 13006 | Y     | 15002     | 15002  | 12005      | 12005          | Y
  job_cancel_success    | Y     | 15002 | 15002     | Y      | Y          | Y              | Y
  job_cancel_fail       | 13006 | Y     | 15002     | 15002  | 12005      | 12005          | Y
  job_savepointing      | 13006 | 15002 | 15002     | 15002  | 12003      | 12003          | Y
  job_finish            | Y     | 15002 | 15002     | Y      | Y          | Y              | Y
`

const [HEAD = [], ...ROWS] = TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
const CELLS = ROWS.flatMap(([status = '', ...cells]) =>
  cells.map((wanted, index) => ({ status: status as DliStatus, operation: HEAD[index + 1] ?? '', wanted })),
)

const OPEN = { kind: 'savepoint' } as Operation
const jobIn = (state: JobState) => ({ id: 7, state, settings: DEFAULT_SETTINGS }) as unknown as Job
const any = { settings: { ...DEFAULT_SETTINGS, cuNumber: 4 } }
const limited = { settings: { ...DEFAULT_SETTINGS, smnTopic: 't', obsBucket: 'b', checkpointPath: 'b/c' } }

type Question = (job: Job, open: Operation | null) => unknown

const ASK: Readonly<Record<string, [DliOperationId, Question]>> = {
  run: ['batchRunFlinkJobs', (job) => mayRun(job)],
  stop: ['batchStopFlinkJobs', (job, open) => mayStop(job, open, false)],
  savepoint: ['executeFlinkJobSavepoint', (job, open) => mayTakeSavepoint(job, open)],
  import: ['importFlinkJobSavepoint', (job) => mayImportSavepoint(job)],
  'update any': ['updateFlinkJarJob', (job, open) => checkMayUpdate(job, any, open)],
  'update limited': ['updateFlinkSqlJob', (job, open) => checkMayUpdate(job, limited, open)],
  delete: ['deleteFlinkJob', ({ state }) => expect(nextState(state, 'delete')).toBe('deleting')],
}

function answer(operation: string, state: JobState, open: Operation | null): string {
  const [id, ask] = ASK[operation] ?? []
  if (!id) throw new Error(`no column ${operation}`)
  try {
    ask?.(jobIn(state), open)
    return 'Y'
  } catch (error) {
    if (error instanceof Refusal) return foreignError(error, 'flinkJobs', id).code.replace('DLI.', '')
    throw error
  }
}

describe('which operation is allowed in which status', () => {
  it.each(CELLS)('$operation in $status: $wanted', ({ status, operation, wanted }) => {
    const { states, hasOpenOperation } = jobsWithStatus(status) ?? { states: [] }
    const asked = status === 'job_savepointing' ? states.filter((state) => state === 'running') : states
    expect(asked.length).toBeGreaterThan(0)
    for (const state of asked)
      expect([state, answer(operation, state, hasOpenOperation ? OPEN : null)]).toEqual([state, wanted])
  })

  it('lets a stop give up the savepoint of the stop before', () => {
    expect(answer('stop', 'stopping', OPEN)).toBe('Y')
  })
})
