import type { Figure } from './samples.ts'

/** The ways a job is started that are compared; all with the first. */
export const WAYS = ['plain', 'cold', 'archives', 'warm'] as const
export type Way = (typeof WAYS)[number]

/** Times of jobs are in seconds; of steps in milliseconds. */
export const FIGURES = {
  oneSlot: { title: 'every task runs, 1 slot', unit: 's' },
  fourSlots: { title: 'every task runs, 4 slots', unit: 's' },
  bounded: { title: 'a bounded job has finished', unit: 's' },
  stop: { title: 'stop', unit: 's' },
  savepoint: { title: 'stop with savepoint', unit: 's' },
  death: { title: 'JobManager killed, every task runs again', unit: 's' },
  manyEach: { title: '10 starts at once, each', unit: 's' },
  manyLast: { title: '10 starts at once, the last', unit: 's' },
  refill: { title: 'the slot is filled again', unit: 's' },
  ownShare: { title: "Headgate's own share of a start", unit: 'ms' },
  idleRss: { title: 'idle slot, RSS', unit: 'MiB' },
  idlePss: { title: 'idle slot, PSS', unit: 'MiB' },
  idleCpu: { title: 'idle slot, CPU of one core', unit: '%' },
  throughput: { title: 'records of a busy job', unit: '1000/s' },
  again: { title: 'how far two of these in a row differ', unit: '%' },
} as const satisfies Record<string, Figure>
export type FigureName = keyof typeof FIGURES

/** How a job is started, and what the program is told. */
export type JobKind = Readonly<{ mainClass: string; slots: number; args?: string }>

export const KINDS = {
  oneSlot: { mainClass: 'headgate.test.CountForever', slots: 1 },
  fourSlots: { mainClass: 'headgate.test.CountForever', slots: 4 },
  bounded: { mainClass: 'headgate.test.BoundedStream', slots: 1 },
} as const satisfies Partial<Record<FigureName, JobKind>>

/** Counts as fast as it can, and tells the count in a file. */
export const busyJob = (file: string): JobKind => ({
  ...{ mainClass: 'headgate.test.CountForever', slots: 1 },
  args: `--pause 0 --tell ${file}`,
})
