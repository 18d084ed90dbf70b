import { pathToFileURL } from 'node:url'
import type { Ports } from '../cluster/process-host.ts'
import type { RunFolder } from '../cluster/run-folder.ts'
import type { LaunchSpec } from '../runtime.ts'
import { statePath, stateUrl } from '../state-url.ts'

/**
 * The one configuration file of a run. Both Flink lines get `config.yaml` and nothing else: on 1.20 a `flink-conf.yaml`
 * beside it would win and be read by the old parser, which fails on quoted values.
 *
 * Three layers: what we choose, then what the user asked for, then what the driver must own to keep its promises
 * (addresses, ports, folders, memory, restarts, the end of the job). Values are quoted strings; Flink converts them.
 */
/** Keys, or beginnings of keys when they end in a dot, that a user's configuration cannot set. */
const OWNED = [
  '$internal.',
  'headgate.',
  'jobmanager.rpc.',
  'jobmanager.bind-host',
  'jobmanager.memory.',
  'jobmanager.heap.',
  'jobmanager.archive.',
  'taskmanager.host',
  'taskmanager.bind-host',
  'taskmanager.rpc.',
  'taskmanager.data.port',
  'taskmanager.data.bind-port',
  'taskmanager.resource-id',
  'taskmanager.memory.',
  'taskmanager.heap.',
  'taskmanager.cpu.cores',
  'taskmanager.numberOfTaskSlots',
  'taskmanager.log.path',
  'rest.address',
  'rest.port',
  'rest.bind-address',
  'rest.bind-port',
  'rest.async.store-duration',
  'web.log.path',
  'web.tmpdir',
  'web.upload.dir',
  'web.refresh-interval',
  'web.exception-history-size',
  'high-availability',
  'high-availability.',
  'io.tmp.dirs',
  'process.',
  'blob.storage.directory',
  'user.artifacts.',
  'env.',
  'execution.target',
  'execution.attached',
  'execution.shutdown-on-application-finish',
  'execution.submit-failed-job-on-application-error',
  'execution.checkpointing.dir',
  'execution.checkpointing.savepoint-dir',
  'execution.checkpointing.externalized-checkpoint-retention',
  'execution.savepoint.',
  'execution.savepoint-restore-mode',
  'execution.state-recovery.',
  'state.checkpoints.dir',
  'state.savepoints.dir',
  'pipeline.jars',
  'pipeline.classpaths',
  'parallelism.default',
  'restart-strategy',
  'restart-strategy.',
  'cluster.intercept-user-system-exit',
] as const

export function isOwned(key: string): boolean {
  return OWNED.some((owned) => key === owned || (owned.endsWith('.') && key.startsWith(owned)))
}

/** Owned keys that are followed all the same, on the command lines (memory.ts, command-line.ts). */
const FOLLOWED = [
  'env.java.opts',
  'env.java.opts.all',
  'env.java.opts.jobmanager',
  'env.java.opts.taskmanager',
  'taskmanager.memory.managed.fraction',
  'taskmanager.memory.network.fraction',
]

/** The user's keys that have no effect, sorted; they are named in the submit log. */
export function ignoredKeys(spec: LaunchSpec): string[] {
  return Object.keys(spec.flinkConfig)
    .filter((key) => isOwned(key) && !FOLLOWED.includes(key))
    .sort()
}

/** The whole configuration as flat keys, in the order of the file. */
export function flinkConfiguration(
  spec: LaunchSpec,
  folder: RunFolder,
  ports: Ports,
  javaMajorVersion: number,
): Record<string, string> {
  const users = Object.entries(spec.flinkConfig).filter(([key]) => !isOwned(key))
  return {
    ...choices(spec),
    ...Object.fromEntries(users),
    ...addresses(ports),
    ...places(spec, folder),
    ...lifeOfTheJob(spec, javaMajorVersion),
  }
}

/** What a user may change. */
function choices(spec: LaunchSpec): Record<string, string> {
  return {
    'pipeline.name': spec.jobName,
    // A killed TaskManager is noticed by two heartbeats in a row that cannot be delivered (about 2 s). The timeout is
    // for a process that hangs: long enough for a long garbage collection, shorter than Flink's 50 s.
    'heartbeat.interval': '1000',
    'heartbeat.timeout': '30000',
    // A TaskManager is usually up before its JobManager; the default makes it wait 10 s for the second try.
    'cluster.registration.error-delay': '100 ms',
    // Waits for further requirements before slots are looked for; here the first are all.
    'slotmanager.requirement-check.delay': '5 ms',
    'slotmanager.declare-needed-resource.delay': '5 ms',
    'cluster.registration.refused-registration-delay': '1 s',
    'metrics.fetcher.update-interval': '2000',
    // Libraries that leave threads behind would fail the job otherwise.
    'classloader.check-leaked-classloader': 'false',
    // Older checkpoints are what is left when the newest cannot be read.
    'state.checkpoints.num-retained': '3',
    ...checkpointing(spec),
  }
}

