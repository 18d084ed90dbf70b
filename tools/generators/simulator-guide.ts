import { ORDERS } from '../../src/runtimes/simulated/orders.ts'

/** docs/guides/simulator.md */
export function simulatorGuide(): string {
  const rows = Object.entries(ORDERS).flatMap(([key, steps]) =>
    Object.entries(steps).map(([step, text]) => `| \`${key}\` | \`${step}\` | ${text} |`),
  )
  return [
    '# The simulator',
    '',
    'With `HEADGATE_RUNTIME=simulated` (and `npm run dev`) jobs are only pretended: nothing of them runs, and neither Java nor Flink is',
    'needed. Everything else is real: the service speaks Flink’s REST to pretended JobManagers, which write checkpoints, savepoints and',
    'logs. For tests and development, never for users’ jobs; the job’s detail says so. (The table is generated from',
    '`src/runtimes/simulated/orders.ts`.)',
    '',
    'The simulator is a process of its own, one for each data folder. It outlives the service, so pretended jobs run on, as real ones',
    'do; when it ends they are all gone, as after a reboot. With nothing to pretend and no service it ends by itself.',
    '',
    'A job orders faults with keys in its `runtime_config`. A value is a list of steps `<what>[:<time>[:<exit code>]]`, such as',
    '`slow:3s`, `silent:2s,answers:10s` or `dies:500ms:239`. A pretended program runs until it is stopped, unless it is ordered to end.',
    '',
    '| Key | Step | What happens |',
    '|---|---|---|',
    ...rows,
    '',
    'Tests and benches give the same orders, and signals to pretended processes, at any moment: `SimulatorClient` in',
    '`src/runtimes/simulated/simulator-client.ts`.',
    '',
  ].join('\n')
}
