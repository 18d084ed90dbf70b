import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FlinkInstallation } from '../../flink/installation.ts'
import type { RunFolder } from '../cluster/run-folder.ts'
import type { LaunchSpec } from '../runtime.ts'
import { userClassPath } from './flink-config.ts'
import { GIB, type JobManagerMemory, MIB, type TaskManagerMemory } from './memory.ts'

/**
 * The argument lists of the two kinds of JVM, and their environment. Flink's launch scripts are not used: they start
 * several helper JVMs before the real one.
 */
export type Java = Readonly<{ home: string; majorVersion: number }>

export type JvmRole = 'jobmanager' | 'taskmanager'

/** Class data archive: one to start from, one to write at the end (training), or none. */
export type ClassSharing = Readonly<{ use: string } | { make: string }> | null

export type JvmContext = Readonly<{
  java: Java
  installation: FlinkInstallation
  pluginsFolder: string
  folder: RunFolder
  attemptId: string
  /** Name of the process within the run: `jobmanager`, `taskmanager-1`; log files are called after it. */
  processName: string
  /** `env.java.opts*` of the job (userJvmOptions). */
  userOptions: readonly string[]
  sharing: ClassSharing
}>

/** What a JVM runs. */
export type JavaProgram = Readonly<{ mainClass: string; args: readonly string[] }>

const JOB_MANAGER_MAIN = 'org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint'
const TASK_MANAGER_MAIN = 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner'
/** Of java/launcher: warms up, then waits to be told what to run. */
const WARM_START_MAIN = 'headgate.launcher.WarmStart'

export function jobManagerProgram(spec: LaunchSpec, folder: RunFolder, jars: readonly string[]): JavaProgram {
  const restore = spec.restoreFrom === null ? [] : ['--fromSavepoint', spec.restoreFrom]
  const args = [
    ...['--configDir', folder.conf],
    ...['--job-id', spec.flinkJobId],
    ...['--job-classname', spec.mainClass],
    ...restore,
    // A flag on purpose: the entry point overwrites the configuration key with what its command line says.
    ...(spec.restoreFrom !== null && spec.allowNonRestoredState ? ['--allowNonRestoredState'] : []),
    `-Dpipeline.classpaths=${userClassPath(jars, folder.files)}`,
    // Without it a first argument such as `--job` would be taken for an option of the entry point.
    '--',
    ...spec.args,
  ]
  return { mainClass: JOB_MANAGER_MAIN, args }
}

export function taskManagerProgram(
  { shape }: Pick<LaunchSpec, 'shape'>,
  folder: Pick<RunFolder, 'conf'>,
  memory: TaskManagerMemory,
  resourceId: string,
): JavaProgram {
  const bytes = (key: string, value: number) => `-Dtaskmanager.memory.${key}=${value}b`
  const args = [
    ...['--configDir', folder.conf],
    `-Dtaskmanager.resource-id=${resourceId}`,
    `-Dtaskmanager.cpu.cores=${shape.taskManager.cpuCores.toFixed(2)}`,
    `-Dtaskmanager.numberOfTaskSlots=${shape.taskManager.slots}`,
    bytes('framework.heap.size', memory.frameworkHeap),
    bytes('task.heap.size', memory.taskHeap),
    bytes('framework.off-heap.size', memory.frameworkOffHeap),
    bytes('task.off-heap.size', memory.taskOffHeap),
    bytes('network.min', memory.network),
    bytes('network.max', memory.network),
    bytes('managed.size', memory.managed),
    bytes('jvm-metaspace.size', memory.metaspace),
    bytes('jvm-overhead.min', memory.overhead),
    bytes('jvm-overhead.max', memory.overhead),
  ]
  return { mainClass: TASK_MANAGER_MAIN, args }
}

/** So much memory for network buffers a warm TaskManager takes before it has a job; with more it would wait too expensively. */
const WARM_NETWORK_MAX = 256 * MIB

/** What a warm JVM runs before it is leased. */
export function warmProgram(role: JvmRole, { network }: Pick<TaskManagerMemory, 'network'>): JavaProgram {
  const networkBytes = role === 'taskmanager' ? Math.min(network, WARM_NETWORK_MAX) : 0
  return { mainClass: WARM_START_MAIN, args: [role, String(networkBytes)] }
}

/** The whole command: the JVM of a role, then what it runs. */
export function javaCommand(jvm: readonly string[], { mainClass, args }: JavaProgram): string[] {
  return [...jvm, mainClass, ...args]
}

/** All of a command that stands before the main class: what a JVM is from its birth on. */
export function jobManagerJvm(context: JvmContext, memory: JobManagerMemory): string[] {
  // Short-lived, cold code: the full compiler would take more time than it saves.
  return jvm(context, memory.heap, memory.metaspace, ['-XX:TieredStopAtLevel=1'])
}

