import { DLI_OPERATIONS, type DliOperation } from '../src/http/dli/operations.ts'

/** `api/coverage.md`: every documented operation and how far Headgate has it. */
export async function coverage(): Promise<string> {
  const counts = (['yes', 'partly', 'no'] as const).map((support) => {
    const count = DLI_OPERATIONS.filter((operation) => operation.support === support).length
    return `${support} ${count}`
  })
  return [
    '# Operations of DLI and how far Headgate has them',
    '',
    'Generated from `src/http/dli/operations.ts` by `npm run gen`; do not edit.',
    '',
    `${DLI_OPERATIONS.length} operations: ${counts.join(', ')}. An operation with "no" answers HTTP 400 with DLI.10003 or DLI.0007 and says so.`,
    '',
    '| # | Operation | Method and path | Success | Support | Note |',
    '|---|---|---|---|---|---|',
    ...DLI_OPERATIONS.map(line),
    '',
  ].join('\n')
}

function line({ number, id, method, path, success, support, note }: DliOperation): string {
  const shownPath = path.replace(/:(\w+)/g, '{$1}').replace('{project_id}', '{p}')
  return `| ${number} | ${id} | ${method} \`${shownPath}\` | ${success} | ${support} | ${note} |`
}
