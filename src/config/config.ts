import { availableParallelism, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import type { LogLevel } from '../lib/logger.ts'
import { parseMemory } from '../lib/memory-size.ts'
import type { OptionName } from './options.ts'

/** All settings, derived and checked; frozen. Holds no secret, so it may be logged. */
export type Config = Readonly<{
  folders: Readonly<{
    data: string
    flink: string
    objects: string
    artifacts: string
    runs: string
    archives: string
    simulator: string
  }>
  /** What runs jobs. */
  runtime: 'local-process' | 'simulated'
  /** Used when no URL of a database is given. */
  databaseFile: string
  databaseConnections: number
  sealingKeyFile: string
  /** Go on without the secrets that the sealing key does not open. */
  replacesSealingKey: boolean
  http: Readonly<{ host: string; port: number; bodyBytes: number; callsPerMinute: number; idleMs: number }>
  /** Wrong passwords for one user from one address, after which further ones are refused for a while. */
  wrongPasswordsMax: number
  /** Where commands that ask a running service find it. */
  serviceUrl: string
  logLevel: LogLevel
  /** Null: look for one. */
  javaHome: string | null
  cuMemoryBytes: number
  hostMemoryBytes: number
  jobUsers: JobUsersSetting
  runDiskBytes: number
  startsAtOnce: number
  /** Clusters of JVMs that wait for a job. */
  warmSlots: number
  /** Make class data archives in the background, for faster starts. */
  trainsArchives: boolean
  maxCuNumber: number
  maxDrafts: number
  maxPackages: number
  queues: Readonly<{ cusPerQueue: number; queuesPerProject: number; cusPerProject: number }>
  /** How long the value of a tag may be: as documented, or as newer editions have it. */
  tagRules: Readonly<{ valueLengthMax: 43 | 255 }>
  /** How long each moving state of a job may last. */
  patience: Readonly<{ queuedMs: number; launchMs: number; recoverMs: number; stopMs: number; deleteMs: number }>
  savepointMs: number
  /** How long a JobManager may live without an answer. */
  silentMs: number
  cancelGraceMs: number
  first: Readonly<{ projectId: string | null; projectName: string | null }>
}>

/** `auto` does without where it cannot be done; `range` does not. The ids are those between both ends, with them. */
export type JobUsersSetting = Readonly<{ mode: 'off' } | { mode: 'auto' | 'range'; first: number; last: number }>

/** What no logger may see. */
export type Secrets = Readonly<{
  adminPassword: string | null
  /** Holds a password; null: the SQLite file. */
  databaseUrl: string | null
  /** What commands that ask a running service sign with. */
  accessKey: Readonly<{ ak: string; sk: string }> | null
}>

export type Environment = Readonly<Partial<Record<OptionName | 'JAVA_HOME', string>>>

/** The only place that reads the environment. Only reads; `toConfig` gives it meaning. */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  return Object.fromEntries(
    Object.entries(env).filter(([key, value]) => (key.startsWith('HEADGATE_') || key === 'JAVA_HOME') && value !== ''),
  ) as Environment
}

/**
 * Sets defaults, derives, and reports all that is wrong in one message.
 * @throws Error whose message names every bad setting
 */