function checkpointing(spec: LaunchSpec): Record<string, string> {
  if (spec.checkpoints.everySeconds === null) return {}
  return {
    'execution.checkpointing.interval': `${spec.checkpoints.everySeconds} s`,
    'execution.checkpointing.mode': spec.checkpoints.mode === 'exactly_once' ? 'EXACTLY_ONCE' : 'AT_LEAST_ONCE',
  }
}

function addresses(ports: Ports): Record<string, string> {
  return {
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.rpc.port': String(ports.rpc),
    'jobmanager.bind-host': '127.0.0.1',
    'rest.address': '127.0.0.1',
    'rest.port': String(ports.rest),
    'rest.bind-address': '127.0.0.1',
    'rest.bind-port': String(ports.rest),
    'taskmanager.host': '127.0.0.1',
    'taskmanager.bind-host': '127.0.0.1',
    'high-availability.type': 'NONE',
  }
}

function places(spec: LaunchSpec, folder: RunFolder): Record<string, string> {
  return {
    'io.tmp.dirs': folder.tmp,
    'web.tmpdir': folder.tmp,
    'process.working-dir': folder.work,
    'jobmanager.archive.fs.dir': stateUrl(folder.archive),
    ...objectFolder(spec),
    // The names of before 1.20: both lines accept them. Set always, for programs that switch checkpoints on themselves.
    'state.checkpoints.dir': spec.checkpoints.directoryUrl,
    'state.savepoints.dir': spec.checkpoints.savepointDirectoryUrl,
    // The default deletes checkpoints when the JobManager gets a SIGTERM.
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  }
}

/** For the `obs` file system of java/obs-fs. */
function objectFolder({ objectsUrl }: LaunchSpec): Record<string, string> {
  const path = statePath(objectsUrl)
  return path === null ? {} : { 'headgate.obs.root': path }
}

function lifeOfTheJob(spec: LaunchSpec, javaMajorVersion: number): Record<string, string> {
  return {
    'parallelism.default': String(spec.shape.parallelism),
    'taskmanager.numberOfTaskSlots': String(spec.shape.taskManager.slots),
    // The JobManager stays until it is killed, so that every end of a job, also of a `main` that throws, can be asked for.
    'execution.shutdown-on-application-finish': 'false',
    'execution.submit-failed-job-on-application-error': 'true',
    // How fresh the answers are, and how long the result of a savepoint is remembered (5 min by default).
    'web.refresh-interval': '500',
    'rest.async.store-duration': '1 d',
    'web.exception-history-size': '50',
    // Needs the SecurityManager, which Java 24 took away.
    ...(javaMajorVersion < 24 ? { 'cluster.intercept-user-system-exit': 'THROW' } : {}),
    ...restartStrategy(spec),
  }
}

/** Flink docs, "Task Failure Recovery". `failure-rate` allows exactly `max` restarts in any hour. */
function restartStrategy({ restart }: LaunchSpec): Record<string, string> {
  if (restart.kind === 'always') {
    return {
      'restart-strategy.type': 'exponential-delay',
      'restart-strategy.exponential-delay.initial-backoff': '1 s',
      'restart-strategy.exponential-delay.max-backoff': '1 min',
    }
  }
  if (restart.kind === 'perHour' && restart.max > 0) {
    return {
      'restart-strategy.type': 'failure-rate',
      'restart-strategy.failure-rate.max-failures-per-interval': String(restart.max),
      'restart-strategy.failure-rate.failure-rate-interval': '1 h',
      'restart-strategy.failure-rate.delay': '10 s',
    }
  }
  return { 'restart-strategy.type': 'none' }
}

/** `config.yaml`: flat keys, every scalar double-quoted and in ASCII. */
export function configYaml(configuration: Readonly<Record<string, string>>): string {
  return Object.entries(configuration)
    .map(([key, value]) => `${yamlScalar(key)}: ${yamlScalar(value)}\n`)
    .join('')
}

/** JSON strings are YAML double-quoted scalars; escaping all beyond ASCII leaves no encoding to get wrong. */
function yamlScalar(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * The user class path as Flink's option `pipeline.classpaths`: the jars, then the folder that holds `userData/`.
 * `;` separates entries, so it is escaped inside of them. A URL ending in `/` is a folder to Java's class loader.
 */
export function userClassPath(jars: readonly string[], filesFolder: string): string {
  const urls = [...jars.map((jar) => pathToFileURL(jar).href), directoryUrl(filesFolder)]
  return urls.map((url) => url.replaceAll(';', '%3B')).join(';')
}

function directoryUrl(folder: string): string {
  return `${pathToFileURL(folder).href.replace(/\/+$/, '')}/`
}
