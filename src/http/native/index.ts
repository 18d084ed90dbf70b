import type { Endpoint } from '../endpoint.ts'
import { ADMINISTRATION } from './administration.ts'
import { explainJob } from './explain-job.ts'
import { listAttempts } from './list-attempts.ts'
import { listJobEvents } from './list-job-events.ts'
import { listLogs } from './list-logs.ts'
import { listBuckets, listObjects } from './list-objects.ts'
import { listSavepoints } from './list-savepoints.ts'
import { readLog } from './read-log.ts'
import { showHealth, showReadiness, showVersion } from './service-state.ts'

export { registerObjectRoutes } from './object-routes.ts'

/** Headgate's own API, for what DLI has no words for. */
export const NATIVE_ENDPOINTS: readonly Endpoint[] = [
  showHealth,
  showReadiness,
  showVersion,
  listBuckets,
  listObjects,
  listJobEvents,
  listAttempts,
  listSavepoints,
  listLogs,
  readLog,
  explainJob,
  ...ADMINISTRATION,
]
