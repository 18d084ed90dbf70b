import { type Config, localUrlOf } from '../config/config.ts'

/** What a running Headgate says about itself (`GET /api/v1/health`). */
export type ServiceAnswer = Readonly<{
  version: string
  checks: Readonly<Record<string, Readonly<{ ok: boolean; text: string }>>>
}>

const ANSWER_MS = 2000

/** Null when nothing answers, or something that is no Headgate. */
export async function askService(http: Config['http']): Promise<ServiceAnswer | null> {
  if (http.port === 0) return null
  try {
    const answer = await fetch(`${localUrlOf(http)}/api/v1/health`, { signal: AbortSignal.timeout(ANSWER_MS) })
    const body: unknown = await answer.json()
    return isServiceAnswer(body) ? body : null
  } catch {
    return null
  }
}

function isServiceAnswer(body: unknown): body is ServiceAnswer {
  const { version, checks } = (body ?? {}) as Partial<ServiceAnswer>
  return typeof version === 'string' && typeof checks === 'object' && checks !== null && 'reconciler' in checks
}
