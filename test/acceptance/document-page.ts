/** How answers compare with those that the vendor's documents print, and why they differ where they do. */
import { isDeepStrictEqual } from 'node:util'

export type Example = Readonly<{ document: string; printed: unknown; answered: unknown }>

type Difference = Readonly<{ field: string; printed: string; answered: string; reason: string | null }>

/** Why a field may differ. `no.`: the line of the register of discrepancies that was decided by. */
const REASONS: readonly [field: RegExp, reason: string][] = [
  [/^Querying job detail: scaling, .*: also$/u, 'This example prints a part of the answer.'],
  [/, is_success$/u, 'The documents print both types; the SDKs and Terraform read a text on Flink jobs.'],
  [/job_id$|user_id$|project_id$|_time$/u, 'Numbers, ids and times are the service’s own.'],
  [/job_config: also$/u, 'Fields of later editions, which the SDKs and Terraform read.'],
  [/job_detail: also$/u, 'Fields of later editions, of the list of jobs, and of both places of a field.'],
]

/** Differences that have no reason yet. */
export function unexplained(example: Example): string[] {
  return differences(example)
    .filter(({ reason }) => reason === null)
    .map(({ field, printed, answered }) => `${field}: printed ${printed}, answered ${answered}`)
}

/** `api/documents.md`: a table of all of them. */
export function documentsPage(examples: readonly Example[]): string {
  const lines = examples.flatMap((example) => {
    const found = differences(example)
    if (found.length === 0) return [`| ${example.document} | – | as printed | as printed | |`]
    return found.map(
      ({ field, printed, answered, reason }) =>
        `| ${example.document} | ${field} | ${printed} | ${answered} | ${reason ?? ''} |`,
    )
  })
  return [
    '# The answers that the documents print, and those of Headgate',
    '',
    'Made by `test/acceptance/documents.test.ts`, which sends each request of the documents byte for byte; do not edit',
    '(`vitest run --project acceptance test/acceptance/documents.test.ts -u`). Fields that are not here are as printed.',
    '',
    '| Example | Field | Printed | Answered | Why |',
    '|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n')
}

function differences({ document, printed, answered }: Example): Difference[] {
  return below('', printed, answered).map((found) => ({ ...found, reason: reasonFor(`${document}, ${found.field}`) }))
}

const reasonFor = (place: string) => REASONS.find(([pattern]) => pattern.test(place))?.[1] ?? null

function below(path: string, printed: unknown, answered: unknown): Omit<Difference, 'reason'>[] {
  if (isDeepStrictEqual(printed, answered)) return []
  if (!isObject(printed) || !isObject(answered)) {
    return [{ field: path, printed: shown(path, printed), answered: shown(path, answered) }]
  }
  const inside = Object.keys(printed).flatMap((name) => below(join(path, name), printed[name], answered[name]))
  const more = Object.keys(answered).filter((name) => !(name in printed))
  if (more.length === 0) return inside
  return [...inside, { field: `${path}: also`, printed: 'not printed', answered: more.sort().join(', ') }]
}

const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`)

/** What is another with every run is shown by its type. */
function shown(path: string, value: unknown): string {
  if (/_id$|_time$/u.test(path) && value !== null) return typeof value === 'number' ? 'a number' : 'a text'
  return `\`${JSON.stringify(value) ?? 'absent'}\``
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
