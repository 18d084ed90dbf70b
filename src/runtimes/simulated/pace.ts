/** How long things take in a pretended cluster. Caches are as old as local-process configures them for real Flink. */
export const PACE = {
  /** From the start of its process until a JobManager listens, and until a TaskManager is registered. */
  processMs: 50,
  /** Each step of a job: to be created, scheduled, cancelled; its tasks to be deployed. */
  stepMs: 15,
  /** From SIGTERM to the end of a process. */
  terminateMs: 20,
  /** Until a JobManager notices that a TaskManager is gone (heartbeats). */
  noticeMs: 50,
  /** From a failure to the next try (restart-strategy). */
  restartMs: 200,
  savepointMs: 20,
  /** web.refresh-interval: what is told of a job beside the overview may be this old. */
  refreshMs: 500,
  /** metrics.fetcher.update-interval */
  metricsMs: 2000,
} as const
