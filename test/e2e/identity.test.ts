/**
 * What the code of a job can get at when the service runs as root: nothing but its own project's. A job of one project runs
 * the attacks (test/jobs, RunCommands) while a job of another project runs on beside it.
 */
import { randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createWorld, eventually, pathsBelow, running, seen } from '../support/clusters.ts'
import {
  type Answer,
  builtJar,
  dataIn,
  type RealClient,
  type RealService,
  startRealService,
} from '../support/real-service.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('SKIPPED: user ids for jobs are tested only as root')

type Run = Readonly<{ attemptId: string; folder: string; user: number; jvms: number[]; wrappers: number[] }>

describe.skipIf(!isRoot)('with user ids of their own', () => {
  let service: RealService
  let rival: RealClient
  let victim: Run
  let attacker: Run
  let attackerJob: number
  const data = (...names: string[]) => dataIn(service.folder, ...names)

  beforeAll(async () => {
    service = await startRealService()
    rival = await service.addProject('rival')
    const jar = await builtJar('test-jobs')
    for (const project of [service, rival]) await project.upload('jobs.jar', jar)
    victim = await started(service, 'CountForever', CHECKPOINTS).then(([, run]) => run)
    ;[attackerJob, attacker] = await started(rival, 'RunCommands', { ...CHECKPOINTS, log_enabled: true }, '--commands')
  })

  afterAll(async () => {
    for (const { job_id: id } of (await rival.dli('GET', 'jobs?limit=100')).job_list.jobs) {
      await rival.dli('DELETE', `jobs/${id}`)
    }
    await service.end()
  })

  const CHECKPOINTS = { checkpoint_enabled: true, checkpoint_interval: 1, obs_bucket: 'state' }

  /** Runs a job until it has a checkpoint. `option` is given a folder that the job may write to. */
  async function started(
    project: RealClient,
    mainClass: string,
    settings: object,
    option = '',
  ): Promise<[number, Run]> {
    const id = await project.createJob({
      ...{ name: `job-${randomBytes(4).toString('hex')}`, entrypoint: 'jobs.jar', ...settings },
      main_class: `headgate.test.${mainClass}`,
      entrypoint_args: option === '' ? '' : `${option} ${await commandsFolder()}`,
    })
    await project.dli('POST', 'jobs/run', { job_ids: [id] })
    await project.until(id, 'job_running')
    const path = `/api/v1/${project.projectId}/jobs/${id}/attempts`
    const { attempts } = await eventually(
      async () => (await project.call('GET', path)).body,
      (body: Answer) => body.attempts[0].timeline.some(({ step }: Answer) => step === 'firstCheckpoint'),
    )
    return [id, await runOf(attempts[0].attempt_id)]
  }

  async function runOf(attemptId: string): Promise<Run> {
    const folder = data('runs', attemptId)
    const { user } = JSON.parse(await readFile(join(folder, 'spec.json'), 'utf8'))
    const names = await readdir(join(folder, 'processes'))
    const pidsOf = (kind: string) =>
      Promise.all(
        names
          .filter((name) => name.endsWith(kind))
          .map(async (name) => Number.parseInt(await readFile(join(folder, 'processes', name), 'utf8'), 10)),
      )
    return { attemptId, folder, user, jvms: await pidsOf('.jvm'), wrappers: await pidsOf('.group') }
  }

  async function commandsFolder(): Promise<string> {
    const folder = join(service.folder, 'commands')
    await mkdir(folder, { recursive: true })
    await chmod(folder, 0o777)
    return folder
  }

  /** Lets the attacker run a script; what it printed. */
  async function attack(...lines: string[]): Promise<string> {
    const name = join(service.folder, 'commands', randomBytes(4).toString('hex'))
    await order(name, lines)
    return eventually(
      () => readFile(`${name}.out`, 'utf8').catch(() => null),
      (text) => text !== null,
    ).then(String)
  }

  /** A line that prints its text when the command succeeds. */
  const got = (command: string) => `( ${command} ) >/dev/null 2>&1 && echo 'GOT ${command.replaceAll("'", '')}'`

  async function pidsOfUser(user: number): Promise<number[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const found = await Promise.all(
      pids.map(async (pid) => {
        const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
        return status.includes(`\nUid:\t${user}\t`) && !/\nState:\tZ/.test(status) ? [Number(pid)] : []
      }),
    )
    return found.flat()
  }

  test('each project has an id without name, group, capability or a way back', async () => {
    expect(attacker.user).not.toBe(victim.user)
    const told = await attack('id', 'grep -E "^(CapEff|CapPrm|NoNewPrivs|Groups)" /proc/self/status', 'env | sort')
    expect(told).toContain(`uid=${attacker.user} gid=${attacker.user} groups=${attacker.user}\n`)
    expect(told).toMatch(/Groups:\s*\nCapPrm:\t0{16}\nCapEff:\t0{16}\nNoNewPrivs:\t1/)
    expect(told).not.toMatch(/HEADGATE_(?!ATTEMPT=)/)
    const ways = ['su root -c id', 'sudo -n id', 'setpriv --reuid=0 id', 'nsenter -t 1 -m id', 'mount -t tmpfs x /mnt']
    expect(await attack(...ways.map(got))).toBe('')
  })

  test('a job reads nothing of the service or of another project', async () => {
    const checkpoint = await newestMetadata(data('objects', service.projectId))
    const own = [`cat ${attacker.folder}/conf/config.yaml`, `ls ${data('objects', rival.projectId, 'state')}`]
    expect((await attack(...own.map(got))).split('\n')).toHaveLength(3)
    const service_ = `/proc/${process.pid}`
    const foreign = [
      ...['headgate.db', 'headgate.db-wal', 'sealing.key', 'database.id'].map((name) => `cat ${data(name)}`),
      ...['', 'artifacts', 'runs', 'objects', `objects/${service.projectId}`].map((name) => `ls ${data(name)}`),
      ...['environ', 'mem', 'maps', 'auxv'].map((name) => `head -c1 ${service_}/${name} | grep -q .`),
      `ls ${service_}/fd`,
      ...['spec.json', 'timeline.json', 'submit.log', 'conf/config.yaml', 'logs/jobmanager.log'].map(
        (name) => `cat ${victim.folder}/${name}`,
      ),
      ...['', 'user/jars', 'work', 'tmp', 'processes'].map((name) => `ls ${victim.folder}/${name}`),
      ...[...victim.jvms, ...attacker.wrappers].map((pid) => `head -c1 /proc/${pid}/environ | grep -q .`),
      `cat ${checkpoint}`,
      ...['spec.json', 'processes/closed', 'submit.log'].map((name) => `cat ${attacker.folder}/${name}`),
      ...['starts', 'processes', 'results'].map((name) => `ls ${attacker.folder}/${name}`),
    ]
    expect(await attack(...foreign.map(got))).toBe('')
  })

  test('a job changes nothing that the service relies on, and signals nobody else', async () => {
    const before = await Promise.all([victim, attacker].map((run) => lstat(join(run.folder, 'spec.json'))))
    const own = attacker.folder
    const tries = [
      ...['spec.json', 'timeline.json', 'submit.log', 'conf/config.yaml'].map((name) => `echo x >> ${own}/${name}`),
      ...['processes/closed', 'results/outcome.json', 'starts/2.json', 'new'].map((name) => `touch ${own}/${name}`),
      ...['logs', 'tmp', 'work', 'archive', 'user', 'processes', 'spec.json'].map(
        (name) => `mv ${own}/${name} ${own}/${name}.away`,
      ),
      ...['user/jars/x.jar', 'conf/x'].map((name) => `touch ${own}/${name}`),
      `ln -s ${data('headgate.db')} ${own}/timeline.json.1`,
      ...['headgate.db', 'sealing.key'].map((name) => `ln ${data(name)} ${own}/logs/${name}.log`),
      `touch ${data('x')} ${data('runs', 'x')} ${data('objects', 'x')} ${data('artifacts', 'x')}`,
      // These would do harm beyond the test if they could.
      `test -w ${join(process.cwd(), 'data', 'flink', '1.20.0', 'lib')}`,
      ...[process.pid, ...victim.jvms, ...victim.wrappers, ...attacker.wrappers].map((pid) => `kill -0 ${pid}`),
      ...victim.wrappers.map((pid) => `kill -0 -- -${pid}`),
    ]
    expect(await attack(...tries.map(got))).toBe('')
    const after = await Promise.all([victim, attacker].map((run) => lstat(join(run.folder, 'spec.json'))))
    expect(after.map(({ ino, mtimeMs }) => [ino, mtimeMs])).toEqual(before.map(({ ino, mtimeMs }) => [ino, mtimeMs]))
    expect(await runOf(victim.attemptId)).toEqual(victim)
  })

  test('what a job plants among its logs and objects is neither shown, copied, emptied nor removed', async () => {
    const key = await readFile(data('sealing.key'))
    await writeFile(data('large'), Buffer.alloc(70 * 1024 * 1024, 'secret '), { mode: 0o600 })
    const { logs, archive, tmp, work } = Object.fromEntries(
      ['logs', 'archive', 'tmp', 'work'].map((name) => [name, join(attacker.folder, name)]),
    ) as Record<string, string>
    const { flinkJobId } = JSON.parse(await readFile(join(attacker.folder, 'spec.json'), 'utf8'))
    const ownObjects = data('objects', rival.projectId, 'state')
    const planted = await attack(
      'set -e',
      `cd ${logs}; rm -f taskmanager-1.out`,
      `ln -s ${data('large')} taskmanager-1.out; ln -s ${data('headgate.db')} taskmanager-1.out.1`,
      `ln -s ${data('sealing.key')} key.log; ln -s ${data()} data.log; mkfifo pipe.log; truncate -s 1T sparse.log`,
      `cd ${archive}; mkdir -p a; ln -s ${data('sealing.key')} ${flinkJobId}; ln -s ${data()} a/b; mkfifo a/${flinkJobId}`,
      `cd ${tmp}; mkdir -p deep/er; ln -s ${data()} deep/er/data; ln -s ${data('objects')} objects`,
      `cd ${work}; ln -s ${data('artifacts')} artifacts`,
      `cd ${ownObjects}; ln -s ${data('sealing.key')} key; ln -s ${data('objects', service.projectId)} theirs; mkfifo pipe`,
      'echo planted',
    )
    expect(planted).toBe('planted\n')
    const attempt = `/api/v1/${rival.projectId}/jobs/${attackerJob}/attempts/${attacker.attemptId}`
    const { logs: listed } = (await rival.call('GET', `${attempt}/logs`)).body
    expect(listed.map((log: Answer) => log.name).sort()).toEqual(
      ['jobmanager.log', 'jobmanager.out', 'sparse.log', 'submit.log', 'taskmanager-1.log'].sort(),
    )
    for (const name of ['taskmanager-1.out', 'taskmanager-1.out.1', 'key.log', 'data.log', 'pipe.log']) {
      expect((await rival.call('GET', `${attempt}/logs/${name}`)).status, name).toBe(404)
    }
    const objects = `/api/v1/${rival.projectId}/objects/state`
    for (const name of ['key', 'pipe', 'theirs/files/jobs.jar']) {
      expect((await rival.call('GET', `${objects}/${name}`)).status, name).toBe(404)
    }
    await stopped(attackerJob)
    // Its logs are written to its bucket, its run is tidied; and then all of it is removed.
    await rival.dli('DELETE', `jobs/${attackerJob}`)
    await eventually(
      () => stat(attacker.folder).catch(() => null),
      (there) => there === null,
    )
    const exported = await rival.objects('state', 'jobs/logs/')
    const names = [...exported.keys()].map((path) => path.split('/').at(-1))
    expect(names).toEqual(expect.arrayContaining(['jobmanager.log', 'taskmanager-1.log']))
    // What the TaskManager printed may have been written once a minute, before the link took its place.
    expect(names.join()).not.toMatch(/sparse|key\.log|data\.log|pipe|taskmanager-1\.out\./)
    expect([...exported.values()].join()).not.toContain('secret secret')
    expect(await readFile(data('sealing.key'))).toEqual(key)
    expect((await stat(data('large'))).size).toBe(70 * 1024 * 1024)
    expect((await stat(data('headgate.db'))).uid).toBe(0)
    expect((await readdir(data('artifacts'))).length).toBeGreaterThan(0)
    expect(await runOf(victim.attemptId)).toEqual(victim)
    expect(await pidsOfUser(attacker.user)).toEqual([])
  })

  async function stopped(id: number): Promise<void> {
    await rival.dli('POST', 'jobs/stop', { job_ids: [id] })
    await rival.until(id, 'job_cancel_success')
  }

  test('a job that leaks threads and leaves a daemon without environment ends cleanly, and its neighbour runs on', async () => {
    const [id, run] = await started(rival, 'RunCommands', CHECKPOINTS, '--commands')
    await attack('env -i setsid sh -c "trap \'\' TERM; while :; do sleep 1; done" >/dev/null 2>&1 &')
    await order(join(service.folder, 'commands', 'leak-threads'))
    await eventually(
      () => readdir(join(service.folder, 'commands')),
      (names) => names.includes('leak-threads.out'),
    )
    expect((await pidsOfUser(run.user)).length).toBeGreaterThan(run.jvms.length)
    await stopped(id)
    expect(await pidsOfUser(run.user)).toEqual([])
    // Tidied after the end has been shown.
    const kept = [
      'archive',
      'conf',
      'logs',
      'processes',
      'results',
      'spec.json',
      'starts',
      'submit.log',
      'timeline.json',
    ]
    await eventually(
      async () => (await readdir(run.folder)).sort(),
      (names) => names.join() === kept.toSorted().join(),
    )
    expect(await runOf(victim.attemptId)).toEqual(victim)
  })

  test('a daemon of a project with another live job lives until the last one ends', async () => {
    const [id, run] = await started(rival, 'RunCommands', CHECKPOINTS, '--commands')
    const [other, otherRun] = await started(rival, 'CountForever', CHECKPOINTS)
    await attack('env -i setsid sleep 3600 >/dev/null 2>&1 &')
    await stopped(id)
    const left = await pidsOfUser(run.user)
    expect(left).toEqual(expect.arrayContaining(otherRun.jvms))
    expect(left).toHaveLength(otherRun.jvms.length + 1)
    await stopped(other)
    expect(await pidsOfUser(run.user)).toEqual([])
  })

  test('a job that kills its JVM is told, and its neighbour runs on with the same processes', async () => {
    const [id, run] = await started(rival, 'RunCommands', CHECKPOINTS, '--commands')
    await order(join(service.folder, 'commands', 'end'), ['kill -9 $PPID'])
    const job = await rival.until(id, 'job_running_exception')
    expect(job.status_desc).toContain('SIGKILL')
    await eventually(
      () => pidsOfUser(run.user),
      (pids) => pids.length === 0,
    )
    expect(await runOf(victim.attemptId)).toEqual(victim)
    expect((await service.call('GET', '/api/v1/health')).status).toBe(200)
  })
})

