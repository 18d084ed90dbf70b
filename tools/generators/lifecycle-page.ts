import { JOB_STATES, LIFECYCLE, type StateSpec } from '../../src/jobs/lifecycle.ts'

/** docs/internals/job-lifecycle.md */
export function lifecyclePage(): string {
  const specs = JOB_STATES.map((state) => [state, LIFECYCLE[state] as StateSpec] as const)
  const rows = specs.map(([state, spec]) => {
    const moves = Object.entries(spec.on).map(([event, to]) => `${event} → ${to}`)
    return `| \`${state}\` | ${spec.kind} | ${spec.meaning} | ${moves.join(' · ') || '–'} |`
  })
  const arrows = specs.flatMap(([state, spec]) => {
    const byTarget = Map.groupBy(Object.entries(spec.on), ([, to]) => to)
    return [...byTarget].map(([to, moves]) => `    ${state} --> ${to}: ${moves.map(([event]) => event).join(', ')}`)
  })
  return [
    '# The life of a job',
    '',
    'Generated from `src/jobs/lifecycle.ts`. Resting: nothing happens until somebody asks. Live: watched, may last for years. Moving:',
    'has a limit and a way out (`outOfPatience`). `start`, `stop`, `delete` and `overwrite` are commands, the rest are findings.',
    '',
    '| State | Kind | Meaning | Leaves by |',
    '|---|---|---|---|',
    ...rows,
    '',
    '```mermaid',
    'stateDiagram-v2',
    '    [*] --> draft',
    ...arrows.filter((arrow) => !arrow.includes('--> deleting: delete')),
    '```',
    '',
    'Every state but the last can also be deleted.',
    '',
  ].join('\n')
}
