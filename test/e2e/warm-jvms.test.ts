/** The launcher of java/launcher by itself: JVMs that are started, leased and compared by hand. */
import { mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { encodeLease, NEVER_LEASED } from '../../src/runtimes/local-process/warm/message.ts'
import { createWorld, eventually, type World } from '../support/clusters.ts'
import { type ClusterByHand, clusterByHand, ROLES } from '../support/clusters-by-hand.ts'
import { logLines, type Surroundings, surroundings } from '../support/surroundings.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})

afterAll(() => world.end())

async function cluster(kind: 'cold' | 'warm', flinkVersion: string, args: readonly string[]): Promise<ClusterByHand> {
  const root = join(world.folder, 'by-hand')
  await mkdir(root, { recursive: true })
  const jars = [{ name: 'jobs.jar', path: world.jobsJar }]
  const spec = world.spec('LookAround', {
    flinkVersion,
    args,
    jars,
    user: null,
    attemptId: 'by-hand',
    flinkJobId: JOB_ID,
  })
  const made = await clusterByHand({ root, java: { home: world.javaHome, majorVersion: 17 }, kind, flinkVersion }, spec)
  onTestFinished(() => made.end())
  return made
}

const JOB_ID = '0123456789abcdef'.repeat(2)
const ODD = ['中文 参数', 'with "quotes" and $HOME', '', 'x'.repeat(100_000)]

type Seen = Readonly<{ jobmanager: Surroundings; taskmanager: Surroundings; vertices: unknown; logs: string[][] }>

/** Runs the job of both kinds that looks around, once its TaskManager is there. */
async function lookAround(kind: 'cold' | 'warm', flinkVersion: string): Promise<Seen> {
  const file = join(world.folder, 'told')
  for (const end of ['when', ...ROLES]) await rm(`${file}.${end}`, { force: true })
  const made = await cluster(kind, flinkVersion, ['--tell', file, '--when', `${file}.when`, ...ODD])
  if (kind === 'warm') await expectUntouched(made)
  await made.startJob()
  await eventually(
    () => made.rest('/taskmanagers').catch(() => null),
    (answer) => JSON.stringify(answer).includes('"path"'),
  )
  for (let asked = 0; asked < 20; asked++) await made.rest('/jobs/overview')
  await writeFile(`${file}.when`, '')
  await made.running()
  const read = (role: string) =>
    eventually(
      () => surroundings(`${file}.${role}`, made.folder.path).catch(() => null),
      (seen) => seen !== null,
    )
  const { vertices } = (await made.rest(`/jobs/${JOB_ID}`)) as { vertices: { id: string; name: string }[] }
  return {
    jobmanager: (await read('jobmanager')) as Surroundings,
    taskmanager: (await read('taskmanager')) as Surroundings,
    vertices: vertices.map(({ id, name }) => [id, name]),
    logs: await Promise.all(ROLES.map((role) => logLines(join(made.folder.logs, `${role}.log`), made.folder.path))),
  }
}

/** Idle JVMs: nothing was written, not even to a folder whose name was misread, and nothing is listened on. */
async function expectUntouched({ folder, jvms }: ClusterByHand): Promise<void> {
  expect([await readdir(folder.tmp), await readdir(folder.work)]).toEqual([[], []])
  const namedAlike = (await readdir(tmpdir())).filter((name) => name.endsWith(world.folder.slice(-7)))
  expect(namedAlike).toEqual([basename(world.folder)])
  expect((await readdir(folder.logs)).sort()).toEqual(ROLES.map((role) => `${role}.out`))
  for (const role of ROLES) {
    expect(await readFile(join(folder.logs, `${role}.out`), 'utf8')).toBe('')
    expect(await listeningSockets(jvms[role]?.process.pid ?? 0)).toEqual([])
  }
}

async function listeningSockets(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`)
  const open = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8')))
  const listening = tables.flatMap((table) => table.split('\n')).map((line) => line.trim().split(/ +/))
  return listening.flatMap(([, address = '', , state, , , , , , inode]) =>
    state === '0A' && open.includes(`socket:[${inode}]`) ? [address] : [],
  )
}

/** What Flink's classes log once, when they are loaded; those of a warm JVM are. */
const LOGGED_ONCE = /Hadoop is not in the classpath|StateChangelogStorageLoader initialized/
/** On a busy machine JobManager and TaskManager try more than once to reach each other. */
const TRIED_AGAIN = /[Rr]egister|[Rr]egistration|[Cc]onnect|[Aa]ssociation/
/** The one thing that tells: ps shows by which class a JVM was started. */
const TELLS = /^command line: /
const MIB = 1024 ** 2

const differences = (one: readonly string[], other: readonly string[]) => {
  const left = [...other]
  const missing = one.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  return { missing, added: left }
}

describe.each(['1.20', '2.3'])('on Flink %s', (flinkVersion) => {
  test('a job sees in warm JVMs what it sees in cold ones, and finds its operators under the same ids', async () => {
    const cold = await lookAround('cold', flinkVersion)
    const warm = await lookAround('warm', flinkVersion)
    expect(warm.vertices).toEqual(cold.vertices)
    for (const role of ROLES) {
      const { missing, added } = differences(cold[role].lines, warm[role].lines)
      const momentary = (line: string) => TELLS.test(line) || /^(thread|open file|file)/.test(line)
      expect(missing.filter((line) => !momentary(line))).toEqual([])
      expect(added.filter((line) => !TELLS.test(line))).toEqual([])
      const growth = (name: string) => (warm[role].numbers[name] ?? 0) - (cold[role].numbers[name] ?? 0)
      expect(growth('memory Metaspace')).toBeLessThan(40 * MIB)
      expect(growth('memory Tenured Gen')).toBeLessThan(20 * MIB)
      expect(growth('buffers direct')).toBeLessThan(32 * MIB)
    }
    for (const [index, lines] of cold.logs.entries()) {
      const { missing } = differences(lines, warm.logs[index] ?? [])
      expect(missing.filter((line) => !LOGGED_ONCE.test(line) && !TRIED_AGAIN.test(line))).toEqual([])
    }
  })
})

test('a JVM whose service goes ends at once and leaves nothing, also in the middle of the message', async () => {
  const { jvms, programs, folder } = await cluster('warm', '2.3', [])
  jvms.jobmanager?.service?.end()
  jvms.taskmanager?.service?.end(encodeLease(programs.taskmanager).subarray(0, -1))
  for (const role of ROLES) {
    expect(await jvms[role]?.exit).toBe(NEVER_LEASED)
    expect(await readFile(join(folder.logs, `${role}.out`), 'utf8')).toBe('')
  }
})
