import type { LaunchWish } from '../runtimes/runtime.ts'
import type { JobParts } from './job-parts.ts'
import { DEFAULT_SETTINGS } from './job-settings.ts'
import { sizeOf } from './job-sizing.ts'

/** A launch as it is to be expected of a project; under which user its jobs run is found out beside it. */
export type LikelyLaunch = Omit<LaunchWish, 'user'> & Readonly<{ projectId: string }>

type Parts = Pick<JobParts, 'database' | 'store' | 'chooseFlink'> & Readonly<{ cuMemoryBytes: number }>

/** Like the newest launches, the newest last; where nothing was ever launched, of a job without any settings. */
export async function likelyLaunches(parts: Parts, firstProjectId: string, limit: number): Promise<LikelyLaunch[]> {
  const plans = await parts.store.newestPlans(parts.database.db, limit)
  if (plans.length > 0) return plans.toReversed()
  const { version } = await parts.chooseFlink(null)
  const { shape } = sizeOf(DEFAULT_SETTINGS, parts.cuMemoryBytes)
  return [{ projectId: firstProjectId, flinkVersion: version, shape, flinkConfig: {} }]
}
