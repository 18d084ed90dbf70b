import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { foreignError, serverFault } from '../../src/http/dli/errors.ts'
import type { Endpoint, Room } from '../../src/http/endpoint.ts'
import { DISK_FULL, faultTexts, UNAVAILABLE } from '../../src/http/render-error.ts'
import { FieldRefusal } from '../../src/http/request-errors.ts'
import { ENDPOINTS } from '../../src/http/server.ts'
import type { Refusal, Texts } from '../../src/lib/errors.ts'

/**
 * Every error of the API. The source are the catalogues of Refusals (`src/…/*-errors.ts`, each export that ends in
 * `_ERRORS`) and the map to DLI's codes (`src/http/dli/errors.ts`); nothing is said twice.
 */
export type CatalogueLine = Readonly<{
  /** Headgate's own code, such as `job.notFound`; it is in no answer. */
  own: string
  texts: Texts
  who: Texts
  /** What clients see, the usual one first. */
  seen: readonly Seen[]
}>

/** Empty operations: everywhere else. */
export type Seen = Readonly<{ code: string; status: number; operations: readonly string[] }>

type Factory = (...values: unknown[]) => Refusal

const SOURCES = join(import.meta.dirname, '..', '..', 'src')

export async function errorCatalogue(): Promise<readonly CatalogueLine[]> {
  const refusals = (await factories()).map(sampleOf)
  return [...refusals.map(lineOf), ...FAULTS]
}

async function factories(): Promise<Factory[]> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('-errors.ts'),
  )
  const modules = await Promise.all(files.sort().map((path) => import(join(SOURCES, path))))
  return modules.flatMap((module: Record<string, Record<string, Factory>>) =>
    Object.entries(module)
      .filter(([name]) => name.endsWith('_ERRORS'))
      .flatMap(([, catalogue]) => Object.values(catalogue)),
  )
}

/** The refusal with the names of its parameters where their values would stand. */
function sampleOf(make: Factory): Refusal {
  const parameters = /\(([^)]*)\)\s*=>/.exec(make.toString())?.[1] ?? ''
  const names = [...parameters.matchAll(/[A-Za-z]\w*/g)].map(([name]) => name)
  return make(...names.map((name) => SAMPLES[name] ?? standIn(name)))
}

/** Parameters that are looked up, and so need a real value. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  state: 'running',
  verdict: 'wrong',
  asked: 'view',
  thing: { kind: 'job', id: '{id}' },
}

/** Reads as `{name}`, whether a text, a number, a list or a pair of texts is wanted. */
function standIn(name: string): unknown {
  const shown = `{${name}}`
  const asList = { map: (each: (one: string) => string) => [each(shown)], join: () => shown }
  return Object.assign(new String(shown), {
    ...asList,
    en: shown,
    zh: shown,
    bucket: '{bucket}',
    key: '{key}',
    first: '{first}',
    last: '{last}',
  })
}

function lineOf(refusal: Refusal): CatalogueLine {
  const usual = usualOf(refusal)
  const groups = Map.groupBy(
    ENDPOINTS.flatMap((endpoint) => seenIn(endpoint, refusal)),
    keyOf,
  )
  const others = [...groups.values()]
    .filter(([first]) => first && keyOf(first) !== keyOf(usual))
    .sort((a, b) => b.length - a.length)
    .map((same) => ({ ...usual, ...same[0], operations: [...new Set(same.flatMap(({ operations }) => operations))] }))
  return { own: refusal.code, texts: refusal.texts, who: whoMends(refusal, usual.status), seen: [usual, ...others] }
}

const keyOf = ({ code, status }: Seen) => `${code} ${status}`

/** Refusals about one field may be called differently for each field of the request. */
function seenIn({ room, place, body, query }: Endpoint, refusal: Refusal): Seen[] {
  const fields = [body, query].flatMap((schema) =>
    Object.keys((schema as { properties?: object } | undefined)?.properties ?? {}),
  )
  const refusals =
    refusal instanceof FieldRefusal
      ? fields.map((field) => new FieldRefusal(refusal.code, field, refusal.texts))
      : [refusal]
  return refusals.map((each) => ({ ...foreignError(each, room, place.id), operations: [place.id] }))
}

/** Faults of Flink jobs have codes of their own; everything else has the general ones. */
function usualOf(refusal: Refusal): Seen {
  const room: Room = /^(job|artifact|template|runtime|flink)\./.test(refusal.code) ? 'flinkJobs' : 'general'
  return { ...foreignError(refusal, room, ''), operations: [] }
}