test('a run that takes more disk space than it may is told so, for good', async () => {
  const world = await createWorld()
  onTestFinished(() => world.end())
  const folder = join(world.folder, 'commands')
  await mkdir(folder)
  await chmod(folder, 0o777)
  const limits = { runDiskBytes: 64 * 1024 ** 2, diskEveryMs: 200, diskShortMs: 100 }
  const runtime = await world.newRuntime({ limits })
  const spec = world.spec('RunCommands', { args: ['--commands', folder] })
  await runtime.launch(spec, new AbortController().signal)
  await running(runtime, spec.attemptId)
  await order(join(folder, 'fill'), ['dd if=/dev/zero of="$TMPDIR/fill" bs=1M count=80'])
  const { failure } = await seen(runtime, spec.attemptId, (o) => o.failure !== null)
  expect(failure).toMatchObject({ cause: expect.stringContaining('0.1 GiB of disk space'), isFinal: true })
  expect((await (await world.newRuntime()).inspect(spec.attemptId)).failure).toEqual(failure)
})

/** A script for RunCommands, which runs it as soon as it is there. */
async function order(name: string, lines: string[] = []): Promise<void> {
  await writeFile(`${name}.new`, lines.join('\n'))
  await rename(`${name}.new`, `${name}.sh`)
}

/** The newest complete checkpoint below a folder. */
async function newestMetadata(folder: string): Promise<string> {
  const names = await pathsBelow(folder)
  const name = names.filter((each) => each.endsWith('/_metadata')).at(-1)
  if (name === undefined) throw new Error(`no checkpoint below ${folder}`)
  return join(folder, name)
}
