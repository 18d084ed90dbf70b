import type { Patience } from '../jobs/lifecycle.ts'

/** The time limits and rhythms that decisions keep to; settings (config). */
export type Policy = Readonly<{
  patience: Patience
  /** A savepoint that takes longer has failed. */
  savepointMs: number
  /** How long Flink may take to cancel before its processes are ended. */
  cancelGraceMs: number
  /** How long a JobManager may live without an answer before it counts as dead. */
  silentMs: number
  /** Rhythm of looking: while something is on its way, while something is awaited, and while the runtime watches. */
  fastMs: number
  steadyMs: number
  watchedMs: number
}>