/** As jobManagerJvm; a TaskManager needs the full compiler for its throughput. */
export function taskManagerJvm(context: JvmContext, memory: TaskManagerMemory): string[] {
  return jvm(context, memory.heap, memory.metaspace, [`-XX:MaxDirectMemorySize=${memory.direct}`])
}

function jvm(context: JvmContext, heap: number, metaspace: number, more: readonly string[]): string[] {
  return [
    join(context.java.home, 'bin', 'java'),
    `-Xms${Math.min(heap, 256 * 1024 * 1024)}`,
    `-Xmx${heap}`,
    `-XX:MaxMetaspaceSize=${metaspace}`,
    ...(context.userOptions.some(choosesCollector) ? [] : collector(heap)),
    ...more,
    ...properties(context),
    ...classDataSharing(context.sharing),
    ...moduleFlags(context.installation.version),
    ...securityManager(context.java.majorVersion),
    ...context.userOptions,
    ...['-cp', context.installation.classPath.join(':')],
  ]
}

/** The serial collector starts fastest and is enough for small heaps; above that Java's own choice is better. */
function collector(heap: number): string[] {
  return heap <= 2 * GIB ? ['-XX:+UseSerialGC'] : []
}

function choosesCollector(option: string): boolean {
  return /^-XX:\+Use\w*GC$/.test(option)
}

function properties({ folder, processName }: JvmContext): string[] {
  const log = join(folder.logs, `${processName}.log`)
  return [
    '-XX:+IgnoreUnrecognizedVMOptions',
    // Would write into the machine's /tmp, and stay there after a SIGKILL.
    '-XX:-UsePerfData',
    `-XX:ErrorFile=${join(folder.logs, `${processName}.crash.log`)}`,
    '-Dfile.encoding=UTF-8',
    '-Dsun.jnu.encoding=UTF-8',
    `-Djava.io.tmpdir=${folder.tmp}`,
    `-Duser.home=${folder.work}`,
    `-Dlog.file=${log}`,
    `-Dlog4j.configurationFile=${pathToFileURL(join(folder.conf, 'log4j.properties')).href}`,
  ]
}

/** An archive that does not fit is ignored by Java, which is what we want; the warnings about it are not. */
function classDataSharing(sharing: ClassSharing): string[] {
  if (sharing === null) return []
  const quiet = '-Xlog:cds=off,cds+dynamic=off,class+path=off'
  if ('make' in sharing) return [`-XX:ArchiveClassesAtExit=${sharing.make}`, quiet]
  return [`-XX:SharedArchiveFile=${sharing.use}`, '-Xshare:auto', quiet]
}

/**
 * Flink's own list for Java 17 and later (`env.java.opts.all` of its stock config.yaml; docs, "Java compatibility").
 * Releases up to 2.0 have one entry more.
 */
export function moduleFlags(flinkVersion: string): string[] {
  const opens =
    'lang net io nio lang.reflect text time util util.concurrent util.concurrent.atomic util.concurrent.locks'
  const compiler = ['api', 'file', 'parser', 'tree', 'util']
  const upTo20 = /^(1\.|2\.0(\.|$))/.test(flinkVersion)
  return [
    ...(upTo20 ? ['--add-exports=java.base/sun.net.util=ALL-UNNAMED'] : []),
    '--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED',
    ...compiler.map((name) => `--add-exports=jdk.compiler/com.sun.tools.javac.${name}=ALL-UNNAMED`),
    '--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED',
    ...opens.split(' ').map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`),
    '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
  ]
}

/** Lets Flink guard against `System.exit` in user code; allowed unasked up to Java 17, gone from Java 24 on. */
function securityManager(majorVersion: number): string[] {
  return majorVersion >= 18 && majorVersion < 24 ? ['-Djava.security.manager=allow'] : []
}

/** `env.java.opts*` of the user, as Flink's scripts read them: for all processes, then for this kind. */
export function userJvmOptions(flinkConfig: Readonly<Record<string, string>>, role: JvmRole): string[] {
  const keys = ['env.java.opts', 'env.java.opts.all', `env.java.opts.${role}`]
  return keys.flatMap((key) => splitOptions(flinkConfig[key] ?? ''))
}

/** Splits at blanks; single and double quotes keep blanks together. */
export function splitOptions(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single))
}

/** The environment of a JVM, built from nothing: whatever the service knows stays with the service. */
export function jvmEnvironment(context: JvmContext): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: context.folder.work,
    TMPDIR: context.folder.tmp,
    JAVA_HOME: context.java.home,
    [CONF_VARIABLE]: context.folder.conf,
    FLINK_PLUGINS_DIR: context.pluginsFolder,
    [ATTEMPT_VARIABLE]: context.attemptId,
  }
}

/** Marks every process of an attempt, also the ones its program starts: `kill` finds them by it. */
export const ATTEMPT_VARIABLE = 'HEADGATE_ATTEMPT'

/** Flink's own name for where its configuration is: a folder directly in the run folder. */
export const CONF_VARIABLE = 'FLINK_CONF_DIR'
