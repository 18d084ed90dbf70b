type Attempt = { created_at: string | number; timeline: { step: string; at: string | number }[] }

const WORDS: Record<string, string> = {
  filesReady: 'artifacts are in place',
  jvmsSpawned: 'JVMs are spawned',
  jobManagerUp: 'the JobManager answers',
  taskManagersRegistered: 'TaskManagers are registered',
  running: 'every task is RUNNING',
  firstCheckpoint: 'the first checkpoint is complete',
}

/** Prints the steps of a start: seconds since the run call, and what each step took. */
export function printTimeline(runAt: Date, attempt: Attempt, print: (line: string) => void): void {
  const steps = [
    { words: 'queued and admitted', at: new Date(attempt.created_at).getTime() },
    ...attempt.timeline.map(({ step, at }) => ({ words: WORDS[step] ?? step, at: new Date(at).getTime() })),
  ].sort((a, b) => a.at - b.at)
  print('')
  print('  since run    step')
  let before = runAt.getTime()
  for (const { words, at } of steps) {
    const total = ((at - runAt.getTime()) / 1000).toFixed(2).padStart(9)
    print(`${total} s ${`+${((at - before) / 1000).toFixed(2)}`.padStart(8)}  ${words}`)
    before = at
  }
}
