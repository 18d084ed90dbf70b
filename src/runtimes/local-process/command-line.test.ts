import { describe, expect, it } from 'vitest'
import { runFolder } from '../cluster/run-folder.ts'
import { launchSpec } from '../cluster/testing.ts'
import { type JvmContext, jobManagerCommand, jvmEnvironment, splitOptions, taskManagerCommand } from './command-line.ts'
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
    spec: launchSpec({ args: ['--job', '中文 "x" $HOME;'] }),
    folder: runFolder('/data/runs', 'a1'),
    ...{ processName: 'jobmanager', sharing: null },
    ...differences,
  }
}

describe('the command of a JobManager', () => {
  it('ends with "--" and the arguments as they are', () => {
    expect(jobManagerCommand(context(), jm, ['/j.jar']).slice(-3)).toEqual(['--', '--job', '中文 "x" $HOME;'])
  })

  it('restores by flags, and skips state only when it restores', () => {
    const flags = (restoreFrom: string | null) =>
      jobManagerCommand(context({ spec: launchSpec({ restoreFrom, allowNonRestoredState: true }) }), jm, []).filter(
        (word) => /avepoint|NonRestored|^file:/.test(word),
      )
    expect(flags('file:///sp/1')).toEqual(['--fromSavepoint', 'file:///sp/1', '--allowNonRestoredState'])
    expect(flags(null)).toEqual([])
  })

  it('opens one package more for releases up to 2.0', () => {
    const extra = '--add-exports=java.base/sun.net.util=ALL-UNNAMED'
    const of = (version: string) =>
      jobManagerCommand(context({ installation: { ...context().installation, version } }), jm, []).includes(extra)
    expect(['1.20.0', '2.0.2', '2.1.2', '2.3.0'].map(of)).toEqual([true, true, false, false])
  })

  it('leaves the collector to the user who names one', () => {
    const spec = launchSpec({ flinkConfig: { 'env.java.opts.jobmanager': '-XX:+UseG1GC "-Dname=a b"' } })
    const command = jobManagerCommand(context({ spec }), jm, [])
    expect(command.filter((word) => /Use\w+GC/.test(word))).toEqual(['-XX:+UseG1GC'])
    expect(command).toContain('-Dname=a b')
  })

  it('asks for the security manager where Java wants that', () => {
    const flag = '-Djava.security.manager=allow'
    const with_ = (majorVersion: number) =>
      jobManagerCommand(context({ java: { home: '/jdk', majorVersion } }), jm, []).includes(flag)
    expect([17, 21, 25].map(with_)).toEqual([false, true, false])
  })
})

describe('the command of a TaskManager', () => {
  it('carries every size that Flink refuses to start without', () => {
    const command = taskManagerCommand(context(), tm, 'taskmanager-1-1')
    for (const key of ['framework.heap', 'task.heap', 'framework.off-heap', 'task.off-heap', 'managed']) {
      expect(command.some((word) => word.startsWith(`-Dtaskmanager.memory.${key}.size=`))).toBe(true)
    }
    const network = command.filter((word) => word.startsWith('-Dtaskmanager.memory.network.'))
    expect(new Set(network.map((word) => word.split('=')[1])).size).toBe(1)
    expect(command).toContain('-Dtaskmanager.cpu.cores=1.00')
    expect(command).not.toContain('-XX:TieredStopAtLevel=1')
  })

  it('uses an archive, or makes one', () => {
    expect(taskManagerCommand(context({ sharing: { use: '/x.jsa' } }), tm, 't')).toContain(
      '-XX:SharedArchiveFile=/x.jsa',
    )
    expect(taskManagerCommand(context({ sharing: { make: '/x.jsa' } }), tm, 't')).toContain(
      '-XX:ArchiveClassesAtExit=/x.jsa',
    )
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
