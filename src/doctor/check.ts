import type { Config } from '../config/config.ts'
import type { Clock } from '../lib/clock.ts'
import type { Texts } from '../lib/errors.ts'
import type { ServiceAnswer } from './service.ts'

/** A problem keeps jobs from running; a warning does not. */
export type Mark = 'ok' | 'warning' | 'problem'

/** One sentence: what is, and where it is not well, what to do. */
export type Finding = Readonly<{ mark: Mark; texts: Texts }>

/** What the checks look at. */
export type World = Readonly<{
  config: Config
  /** Null: the SQLite file. */
  databaseUrl: string | null
  /** What answers at the service's address; null when no Headgate does. */
  service: ServiceAnswer | null
  clock: Clock
}>

/** Looks at one thing and changes nothing. What it throws is told as a problem. */
export type Check = Readonly<{ name: string; run: (world: World) => Promise<Finding[]> }>

export const ok = (en: string, zh: string): Finding => ({ mark: 'ok', texts: { en, zh } })
export const warning = (en: string, zh: string): Finding => ({ mark: 'warning', texts: { en, zh } })
export const problem = (en: string, zh: string): Finding => ({ mark: 'problem', texts: { en, zh } })
