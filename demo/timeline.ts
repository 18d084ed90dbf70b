type Attempt = {
  jvms: 'warm' | 'cold' | null
  cold_because: string | null
  timeline: { step: string; at: string | number; took_ms: number }[]
}

const WORDS: Record<string, string> = {
  asked: 'the run is asked for',
  recorded: 'admitted, and recorded as an attempt',
  launching: 'the launch begins',
  filesReady: 'artifacts are in place',
  configured: 'the configuration is written',
  jvmsSpawned: 'JVMs are there',
  jobManagerUp: 'the JobManager answers',
  taskManagersRegistered: 'TaskManagers are registered',
  running: 'every task is RUNNING',
  shown: 'job_running is shown',
  firstCheckpoint: 'the first checkpoint is complete',
}

/** Prints the steps of a start: milliseconds since the run call, and what each step took. */
export function printTimeline(attempt: Attempt, print: (line: string) => void): void {
  const [first] = attempt.timeline
  const beganMs = new Date(first?.at ?? 0).getTime()
  print(`\n  since run     step   (${jvms(attempt)})`)
  for (const { step, at, took_ms: tookMs } of attempt.timeline) {
    const sinceMs = `${new Date(at).getTime() - beganMs}`.padStart(8)
    print(`${sinceMs} ms ${`+${tookMs}`.padStart(7)}  ${WORDS[step] ?? step}`)
  }
}

function jvms({ jvms: how, cold_because: why }: Attempt): string {
  return how === 'warm' ? 'JVMs were warm' : `JVMs started cold: ${why ?? 'unknown'}`
}
