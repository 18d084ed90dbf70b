import type { Access } from '../access/index.ts'
import type { Artifacts } from '../artifacts/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { ObjectStore } from '../storage/index.ts'
import type { Duty } from './background.ts'

const HOUR_MS = 3_600_000
const LOOK_FOR_QUIET_MS = 30_000

/** Forgets tokens that have expired. */
export function sweepTokens(access: Pick<Access, 'sweepTokens'>): Duty {
  return {
    name: 'sweepTokens',
    everyMs: HOUR_MS,
    runOnce: async () => {
      const removed = await access.sweepTokens()
      return removed > 0 ? { removed } : null
    },
  }
}

/** Removes stored content that no package refers to and nobody used for an hour. */
export function sweepArtifacts(artifacts: Pick<Artifacts, 'sweep'>, clock: Clock): Duty {
  return {
    name: 'sweepArtifacts',
    everyMs: HOUR_MS,
    runOnce: async () => {
      const { removed } = await artifacts.sweep(clock.now())
      return removed > 0 ? { removed } : null
    },
  }
}

/** Removes what uploads left that a crash cut off. */
export function sweepObjects(objects: Pick<ObjectStore, 'sweep'>): Duty {
  return {
    name: 'sweepObjects',
    everyMs: HOUR_MS,
    runOnce: async () => {
      await objects.sweep()
      return null
    },
  }
}

const TEND_MS = 1000

/** Keeps JVMs warm for the launches that are to be expected; after the start of the service `expect` says which. */
export function keepWarm<Surroundings>(parts: {
  expect: () => Promise<void>
  surroundings: () => Promise<Surroundings>
  tend: (surroundings: Surroundings) => ReturnType<Duty['runOnce']>
}): Duty {
  let knows = false
  return {
    name: 'keepWarm',
    everyMs: TEND_MS,
    runOnce: async () => {
      if (!knows) await parts.expect()
      knows = true
      return parts.tend(await parts.surroundings())
    },
  }
}

/** Makes what lets clusters start faster (class data archives), when no cluster is being started. */
export function trainArchives(parts: {
  versions: () => Promise<readonly string[]>
  train: (version: string) => Promise<void>
  isQuiet: () => Promise<boolean>
}): Duty {
  const trained = new Set<string>()
  return {
    name: 'trainArchives',
    everyMs: LOOK_FOR_QUIET_MS,
    runOnce: async () => {
      const [version] = (await parts.versions()).filter((each) => !trained.has(each))
      if (version === undefined || !(await parts.isQuiet())) return null
      await parts.train(version)
      trained.add(version)
      return { version }
    },
  }
}
