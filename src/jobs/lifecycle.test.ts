import { expect, test } from 'vitest'
import { JOB_STATES, kindOf, LIFECYCLE, nextState, OCCUPYING_STATES, patienceOf, type StateSpec } from './lifecycle.ts'

const patience = { queuedMs: 1, launchMs: 2, recoverMs: 3, stopMs: 4, deleteMs: 5 }

test('every state that moves has a limit and a way out, and no other state has one', () => {
  for (const state of JOB_STATES) {
    expect(patienceOf(state, patience) !== null).toBe(kindOf(state) === 'moving')
  }
})

test('every state but the last can be deleted', () => {
  const stuck = JOB_STATES.filter((state) => nextState(state, 'delete') === null)
  expect(stuck).toEqual(['deleting', 'deleted'])
})

test('every state can be reached from a draft', () => {
  const reached = new Set(['draft'])
  for (const state of reached) {
    const { on }: StateSpec = LIFECYCLE[state as keyof typeof LIFECYCLE]
    for (const next of Object.values(on)) reached.add(next)
  }
  expect([...reached].sort()).toEqual([...JOB_STATES].sort())
})

test('an import may overwrite a job at rest and no other', () => {
  const overwritten = JOB_STATES.filter((state) => nextState(state, 'overwrite') !== null)
  expect(overwritten).toEqual(JOB_STATES.filter((each) => kindOf(each) === 'resting' && each !== 'deleted'))
})

test('resting states take no room, and a command starts from each of them', () => {
  for (const state of JOB_STATES.filter((each) => kindOf(each) === 'resting' && each !== 'deleted')) {
    expect(nextState(state, 'start')).toBe('queued')
    expect(OCCUPYING_STATES).not.toContain(state)
  }
})
