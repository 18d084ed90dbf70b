import { describe, expect, it } from 'vitest'
import { adviceFor } from './advice.ts'
import { failureOfJob, failureOfJobManager, rootCause } from './failure.ts'

const context = { mainClass: 'com.example.Main', javaMajorVersion: 17, flinkVersion: '2.3.0' }

const THROWING_MAIN = `org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: no such table: 订单
\tat org.apache.flink.client.program.PackagedProgram.callMainMethod(PackagedProgram.java:372)
\t... 12 more
Caused by: java.lang.IllegalStateException: no such table: 订单
\tat com.example.Main.main(Main.java:6)
\tSuppressed: java.io.IOException: closing
\t\tat com.example.Main.main(Main.java:7)
\tCaused by: java.io.EOFException: not the reason
\t... 16 more
Caused by: java.lang.IllegalArgumentException: table 订单
 is unknown
\t... 22 more
`

const LOG = `2026-01-02 03:04:05,006 INFO  org.apache.flink.runtime.entrypoint.ClusterEntrypoint [] - Starting
2026-01-02 03:04:06,007 ERROR org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint  - Could not create application program.
org.apache.flink.util.FlinkException: Could not load the provided entrypoint class.
\tat org.apache.flink.client.program.DefaultPackagedProgramRetriever.getPackagedProgram(DefaultPackagedProgramRetriever.java:228) ~[flink-clients-1.20.0.jar:1.20.0]
Caused by: java.lang.ClassNotFoundException: com.example.Main
\tat java.net.URLClassLoader.findClass(Unknown Source) ~[?:?]
\t... 4 more
2026-01-02 03:04:06,100 INFO  org.apache.flink.runtime.blob.BlobServer [] - Stopped BLOB server
`

describe('the cause of a failure', () => {
  it('is the innermost cause, also when its message has two lines, and never a suppressed one', () => {
    expect(rootCause(THROWING_MAIN)).toBe('java.lang.IllegalArgumentException: table 订单 is unknown')
  })

  it('is told without the exceptions that only carry another', () => {
    const carried = 'Caused by: org.apache.flink.util.SerializedThrowable: java.io.IOException: No space left on device'
    expect(rootCause(`x\n${carried}`)).toBe('java.io.IOException: No space left on device')
  })

  it('is the first line of an exception without causes', () => {
    expect(rootCause('java.lang.Error: boom\n\tat A.b(A.java:1)')).toBe('java.lang.Error: boom')
  })

  it('keeps the whole stack trace beside it', () => {
    expect(failureOfJob(THROWING_MAIN, context).detail).toBe(THROWING_MAIN)
    expect(failureOfJob(null, context).cause).toBe('Flink gave no reason')
  })
})

/** As both Flink lines tell them (seen on 1.20.0 and 2.3.0), most frames left out. */
const METADATA = (
  cause: string,
) => `org.apache.flink.runtime.client.JobInitializationException: Could not start the JobMaster.
Caused by: java.util.concurrent.CompletionException: java.lang.RuntimeException: ${cause}
Caused by: ${cause}
\tat org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(Checkpoints.java:119)
\tat org.apache.flink.runtime.checkpoint.CheckpointCoordinator.restoreSavepoint(CheckpointCoordinator.java:1912)
`
const POINTER = (cause: string) => `Caused by: ${cause}
\tat org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess.resolveCheckpointPointer(AbstractFsCheckpointStorageAccess.java:275)
`
const BACKEND = (cause: string) => `java.lang.Exception: Exception while creating StreamOperatorStateContext.
Caused by: org.apache.flink.util.FlinkException: Could not restore keyed state backend for KeyedProcessOperator_b71731f1c0df9c3076c4a455334d0ad6_(1/1) from any of the 1 provided restore options.
Caused by: org.apache.flink.runtime.state.BackendBuildingException: Failed when trying to restore heap backend
Caused by: ${cause}
`

