import { expect, test } from 'vitest'
import { jvmsOf, startSteps } from './start-steps.ts'

const at = (ms: number) => new Date(1_000_000 + ms)

test('the steps of a start are told from the wish on, each with what it took', () => {
  const attempt = {
    launchJson: JSON.stringify({ askedAt: at(0).toISOString() }),
    createdAt: at(20),
    runningAt: at(900),
    timeline: [
      { step: 'jvmsSpawned' as const, at: at(50), jvms: 'noSlot' as const },
      { step: 'running' as const, at: at(880) },
      { step: 'firstCheckpoint' as const, at: at(890) },
    ],
  }
  expect(startSteps(attempt).map(({ step, tookMs }) => [step, tookMs])).toEqual([
    ['asked', 0],
    ['recorded', 20],
    ['jvmsSpawned', 30],
    ['running', 830],
    ['shown', 20],
    // It was complete before anybody looked.
    ['firstCheckpoint', 0],
  ])
  expect(jvmsOf(attempt)).toBe('noSlot')
})

test('an attempt of before this was told begins with its record', () => {
  const attempt = { launchJson: '{}', createdAt: at(20), runningAt: null, timeline: [] }
  expect(startSteps(attempt)).toEqual([{ step: 'recorded', at: at(20), tookMs: 0 }])
  expect(jvmsOf(attempt)).toBeNull()
})
