import { type Static, Type } from 'typebox'
import type { JobId } from '../../jobs/index.ts'
import { Refusal, type Texts } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Call } from '../endpoint.ts'
import { parseJobId, toJobId } from './job-id.ts'
import { SuccessTextOrBoolean, successFor } from './success.ts'

/**
 * A batch is n independent commands with n results, in the order of the ids and without them. One id that fails, or all,
 * fail the request with the first reason; some leave their reason in their item. An id given twice is done once.
 */
const JOB_IDS_MAX = 1000

export const JobIds = Type.Array(Type.Union([Type.Integer(), Type.String()]), {
  minItems: 1,
  maxItems: JOB_IDS_MAX,
  description: 'Numbers of the jobs.',
})

export const BatchAnswer = Type.Array(Type.Object({ is_success: SuccessTextOrBoolean, message: Type.String() }))

type Outcome = Readonly<{ error: unknown } | { error: null }>

/** Runs the command for each id and spells the results. */
export async function runBatch(
  call: Pick<Call, 'headers' | 'language' | 'requestId' | 'permit'>,
  logger: Logger,
  ids: Static<typeof JobIds>,
  accepted: Texts,
  command: (id: JobId) => Promise<void>,
): Promise<Static<typeof BatchAnswer>> {
  const outcomes = new Map<string, Outcome>()
  for (const id of ids) {
    const key = keyOf(id)
    if (!outcomes.has(key)) outcomes.set(key, await outcomeOf(() => permitted(call, id, command)))
  }
  const [first] = outcomes.values()
  if (first?.error && [...outcomes.values()].every(({ error }) => error !== null)) throw first.error
  return ids.map((id) => {
    const error = outcomes.get(keyOf(id))?.error ?? null
    if (error === null) return { is_success: successFor(call, true), message: accepted[call.language] }
    return { is_success: successFor(call, false), message: reasonOf(error, call, logger) }
  })
}

/** The same for every spelling of an id: 7, "7" and "07". */
function keyOf(id: number | string): string {
  return String(parseJobId(id) ?? id)
}

async function permitted(
  { permit }: Pick<Call, 'permit'>,
  sent: number | string,
  command: (id: JobId) => Promise<void>,
): Promise<void> {
  const id = toJobId(sent)
  await permit({ kind: 'job', id })
  await command(id)
}

async function outcomeOf(command: () => Promise<void>): Promise<Outcome> {
  try {
    await command()
    return { error: null }
  } catch (error) {
    return { error }
  }
}

function reasonOf(
  error: unknown,
  { language, requestId }: Pick<Call, 'language' | 'requestId'>,
  logger: Logger,
): string {
  if (error instanceof Refusal) return error.texts[language]
  logger.error({ err: error, requestId }, 'One command of a batch failed')
  return FAULT[language]
}

const FAULT: Texts = {
  en: 'The service failed to do this, by a fault of its own. Try again.',
  zh: '服务内部错误，请重试。',
}
