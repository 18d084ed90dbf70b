import type { FlinkInstallation } from '../../flink/installation.ts'
import type { LaunchableFlink } from '../../flink/launcher.ts'
import { preparePlugins } from '../../flink/plugins.ts'
import { messageOf, Refusal } from '../../lib/errors.ts'
import type { Role } from '../cluster/process-host.ts'
import type { RunFolder } from '../cluster/run-folder.ts'
import type { LaunchWish } from '../runtime.ts'
import {
  type ClassSharing,
  type Java,
  type JavaProgram,
  type JvmContext,
  type JvmRole,
  javaCommand,
  jobManagerJvm,
  jvmEnvironment,
  taskManagerJvm,
  userJvmOptions,
} from './command-line.ts'
import {
  type JobManagerMemory,
  jobManagerMemory,
  memoryShares,
  type TaskManagerMemory,
  taskManagerMemory,
} from './memory.ts'
import type { SpawnRequest } from './process-table.ts'
import { becoming } from './process-user.ts'

/** What the JVMs of a cluster are, whether they start for a job or wait for one (warm/pool.ts). */
export type JvmPlan = Readonly<{
  java: Java
  installation: LaunchableFlink
  pluginsFolder: string
  /** Why programs cannot open obs:// paths; null: they can. */
  pluginsProblem: string | null
  memory: { jobManager: JobManagerMemory; taskManager: TaskManagerMemory }
  wish: LaunchWish
}>

export type JvmPlanning = Readonly<{
  findFlink: (version: string) => Promise<LaunchableFlink | null>
  java: Java
  sharingOf: (installation: FlinkInstallation, role: JvmRole) => Promise<ClassSharing>
  /** Put before the command of every process, such as `nice`. */
  commandPrefix: readonly string[]
}>

/** @throws Refusal `runtime.*` */
export async function planJvms(wish: LaunchWish, flinkVersion: string, planning: JvmPlanning): Promise<JvmPlan> {
  const memory = {
    jobManager: jobManagerMemory(wish.shape.jobManager.memoryBytes),
    taskManager: taskManagerMemory(wish.shape.taskManager.memoryBytes, memoryShares(wish.flinkConfig)),
  }
  const installation = await planning.findFlink(flinkVersion)
  if (installation === null) throw flinkMissing(flinkVersion)
  const { java } = planning
  return { java, installation, ...(await pluginsOf(installation, java)), memory, wish }
}

/** The JVM of a role in a run folder, with what it runs. Which it is among the processes of the run the caller says. */
export async function requestJvm(
  plan: JvmPlan,
  place: Readonly<{ attemptId: string; folder: RunFolder; role: Role }>,
  program: JavaProgram,
  { sharingOf, commandPrefix }: JvmPlanning,
): Promise<{ request: Omit<SpawnRequest, 'key'>; sharing: ClassSharing }> {
  const { attemptId, folder, role } = place
  const jvmRole = jvmRoleOf(role)
  const sharing = await sharingOf(plan.installation, jvmRole)
  const userOptions = userJvmOptions(plan.wish.flinkConfig, jvmRole)
  const context: JvmContext = { ...plan, folder, attemptId, processName: role, userOptions, sharing }
  const { jobManager, taskManager } = plan.memory
  const jvm = role === 'jobmanager' ? jobManagerJvm(context, jobManager) : taskManagerJvm(context, taskManager)
  const request = {
    prefix: [...commandPrefix, ...becoming(plan.wish.user)],
    command: javaCommand(jvm, program),
    environment: jvmEnvironment(context),
    workingFolder: folder.work,
    outFile: `${folder.logs}/${role}.out`,
  }
  return { request, sharing }
}

/** Of what JVMs are from their birth on, the part that no wish says: it changes when the installation is changed. */
export function birthOf({ java, installation, pluginsFolder }: JvmPlan): string {
  return [java.home, pluginsFolder, ...installation.classPath].join('\n')
}

export const jvmRoleOf = (role: Role): JvmRole => (role === 'jobmanager' ? 'jobmanager' : 'taskmanager')

/** A version that our plugin does not fit, or a Java without compiler, still runs programs that do not need it. */
async function pluginsOf(
  installation: FlinkInstallation,
  java: Java,
): Promise<Pick<JvmPlan, 'pluginsFolder' | 'pluginsProblem'>> {
  try {
    return { pluginsFolder: await preparePlugins(installation, java.home), pluginsProblem: null }
  } catch (error) {
    return { pluginsFolder: installation.pluginsFolder, pluginsProblem: messageOf(error) }
  }
}

function flinkMissing(flinkVersion: string): Refusal {
  return new Refusal('runtime.flinkMissing', {
    en: `Flink ${flinkVersion} is not installed. Install it with: headgate flink install ${flinkVersion}`,
    zh: `未安装 Flink ${flinkVersion}。安装命令：headgate flink install ${flinkVersion}`,
  })
}
