import type { JvmStart, LaunchSpec, LaunchWish, ProcessState } from '../runtime.ts'
import type { Attempt } from './attempt.ts'
import type { RunFolder } from './run-folder.ts'
import type { SubmitLog } from './submit-log.ts'

/**
 * Who runs the processes of clusters: this machine (local-process), or the simulator (simulated). Everything that is about
 * Flink and not about processes is the same for all hosts and stands in this folder.
 */
export interface ProcessHost {
  /** Another one means that every process of before is gone: the id of the machine's boot. */
  readonly bootId: string
  readonly javaMajorVersion: number
  freePorts(): Promise<Ports>
  /** The processes of an attempt as they are on record now, also those that an earlier service started. */
  openTable(folder: RunFolder): Promise<ProcessTable>
  /**
   * Calls when a process of an attempt changes, also one that an earlier service started, until the function it answers is
   * called. A hint: what it misses the caller's regular looks find.
   */
  watch(attempt: Attempt, onChange: () => void): () => void
  /** As `Runtime.reserve`. */
  reserve(wish: LaunchWish): Promise<string | null>
  /** As `Runtime.release`. */
  release(attemptId: string): void
  /** What can be refused is refused here, before anything is copied or started. @throws Refusal `runtime.*` */
  plan(spec: LaunchSpec, flinkVersion: string): Promise<ClusterPlan>
  /** Ends every process of an attempt: asks, waits `terminateMs`, kills. @throws when some are alive after `killMs` */
  end(attempt: Attempt, limits: KillLimits): Promise<void>
  /** Ends every process of an attempt whose run folder has vanished, and with it all that was on record. @throws as `end` */
  endLost(attemptId: string, limits: KillLimits): Promise<void>
  /** Ids of attempts that running processes carry, whose run folders are or were in `runsFolder`. */
  attemptsAlive(runsFolder: string): Promise<string[]>
  /** Stops watching; leaves every process of an attempt as it is, and ends those that wait for one. */
  close(): Promise<void>
}

/** How the processes of one cluster are started. */
export interface ClusterPlan {
  /** Exact: replaced TaskManagers must be of the same version as their JobManager. */
  readonly flinkVersion: string
  /** Writes what the processes read when they start. Follows from the spec and the recorded start, so repeating it changes nothing. */
  prepare(attempt: Attempt, log: SubmitLog): Promise<void>
  /**
   * Starts a process, or gives it to one that waits; returns when it is on record, with how it was done where there are
   * several ways. Starting a key that is on record already starts nothing.
   */
  spawn(attempt: Attempt, key: ProcessKey, log: SubmitLog, onExit: () => void): Promise<JvmStart | null>
}

/** The processes of one attempt. Nothing of it is known only in memory. */
export interface ProcessTable {
  /** Reads everything again, also what others recorded. */
  load(): Promise<void>
  /** Brings what is not final up to date. */
  refresh(): Promise<void>
  /** State of the newest turn of a role within a start, as of the last `refresh`. What waits for a job is absent. */
  state(start: number, role: Role): ProcessState
  newestTurn(start: number, role: Role): number | null
  /** Pids of what is alive now, over all starts. */
  alivePids(): number[]
}

export type Role = 'jobmanager' | `taskmanager-${number}`

/**
 * A process has a role, belongs to a start of the cluster (1, 2 … when ports clashed), and has a turn within it (a
 * TaskManager that is replaced gets the next one).
 */
export type ProcessKey = Readonly<{ start: number; role: Role; turn: number }>

export type Ports = Readonly<{ rpc: number; rest: number }>

export type KillLimits = Readonly<{ terminateMs: number; killMs: number }>
