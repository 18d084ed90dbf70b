import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DLI_OPERATIONS, type DliOperation } from '../src/http/dli/operations.ts'

/** What each of the vendor's clients was seen to call: written by test/conformance/clients. */
type Clients = Readonly<Record<string, Readonly<{ version: string; operations: readonly string[] }>>>

/** `api/coverage.md`: every documented operation, how far Headgate has it, and which clients called it in the tests. */
export async function coverage(): Promise<string> {
  const clients = await readClients()
  const counts = (['yes', 'partly', 'no'] as const).map((support) => {
    const count = DLI_OPERATIONS.filter((operation) => operation.support === support).length
    return `${support} ${count}`
  })
  const titles = Object.entries(clients).map(([title, { version }]) => title.replace(',', ` ${version},`))
  return [
    '# Operations of DLI and how far Headgate has them',
    '',
    'Generated from `src/http/dli/operations.ts` and `api/clients.json` by `npm run gen`; do not edit.',
    '',
    `${DLI_OPERATIONS.length} operations: ${counts.join(', ')}. An operation with "no" answers HTTP 400 with DLI.10003 or DLI.0007 and says so.`,
    '',
    'The last columns are the vendor’s own clients, unchanged: ✓ means that it calls the operation in `test/conformance/clients`,',
    'on jobs that run, and reads what was sent; – means that it has no method for it. The token of the second column is put into the',
    'request by the program, because the SDK has no way of its own.',
    '',
    `| # | Operation | Method and path | Success | Support | Note | ${titles.join(' | ')} |`,
    `|---|---|---|---|---|---|${'---|'.repeat(titles.length)}`,
    ...DLI_OPERATIONS.map((operation) => line(operation, clients)),
    '',
  ].join('\n')
}

async function readClients(): Promise<Clients> {
  return JSON.parse(await readFile(join(import.meta.dirname, '../api/clients.json'), 'utf8')) as Clients
}

function line({ number, id, method, path, success, support, note }: DliOperation, clients: Clients): string {
  const shownPath = path.replace(/:(\w+)/g, '{$1}').replace('{project_id}', '{p}')
  const none = support === 'no' ? '' : '–'
  const marks = Object.values(clients).map(({ operations }) => (operations.includes(id) ? '✓' : none))
  return `| ${number} | ${id} | ${method} \`${shownPath}\` | ${success} | ${support} | ${note} | ${marks.join(' | ')} |`
}
