import { DLI_STATUSES, jobsWithStatus, STATUS_MOMENTS } from '../../src/http/dli/status.ts'

/** docs/guides/statuses.md */
export function statusesGuide(): string {
  const rows = DLI_STATUSES.map((status) => {
    const states = jobsWithStatus(status)?.states.map((state) => `\`${state}\``) ?? []
    return `| \`${status}\` | ${STATUS_MOMENTS[status]} | ${states.join(', ') || '–'} |`
  })
  return [
    '# When a job shows which status',
    '',
    'DLI knows 14 statuses. They are computed from Headgate’s own states ([the life of a job](../internals/job-lifecycle.md)) and from',
    'whether a savepoint is under way. (The table is generated from `src/http/dli/status.ts`.)',
    '',
    '| Status | When | State |',
    '|---|---|---|',
    ...rows,
    '',
    'A status is observed, never assumed: `GET /api/v1/{project_id}/jobs/{job_id}/events` tells of every change, when it was and why.',
    '',
  ].join('\n')
}