export function toConfig(environment: Environment, projectFolder: string): { config: Config; secrets: Secrets } {
  const problems: string[] = []
  const ask = questions(environment, problems)
  const data = resolve(environment.HEADGATE_DATA ?? join(projectFolder, 'data'))
  const config: Config = {
    folders: {
      data,
      flink: resolve(environment.HEADGATE_FLINK_DIR ?? join(data, 'flink')),
      objects: join(data, 'objects'),
      artifacts: join(data, 'artifacts'),
      runs: join(data, 'runs'),
      archives: join(environment.HEADGATE_FLINK_DIR ?? join(data, 'flink'), 'archives'),
      simulator: join(data, 'simulator'),
    },
    runtime: ask.oneOf('HEADGATE_RUNTIME', 'local-process', ['local-process', 'simulated']),
    databaseFile: join(data, 'headgate.db'),
    databaseConnections: ask.integer('HEADGATE_DATABASE_CONNECTIONS', 10, 1, 1000),
    sealingKeyFile: join(data, 'sealing.key'),
    replacesSealingKey: ask.oneOf('HEADGATE_LOST_SEALING_KEY', 'refuse', ['refuse', 'replace']) === 'replace',
    http: {
      host: environment.HEADGATE_HOST ?? '127.0.0.1',
      port: ask.integer('HEADGATE_PORT', 8090, 0, 65_535),
      bodyBytes: 12 * 1024 ** 2,
      callsPerMinute: ask.integer('HEADGATE_CALLS_PER_MINUTE', 60_000, 0, 1_000_000_000),
      idleMs: 60_000,
    },
    wrongPasswordsMax: ask.integer('HEADGATE_WRONG_PASSWORDS', 10, 1, 1_000_000),
    serviceUrl: serviceUrlOf(environment, problems),
    logLevel: ask.oneOf('HEADGATE_LOG_LEVEL', 'info', ['trace', 'debug', 'info', 'warn', 'error', 'silent']),
    javaHome: environment.HEADGATE_JAVA_HOME ?? environment.JAVA_HOME ?? null,
    cuMemoryBytes: ask.memory('HEADGATE_CU_MEMORY', '2G'),
    hostMemoryBytes: ask.hostMemory('HEADGATE_HOST_MEMORY', '80%'),
    jobUsers: ask.jobUsers('HEADGATE_JOB_USERS'),
    runDiskBytes: ask.disk('HEADGATE_RUN_DISK', '20G'),
    startsAtOnce: ask.integer('HEADGATE_STARTS_AT_ONCE', availableParallelism(), 1, 1000),
    warmSlots: ask.integer('HEADGATE_WARM_SLOTS', 1, 0, 100),
    trainsArchives: ask.oneOf('HEADGATE_TRAIN_ARCHIVES', 'on', ['on', 'off']) === 'on',
    maxCuNumber: ask.integer('HEADGATE_MAX_CU_NUMBER', 400, 2, 100_000),
    maxDrafts: ask.integer('HEADGATE_MAX_DRAFTS', 100, 1, 1_000_000),
    maxPackages: ask.integer('HEADGATE_MAX_PACKAGES', 10_000, 1, 1_000_000),
    queues: {
      cusPerQueue: ask.integer('HEADGATE_MAX_QUEUE_CUS', 10_000, 16, 1_000_000),
      queuesPerProject: ask.integer('HEADGATE_MAX_QUEUES', 1000, 1, 100_000),
      cusPerProject: ask.integer('HEADGATE_MAX_CUS', 100_000, 16, 10_000_000),
    },
    tagRules: {
      valueLengthMax: ask.oneOf('HEADGATE_TAG_VALUES', 'documented', ['documented', 'long']) === 'long' ? 255 : 43,
    },
    ...patienceOf(ask),
    first: {
      projectId: ask.matching('HEADGATE_PROJECT_ID', /^[0-9a-f]{32}$/u, '32 lower-case hex digits'),
      projectName: environment.HEADGATE_PROJECT_NAME ?? null,
    },
  }
  const secrets: Secrets = {
    adminPassword: environment.HEADGATE_ADMIN_PASSWORD ?? null,
    databaseUrl: databaseUrlOf(environment, problems),
    accessKey: accessKeyOf(environment),
  }
  if (problems.length > 0) throw new Error(`The settings are not right:\n  ${problems.join('\n  ')}`)
  return { config: Object.freeze(config), secrets }
}

