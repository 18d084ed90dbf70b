import { describe, expect, it } from 'vitest'
import { runFolder } from '../cluster/run-folder.ts'
import { launchSpec } from '../cluster/testing.ts'
import type { LaunchSpec } from '../runtime.ts'
import {
  type JvmContext,
  javaCommand,
  jobManagerJvm,
  jobManagerProgram,
  jvmEnvironment,
  splitOptions,
  taskManagerJvm,
  taskManagerProgram,
  userJvmOptions,
} from './command-line.ts'
import { GIB, jobManagerMemory, taskManagerMemory } from './memory.ts'

const jm = jobManagerMemory(2 * GIB)
const tm = taskManagerMemory(2 * GIB)

function context(differences: Partial<JvmContext> = {}): JvmContext {
  const folder = '/flink/2.3.0'
  return {
    java: { home: '/jdk', majorVersion: 17 },
    installation: {
      ...{ version: '2.3.0', line: '2.3', folder, classPath: [`${folder}/lib/a.jar`, `${folder}/lib/b.jar`] },
      ...{ pluginsFolder: `${folder}/plugins`, optFolder: `${folder}/opt` },
    },
    pluginsFolder: '/flink/plugins/2.3.0-1',
    folder: runFolder('/data/runs', 'a1'),
    ...{ attemptId: 'a1', processName: 'jobmanager', userOptions: [], sharing: null },
    ...differences,
  }
}

function jobManager(differences: Partial<JvmContext> = {}, spec: Partial<LaunchSpec> = {}): string[] {
  const made = context(differences)
  return javaCommand(jobManagerJvm(made, jm), jobManagerProgram(launchSpec(spec), made.folder, ['/j.jar']))
}

function taskManager(differences: Partial<JvmContext> = {}): string[] {
  const made = context(differences)
  return javaCommand(taskManagerJvm(made, tm), taskManagerProgram(launchSpec({}), made.folder, tm, 'taskmanager-1-1'))
}

describe('the command of a JobManager', () => {
  it('ends with "--" and the arguments as they are', () => {
    const args = ['--job', '中文 "x" $HOME;']
    expect(jobManager({}, { args }).slice(-3)).toEqual(['--', ...args])
  })

  it('restores by flags, and skips state only when it restores', () => {
    const flags = (restoreFrom: string | null) =>
      jobManager({}, { restoreFrom, allowNonRestoredState: true }).filter((word) =>
        /avepoint|NonRestored|^file:/.test(word),
      )
    expect(flags('file:///sp/1')).toEqual(['--fromSavepoint', 'file:///sp/1', '--allowNonRestoredState'])
    expect(flags(null)).toEqual([])
  })

  it('opens one package more for releases up to 2.0', () => {
    const extra = '--add-exports=java.base/sun.net.util=ALL-UNNAMED'
    const of = (version: string) => jobManager({ installation: { ...context().installation, version } }).includes(extra)
    expect(['1.20.0', '2.0.2', '2.1.2', '2.3.0'].map(of)).toEqual([true, true, false, false])
  })

  it('leaves the collector to the user who names one', () => {
    const flinkConfig = { 'env.java.opts.jobmanager': '-XX:+UseG1GC "-Dname=a b"' }
    const command = jobManager({ userOptions: userJvmOptions(flinkConfig, 'jobmanager') })
    expect(command.filter((word) => /Use\w+GC/.test(word))).toEqual(['-XX:+UseG1GC'])
    expect(command).toContain('-Dname=a b')
  })

  it('asks for the security manager where Java wants that', () => {
    const flag = '-Djava.security.manager=allow'
    const with_ = (majorVersion: number) => jobManager({ java: { home: '/jdk', majorVersion } }).includes(flag)
    expect([17, 21, 25].map(with_)).toEqual([false, true, false])
  })
})

describe('the command of a TaskManager', () => {
  it('carries every size that Flink refuses to start without', () => {
    const command = taskManager()
    for (const key of ['framework.heap', 'task.heap', 'framework.off-heap', 'task.off-heap', 'managed']) {
      expect(command.some((word) => word.startsWith(`-Dtaskmanager.memory.${key}.size=`))).toBe(true)
    }
    const network = command.filter((word) => word.startsWith('-Dtaskmanager.memory.network.'))
    expect(new Set(network.map((word) => word.split('=')[1])).size).toBe(1)
    expect(command).toContain('-Dtaskmanager.cpu.cores=1.00')
    expect(command).not.toContain('-XX:TieredStopAtLevel=1')
  })

  it('uses an archive, or makes one', () => {
    expect(taskManager({ sharing: { use: '/x.jsa' } })).toContain('-XX:SharedArchiveFile=/x.jsa')
    expect(taskManager({ sharing: { make: '/x.jsa' } })).toContain('-XX:ArchiveClassesAtExit=/x.jsa')
  })
})

describe('the environment of a JVM', () => {
  it('is built from nothing', () => {
    expect(Object.keys(jvmEnvironment(context())).sort()).toEqual([
      ...['FLINK_CONF_DIR', 'FLINK_PLUGINS_DIR', 'HEADGATE_ATTEMPT', 'HOME', 'JAVA_HOME', 'LANG', 'PATH', 'TMPDIR'],
    ])
  })
})

describe('options of the user', () => {
  it.each([
    ['', []],
    ['-Da=b  -Xss2m', ['-Da=b', '-Xss2m']],
    [`-Da="b c" '-Dd=e f'`, ['-Da=b c', '-Dd=e f']],
  ])('%j is split at blanks outside quotes', (text, words) => {
    expect(splitOptions(text)).toEqual(words)
  })
})