const CALLER: Texts = { en: 'The caller: change the request as the text says.', zh: '调用方：请按提示修改请求。' }
const WAITER: Texts = { en: 'The caller: try again later.', zh: '调用方：请稍后重试。' }
const OPERATOR: Texts = {
  en: 'The operator of the service: `headgate doctor` says what is wrong.',
  zh: '服务管理员：请运行 `headgate doctor` 查看原因。',
}
const GRANTER: Texts = {
  en: 'The owner of the thing, or an administrator of the project: grant the right.',
  zh: '资源所有者或项目管理员：请授予权限。',
}
const QUOTA: Texts = {
  en: 'The caller: delete what is not needed. The operator: raise the limit.',
  zh: '调用方：请删除不再需要的资源；服务管理员：可提高上限。',
}

const OPERATORS: readonly string[] = [
  'job.hostTooSmall',
  'job.imageUnsupported',
  'artifact.lost',
  'request.notSupported',
]

const WAITERS: readonly string[] = [
  ...['job.changedMeanwhile', 'job.savepointUnderWay', 'job.busyWhileUpdating', 'artifact.notReady'],
  ...['queue.busy', 'queue.inUse', 'queue.tooManyTests', 'object.conflict', 'access.keyLocked', 'request.timedOut'],
]

function whoMends({ code }: Refusal, status: number): Texts {
  if (status >= 500 || OPERATORS.includes(code)) return OPERATOR
  if (status === 429 || WAITERS.includes(code)) return WAITER
  if (status === 403 || code.endsWith('Forbidden')) return GRANTER
  return /\.tooMany/.test(code) ? QUOTA : CALLER
}

/** What is no refusal but a fault of the service. */
const FAULTS: readonly CatalogueLine[] = [
  faultLine('fault.500', faultTexts('{request_id}'), 500),
  faultLine('fault.503', UNAVAILABLE, 503),
  faultLine('fault.diskFull', DISK_FULL, 503),
]

function faultLine(own: string, texts: Texts, status: 500 | 503): CatalogueLine {
  const usual = { ...serverFault('general', status), operations: [] }
  const ofJobs = { ...serverFault('flinkJobs', status), operations: idsOf('flinkJobs') }
  return { own, texts, who: OPERATOR, seen: ofJobs.code === usual.code ? [usual] : [usual, ofJobs] }
}

function idsOf(room: Room): string[] {
  return ENDPOINTS.filter((endpoint) => endpoint.room === room).map(({ place }) => place.id)
}

/** docs/guides/errors.md */
export async function errorsGuide(): Promise<string> {
  const lines = await errorCatalogue()
  return [
    '# Errors',
    '',
    'Every error answer is `{"error_code": "…", "error_msg": "…"}` (the identity calls under `/v3` answer as Keystone does), with the',
    'header `X-Request-Id`. The text says what happened, to what, and what to do; `X-Language: zh-cn` gives it in Chinese. What',
    'stands in braces here is filled in. (The table is generated from the catalogues in `src/` and `src/http/dli/errors.ts`.)',
    '',
    '| Code | HTTP | Text | 中文 | Who can mend it |',
    '|---|---|---|---|---|',
    ...lines.map(row).sort(),
    '',
  ].join('\n')
}

function row({ texts, who, seen }: CatalogueLine): string {
  const [usual, ...others] = seen
  const also = others.map(
    ({ code, status, operations }) =>
      `<br>${code}${status === usual?.status ? '' : ` (${status})`} in ${namesOf(operations)}`,
  )
  const cells = [`${usual?.code}${also.join('')}`, String(usual?.status), texts.en, texts.zh, who.en]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

/** The operations by name, or what a whole room of them is called. */
function namesOf(operations: readonly string[]): string {
  const room = (Object.keys(ROOM_WORDS) as (keyof typeof ROOM_WORDS)[]).find((each) =>
    idsOf(each).every((id) => operations.includes(id)),
  )
  return room ? ROOM_WORDS[room] : operations.length > NAMES_MAX ? 'operations on Flink jobs' : operations.join(', ')
}

const NAMES_MAX = 6
const ROOM_WORDS = { native: 'calls under /api/v1', flinkJobs: 'operations on Flink jobs' } as const

/** api/errors.json, for the API Explorer: each text under each code that it has. */
export async function errorsFile(): Promise<string> {
  const lines = await errorCatalogue()
  const rows = lines.flatMap(({ texts, who, seen }) =>
    seen.map(({ code, status }) => JSON.stringify({ code, status, ...texts, who })),
  )
  return `[\n${[...new Set(rows)].sort().join(',\n')}\n]\n`
}