/** Never shown in a complaint: it holds a password. */
function databaseUrlOf({ HEADGATE_DATABASE_URL: url }: Environment, problems: string[]): string | null {
  if (url === undefined) return null
  if (!/^postgres(?:ql)?:\/\//u.test(url) || !URL.canParse(url))
    problems.push('HEADGATE_DATABASE_URL: give a URL such as postgres://user:password@host:5432/database.')
  return url
}

function serviceUrlOf(environment: Environment, problems: string[]): string {
  const { HEADGATE_URL: url, HEADGATE_HOST: host = '127.0.0.1', HEADGATE_PORT: port = '8090' } = environment
  if (url === undefined) return localUrlOf({ host, port })
  if (!/^https?:\/\//u.test(url) || !URL.canParse(url)) {
    problems.push(`HEADGATE_URL=${url}: give a URL such as http://127.0.0.1:8090.`)
  }
  return url
}

/** How a program on this machine reaches what listens there. */
export function localUrlOf({ host, port }: Readonly<{ host: string; port: number | string }>): string {
  return `http://${reachableHost(host)}:${port}`
}

/** An address that stands for all of the machine's can be listened on, not be called. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function accessKeyOf({ HEADGATE_ACCESS_KEY: ak, HEADGATE_SECRET_KEY: sk }: Environment): Secrets['accessKey'] {
  return ak === undefined || sk === undefined ? null : { ak, sk }
}

function patienceOf(
  ask: ReturnType<typeof questions>,
): Pick<Config, 'patience' | 'savepointMs' | 'silentMs' | 'cancelGraceMs'> {
  const seconds = (name: OptionName, byDefault: number) => ask.integer(name, byDefault, 1, 86_400) * 1000
  const savepointMs = seconds('HEADGATE_SAVEPOINT_SECONDS', 600)
  const launchMs = seconds('HEADGATE_LAUNCH_SECONDS', 300)
  return {
    patience: {
      queuedMs: seconds('HEADGATE_QUEUED_SECONDS', 900),
      launchMs,
      recoverMs: launchMs + 120_000,
      stopMs: savepointMs + 120_000,
      deleteMs: 120_000,
    },
    savepointMs,
    silentMs: seconds('HEADGATE_SILENT_SECONDS', 120),
    cancelGraceMs: 10_000,
  }
}

const JOB_USERS = { first: 50_000, last: 59_999 }
/** Smaller ones belong to the system's own accounts; 2^32-1 and 2^16-1 mean "nobody" or "no change" (chown(2)). */
const SMALLEST_JOB_USER = 1000
const LARGEST_JOB_USER = 2_147_483_647

function questions(environment: Environment, problems: string[]) {
  const complain = (name: OptionName, wanted: string) =>
    void problems.push(`${name}=${environment[name]}: give ${wanted}.`)
  return {
    integer(name: OptionName, byDefault: number, min: number, max: number): number {
      const value = environment[name] === undefined ? byDefault : Number(environment[name])
      if (!Number.isInteger(value) || value < min || value > max) complain(name, `a whole number from ${min} to ${max}`)
      return value
    },
    oneOf<T extends string>(name: OptionName, byDefault: T, allowed: readonly T[]): T {
      const value = (environment[name] ?? byDefault) as T
      if (!allowed.includes(value)) complain(name, `one of ${allowed.join(', ')}`)
      return value
    },
    matching(name: OptionName, pattern: RegExp, wanted: string): string | null {
      const value = environment[name] ?? null
      if (value !== null && !pattern.test(value)) complain(name, wanted)
      return value
    },
    memory(name: OptionName, byDefault: string): number {
      const value = parseMemory(environment[name] ?? byDefault)
      if (value === null || value < 1024 ** 3) complain(name, 'at least 1G, such as 2G or 1536M')
      return value ?? 0
    },
    disk(name: OptionName, byDefault: string): number {
      const value = parseMemory(environment[name] ?? byDefault)
      if (value === null || value < 64 * 1024 ** 2) complain(name, 'at least 64M, such as 20G')
      return value ?? 0
    },
    jobUsers(name: OptionName): JobUsersSetting {
      const text = environment[name] ?? 'auto'
      if (text === 'off') return { mode: 'off' }
      if (text === 'auto') return { mode: 'auto', ...JOB_USERS }
      const [, first = 0, last = 0] = (/^(\d{1,10})-(\d{1,10})$/u.exec(text) ?? []).map(Number)
      if (first < SMALLEST_JOB_USER || last <= first || last > LARGEST_JOB_USER)
        complain(
          name,
          `auto, off, or two ids between ${SMALLEST_JOB_USER} and ${LARGEST_JOB_USER}, such as 50000-59999`,
        )
      return { mode: 'range', first, last }
    },
    hostMemory(name: OptionName, byDefault: string): number {
      const text = environment[name] ?? byDefault
      const percent = /^(\d{1,3})%$/u.exec(text)?.[1]
      const value = percent ? (totalmem() * Number(percent)) / 100 : parseMemory(text)
      if (value === null || value <= 0) complain(name, 'a size such as 12G or a part of the RAM such as 80%')
      return Math.floor(value ?? 0)
    },
  }
}
