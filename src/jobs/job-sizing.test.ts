import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS } from './job-settings.ts'
import { sizeOf } from './job-sizing.ts'

const GIB = 1024 ** 3
const size = (settings: object) => sizeOf({ ...DEFAULT_SETTINGS, ...settings }, 2 * GIB)

test.each([
  // the documents' job
  [
    { cuNumber: 2, managerCuNumber: 1, parallelNumber: 1, tmCus: 1, tmSlotNum: 1 },
    { tms: 1, slots: 1, cus: 2, real: 2 },
  ],
  // the contract's example: compute 4, 2 TaskManagers, 4 slots each
  [
    { cuNumber: 5, managerCuNumber: 1, parallelNumber: 8, tmCus: 2 },
    { tms: 2, slots: 4, cus: 5, real: 5 },
  ],
  // the formula alone would give 2 x 2 slots for a parallelism of 5
  [
    { cuNumber: 6, managerCuNumber: 1, parallelNumber: 5, tmCus: 2 },
    { tms: 2, slots: 3, cus: 6, real: 5 },
  ],
  // a given slot number may need more than was declared
  [
    { cuNumber: 2, managerCuNumber: 1, parallelNumber: 4, tmCus: 1, tmSlotNum: 1 },
    { tms: 4, slots: 1, cus: 5, real: 5 },
  ],
  // 0 means: by the formula
  [
    { cuNumber: 3, managerCuNumber: 1, parallelNumber: 4, tmCus: 1, tmSlotNum: 0 },
    { tms: 2, slots: 2, cus: 3, real: 3 },
  ],
])('%j gives %j', (settings, expected) => {
  const sizing = size(settings)
  expect({
    tms: sizing.taskManagers,
    slots: sizing.slotsPerTaskManager,
    cus: sizing.cuCount,
    real: sizing.realCuCount,
  }).toEqual(expected)
  expect(sizing.taskManagers * sizing.slotsPerTaskManager).toBeGreaterThanOrEqual(sizing.parallelism)
})

test('resource_config v2 sizes the job alone and counts the larger of CPU and memory', () => {
  const sizing = size({
    resourceConfigVersion: 'v2',
    resourceConfig: {
      maxSlot: 2,
      parallelNumber: 3,
      jobManager: { cpu: 1, memory: '2G' },
      taskManager: { cpu: 1.5, memory: '6G' },
    },
  })
  expect(sizing).toMatchObject({ taskManagers: 2, cuCount: 4, shape: { taskManager: { memoryBytes: 6 * GIB } } })
})
