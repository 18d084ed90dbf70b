import { describe, expect, it } from 'vitest'
import { JOB_STATES, type JobState, type JobView } from '../../jobs/index.ts'
import { DLI_STATUSES, jobsWithStatus, statusOf } from './status.ts'

const view = (state: JobState, hasOperation = false) =>
  ({ job: { state }, openOperation: hasOperation ? {} : null }) as Pick<JobView, 'openOperation'> & {
    job: { state: JobState }
  }

describe('the status of a job', () => {
  it('is one of the 14 in every state, with and without an open operation', () => {
    for (const state of JOB_STATES) {
      expect(DLI_STATUSES).toContain(statusOf(view(state)))
      expect(DLI_STATUSES).toContain(statusOf(view(state, true)))
    }
  })

  it('is job_savepointing while a savepoint of a running or stopping job is open, and only then', () => {
    const savepointing = JOB_STATES.filter((state) => statusOf(view(state, true)) === 'job_savepointing')
    expect(savepointing).toEqual(['running', 'stopping'])
    expect(JOB_STATES.filter((state) => statusOf(view(state)) === 'job_savepointing')).toEqual([])
  })

  it('says job_running only of a job whose tasks were seen running', () => {
    expect(JOB_STATES.filter((state) => statusOf(view(state)) === 'job_running')).toEqual(['running'])
  })

  it('is job_submitting while a failed job is being started again', () => {
    expect(statusOf(view('recovering'))).toBe('job_submitting')
  })
})

describe('the filter by status', () => {
  it('finds exactly the jobs that show the status', () => {
    const visible = JOB_STATES.filter((state) => state !== 'deleting' && state !== 'deleted')
    for (const status of DLI_STATUSES) {
      const wanted = jobsWithStatus(status)
      for (const state of visible) {
        for (const hasOperation of [false, true]) {
          const operationFits = wanted?.hasOpenOperation === undefined || wanted.hasOpenOperation === hasOperation
          const isFound = (wanted?.states.includes(state) ?? false) && operationFits
          const isPossible = !hasOperation || state === 'running' || state === 'stopping'
          if (isPossible)
            expect([status, state, isFound]).toEqual([status, state, statusOf(view(state, hasOperation)) === status])
        }
      }
    }
  })

  it('knows that no job here is downloading, idle or in arrears', () => {
    const never = DLI_STATUSES.filter((status) => jobsWithStatus(status) === null)
    expect(never).toEqual(['job_downloading', 'job_idle', 'job_arrearage_stopped', 'job_arrearage_recovering'])
  })
})