describe('a state that was to be restored', () => {
  it.each([
    ['cut metadata', METADATA('java.io.EOFException')],
    ['other metadata', METADATA('java.io.IOException: Unexpected magic number. This can have multiple reasons: (1) …')],
    [
      'no metadata',
      POINTER("java.io.FileNotFoundException: Cannot find meta data file '_metadata' in directory 'file:/c'"),
    ],
    [
      'no folder',
      POINTER("java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory 'file:/c'"),
    ],
    [
      'a file that is gone',
      BACKEND('java.io.FileNotFoundException: /state/chk-5/2d4ac880 (No such file or directory)'),
    ],
    ['a cut file', BACKEND('java.io.EOFException')],
  ])('is unreadable: %s', (_what, trace) => {
    expect(failureOfJob(trace, context)).toMatchObject({
      unreadableState: true,
      advice: { en: expect.stringMatching(/missing or damaged/) },
    })
  })

  it.each([
    ['its store is away', BACKEND('java.net.SocketTimeoutException: connect timed out')],
    ['it may not be read', BACKEND('java.io.FileNotFoundException: /state/chk-5/2d4ac880 (Permission denied)')],
    [
      'it is of another Flink',
      BACKEND('org.apache.flink.core.io.VersionMismatchException: Incompatible version: found 7'),
    ],
    ['the program changed', BACKEND('org.apache.flink.util.StateMigrationException: must not be incompatible')],
    ['the program itself reads in vain', 'java.io.EOFException\n\tat com.example.Source.run(Source.java:7)'],
  ])('is not called unreadable when %s: an older one would not help, or lose what is whole', (_why, trace) => {
    expect(failureOfJob(trace, context)).not.toHaveProperty('unreadableState')
  })
})

describe('a JobManager that ended', () => {
  it('ended for the last error in its log', () => {
    const failure = failureOfJobManager({ exitCode: 1, log: LOG, out: '' }, context)
    expect(failure.cause).toBe('java.lang.ClassNotFoundException: com.example.Main')
    expect(failure.advice.en).toContain('None of the jars holds the main class com.example.Main')
  })

  it('was killed when its exit code says so, whatever the log says', () => {
    for (const exitCode of [137, 143, null]) {
      expect(failureOfJobManager({ exitCode, log: LOG, out: '' }, context).cause).toMatch(/killed|ended from outside/)
    }
  })

  it('ended for what Java itself printed when there is no log', () => {
    const out =
      'Error: Could not find or load main class org.apache.flink.X\nCaused by: java.lang.ClassNotFoundException: org.apache.flink.X\n'
    const { cause } = failureOfJobManager({ exitCode: 1, log: '', out }, context)
    expect(cause).toBe('java.lang.ClassNotFoundException: org.apache.flink.X')
  })

  it('is told by its exit code when nothing else speaks', () => {
    expect(failureOfJobManager({ exitCode: 239, log: '', out: '' }, context).cause).toContain('exit code 239')
  })
})

describe('advice', () => {
  it.each([
    [
      'java.lang.UnsupportedClassVersionError: com/example/Main has been compiled by a more recent version of the Java Runtime (class file version 65.0), this version of the Java Runtime only recognizes class file versions up to 61.0',
      'compiled for Java 21 (class file 65), but jobs run on Java 17',
    ],
    ['java.lang.NoClassDefFoundError: org/json/JSONObject', 'the class org.json.JSONObject'],
    ['java.util.zip.ZipException: zip END header not found', 'no valid jar'],
    ['Error: Could not create the Java Virtual Machine.', 'env.java.opts'],
    ['java.lang.OutOfMemoryError: unable to create native thread', 'The machine itself'],
    ['java.lang.OutOfMemoryError: Java heap space', '(Java heap space)'],
    ['java.net.BindException: Could not start rest endpoint on any port in port range 20002', 'start the job again'],
    ["Could not find a file system implementation for scheme 'oss'. The scheme", 'no file system for oss://'],
    ["Could not find a file system implementation for scheme 'obs'. The scheme", 'submit.log says why'],
    ["java.lang.IllegalArgumentException: obs://b/../x names no object: '..' cannot", 'Correct the obs:// path'],
    ['java.io.FileNotFoundException: File obs://b/a c.csv does not exist or', 'no object obs://b/a c.csv in'],
    ['java.io.IOException: No space left on device', 'disk is full'],
    ['java.lang.IllegalStateException: anything', 'from the program or a library'],
  ])('for %j says what to do', (text, words) => {
    const advice = adviceFor(text, context)
    expect(advice.en).toContain(words)
    expect(advice.zh).toMatch(/\p{Script=Han}/u)
  })
})
