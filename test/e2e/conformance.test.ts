import { join } from 'node:path'
import type { LaunchSpec } from '../../src/runtimes/runtime.ts'
import { describeRuntime, type Program, type RuntimeWorld } from '../conformance/runtime.ts'
import {
  createWorld,
  eventually,
  hex32,
  openPorts,
  processesAbout,
  standStill,
  told,
  WARM_UP_MS,
} from '../support/clusters.ts'

const CLASSES: Readonly<Record<Program, string>> = {
  'counts for ever': 'CountForever',
  'ends by itself': 'BoundedStream',
  'throws in main': 'ThrowInMain',
  'throws in a task': 'ThrowInTask',
}

async function createRealWorld(): Promise<RuntimeWorld> {
  const { folder, newRuntime, spec, end } = await createWorld()
  const counter = (attemptId: string) => join(folder, `count-${attemptId}`)
  const specOf = (program: Program, differences: Partial<LaunchSpec> = {}) => {
    const attemptId = hex32()
    return spec(CLASSES[program], { attemptId, args: ['--tell', counter(attemptId)], ...differences })
  }
  return {
    ...{ folder, end, spec: specOf },
    runtime: await newRuntime({ limits: { terminateMs: 2_000 } }),
    newRuntime: () => newRuntime(),
    preparedFor: async (wish) => {
      const runtime = await newRuntime({ warmSlots: 1 })
      runtime.expect(wish)
      await eventually(
        async () => {
          await runtime.tendWarm({ isQuiet: true, roomBytes: null })
          return runtime.warmSlots()
        },
        ({ ready }) => ready.length === 1,
        WARM_UP_MS,
      )
      return runtime
    },
    signal: async (pid, signal) => {
      if (signal === 'SIGSTOP') await standStill(pid)
      else process.kill(pid, signal)
    },
    count: async (attemptId) => Number((await told(counter(attemptId)))?.first ?? 0),
    processes: async (attemptId) => (await processesAbout(attemptId)).filter((line) => line.includes('/bin/java')),
    leftovers: processesAbout,
    openPorts: (attemptId) => openPorts(folder, attemptId),
  }
}

describeRuntime('local-process', createRealWorld)
